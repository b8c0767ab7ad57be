import os
from check import show
with open('sparse', 'wb') as f:
    f.seek(5 * 1024**3)
    f.write(b'end')
s = os.stat('sparse')
print(s.st_size)
with open('sparse', 'rb') as f:
    print(f.read(5))
    f.seek(-5, 2)
    print(f.read(), f.tell())
    show('pread', os.pread, f.fileno(), 3, 5 * 1024**3)
show('truncate', os.truncate, 'sparse', 6 * 1024**3)
print(os.path.getsize('sparse'))
show('shrink', os.truncate, 'sparse', 10)
print(os.path.getsize('sparse'), open('sparse', 'rb').read())
show('huge', os.truncate, 'sparse', 2**62)
