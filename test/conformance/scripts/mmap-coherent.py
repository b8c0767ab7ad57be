import mmap, os
from check import get, put
put('f', b'a' * 8192)
f = open('f', 'r+b')
m = mmap.mmap(f.fileno(), 8192)
m[0:3] = b'map'
print(os.pread(f.fileno(), 5, 0), get('f')[:5])
os.pwrite(f.fileno(), b'WRITE', 10)
print(m[10:15])
n = mmap.mmap(f.fileno(), 8192)
n[20:23] = b'two'
print(m[20:23])
r = mmap.mmap(f.fileno(), 8192, access=mmap.ACCESS_READ)
m[30:33] = b'ro?'
print(r[30:33])
