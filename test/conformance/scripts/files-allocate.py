import ctypes, errno, os
from check import show
c = ctypes.CDLL(None, use_errno=True)
def fallocate(fd, mode, at, length):
    ctypes.set_errno(0)
    r = c.fallocate(fd, mode, ctypes.c_long(at), ctypes.c_long(length))
    return 'ok' if r == 0 else errno.errorcode[ctypes.get_errno()]
KEEP, PUNCH, ZERO = 1, 2, 16
fd = os.open('f', os.O_RDWR | os.O_CREAT)
os.write(fd, b'abcdefghij' * 2000)
size = lambda: os.fstat(fd).st_size
print(fallocate(fd, 0, 10, 30000), size())
print(fallocate(fd, KEEP, 0, 90000), size())
print(fallocate(fd, KEEP | PUNCH, 4, 4096), size(), os.pread(fd, 8, 0), os.pread(fd, 4, 4098))
print(fallocate(fd, PUNCH, 0, 10))
print(fallocate(fd, ZERO, 8000, 40000), size(), os.pread(fd, 4, 7998))
print(fallocate(fd, ZERO | KEEP, 0, 90000), size(), os.pread(fd, 4, 0))
print(fallocate(fd, 0, -1, 5), fallocate(fd, 0, 0, 0), fallocate(fd, 0, 0, -1))
print(fallocate(fd, 0, 1 << 62, 1 << 62), fallocate(99, 0, 0, 1))
r = os.open('f', os.O_RDONLY)
print(fallocate(r, 0, 0, 1))
a, b = os.pipe()
print(fallocate(b, 0, 0, 1))
# Without a name from the start.
t = os.open('base', os.O_TMPFILE | os.O_RDWR, 0o640)
s = os.fstat(t)
print(s.st_nlink, oct(s.st_mode), os.write(t, b'unseen'), os.pread(t, 10, 0))
print('(deleted)' in os.readlink('/proc/self/fd/%d' % t))
show('read only', os.open, 'base', os.O_TMPFILE | os.O_RDONLY)
show('no directory', os.open, 'f', os.O_TMPFILE | os.O_RDWR)
show('nowhere', os.open, 'missing', os.O_TMPFILE | os.O_RDWR)
print(sorted(os.listdir('base')) == sorted(['bytes.bin', 'dangling', 'deep', 'dirlink', 'empty', 'link', 'loop', 'private', 'private2', 'run.sh', 'text.txt']))
