import mmap, os
f = open('grow','w+b')
f.write(b'start' + bytes(4091)); f.flush()
m = mmap.mmap(f.fileno(), 0)
m[1:3] = b'XY'
m.resize(3 * 4096 + 10)
print(len(m), m[:6], os.fstat(f.fileno()).st_size)
m[8190:8200] = b'0123456789'
print(os.pread(f.fileno(), 12, 8189))
os.pwrite(f.fileno(), b'file', 12288)
print(m[12288:12298])
pid = os.fork()
if pid == 0:
    m[0:5] = b'child'
    os._exit(0)
os.waitpid(pid, 0)
print(m[:5])
m.resize(100)
print(len(m), m[:6], os.fstat(f.fileno()).st_size)
for call in (lambda: m.flush(1, 50),):
    try:
        print(call())
    except OSError as e:
        print(e.errno)
m.close()
print(open('grow','rb').read(8))
big = open('big', 'w+b')
big.truncate((1 << 30) + 8192)
os.pwrite(big.fileno(), b'far', (1 << 30) + 5)
m = mmap.mmap(big.fileno(), 0, access=mmap.ACCESS_READ)
print(len(m), m[(1 << 30) + 5:(1 << 30) + 8], m[-1])
m.close()
os.unlink('big')
