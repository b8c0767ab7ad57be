import mmap, os
from check import show, put, get
with open('base/text.txt', 'r+b') as f:
    m = mmap.mmap(f.fileno(), 0)
    print(len(m), m[:10], m.find(b'second'), m.readline())
    m[0:5] = b'FIRST'
    show('flush', m.flush)
    print(get('base/text.txt')[:10])
    m[6:10] = b'LINE'
    m.close()
print(get('base/text.txt')[:10])
with open('base/bytes.bin', 'rb') as f:
    m = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
    print(len(m), m[:4], m[-4:], m.size())
    def change():
        m[0] = 1
    show('read only', change)
    m.close()
    m = mmap.mmap(f.fileno(), 100, access=mmap.ACCESS_COPY)
    m[0:4] = b'copy'
    print(m[:8])
    m.close()
    m = mmap.mmap(f.fileno(), 100, offset=4096 * 2, access=mmap.ACCESS_READ)
    print(m[:4])
    show('offset bad', mmap.mmap, f.fileno(), 100, offset=5, access=mmap.ACCESS_READ)
    show('too long', mmap.mmap, f.fileno(), 10**6, access=mmap.ACCESS_READ)
    show('write on ro', lambda: mmap.mmap(f.fileno(), 100)[0])
print(get('base/bytes.bin')[:4])
put('empty', b'')
with open('empty', 'r+b') as f:
    show('empty', mmap.mmap, f.fileno(), 0)
with open('new', 'w+b') as f:
    f.truncate(10000)
    m = mmap.mmap(f.fileno(), 10000)
    m[9990:] = b'0123456789'
    m.seek(5)
    m.write(b'hello')
    print(m.tell(), m.rfind(b'9'))
    m.close()
print(get('new')[:12], get('new')[-10:])
m = mmap.mmap(-1, 4096)
m.write(b'anonymous')
pid = os.fork()
if pid == 0:
    m[0:4] = b'ANON'
    os._exit(0)
os.waitpid(pid, 0)
print(m[:9])
with open('shared', 'w+b') as f:
    f.truncate(4096)
    m = mmap.mmap(f.fileno(), 4096)
    pid = os.fork()
    if pid == 0:
        m[0:5] = b'child'
        os._exit(0)
    os.waitpid(pid, 0)
    print(m[:5])
    m.close()
    print(get('shared')[:5])
p = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
p[0] = 7
if os.fork() == 0:
    p[0] = 9
    os._exit(0)
os.wait()
print(p[0])
with open('grow', 'w+b') as f:
    f.write(b'x' * 100)
    f.flush()
    m = mmap.mmap(f.fileno(), 0)
    show('resize', m.resize, 8192)
    print(len(m), os.path.getsize('grow'))
    m.close()
show('dir', mmap.mmap, os.open('base', 0), 10)
show('bad fd', mmap.mmap, 99, 10)
