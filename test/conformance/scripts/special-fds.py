import ctypes, errno, os, struct, time, select
c = ctypes.CDLL(None, use_errno=True)
def call(name, f, *a, value=False):
    ctypes.set_errno(0)
    r = f(*a)
    print(name, r if value or r <= 0 else 'fd', errno.errorcode.get(ctypes.get_errno()))
    return r
e = call('eventfd', c.eventfd, 3, 0)
print(os.read(e, 8))
print(os.write(e, struct.pack('Q', 5)), os.write(e, struct.pack('Q', 6)), os.read(e, 8))
e = call('eventfd nb', c.eventfd, 0, 0o4000)
try:
    os.read(e, 8)
except BlockingIOError:
    print('would block')
e = call('eventfd sem', c.eventfd, 2, 1)
print(os.read(e, 8), os.read(e, 8))
call('eventfd bad', c.eventfd, 0, 0x77)
m = call('memfd', c.memfd_create, b'name', 1)
print(os.write(m, b'in memory'), os.lseek(m, 0, 0), os.read(m, 20), os.fstat(m).st_size)
os.ftruncate(m, 3)
print(os.pread(m, 20, 0), os.readlink('/proc/self/fd/%d' % m))
call('memfd bad', c.memfd_create, b'name', 0x7777)
