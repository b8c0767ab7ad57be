from multiprocessing import shared_memory
import os
s = shared_memory.SharedMemory(create=True, size=1000)
s.buf[:5] = b'hello'
t = shared_memory.SharedMemory(name=s.name)
print(bytes(t.buf[:5]), t.size >= 1000)
pid = os.fork()
if pid == 0:
    s.buf[0] = ord('J')
    os._exit(0)
os.waitpid(pid, 0)
print(bytes(s.buf[:5]), bytes(t.buf[:5]))
t.close()
s.close()
s.unlink()
try:
    shared_memory.SharedMemory(name=s.name)
except FileNotFoundError:
    print('gone')
