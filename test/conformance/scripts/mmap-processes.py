import mmap, os
from check import get, put
put('f', b'.' * 10000)
f = open('f', 'r+b')
m = mmap.mmap(f.fileno(), 10000)
def child(action):
    pid = os.fork()
    if pid == 0:
        action()
        os._exit(0)
    os.waitpid(pid, 0)
def through_memory():
    m[0:5] = b'child'
def through_own_mapping():
    with open('f', 'r+b') as g:
        n = mmap.mmap(g.fileno(), 10000)
        n[5000:5003] = b'own'
def through_file():
    with open('f', 'r+b') as g:
        g.seek(9000)
        g.write(b'file')
child(through_memory)
print(m[0:5], get('f')[:5])
child(through_own_mapping)
print(m[5000:5003], get('f')[5000:5003])
child(through_file)
print(m[9000:9004], get('f')[9000:9004])
m[1:2] = b'H'
m.close()
f.close()
print(get('f')[:5], get('f')[5000:5003], get('f')[9000:9004])
os.chmod('base/run.sh', 0o755)
with open('base/bytes.bin', 'r+b') as g:
    n = mmap.mmap(g.fileno(), 0)
    print(n[0])
