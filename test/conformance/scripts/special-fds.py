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
t = call('timerfd', c.timerfd_create, 1, 0)
call('settime', c.timerfd_settime, t, 0, struct.pack('qqqq', 0, 0, 0, 30000000), None)
began = time.time()
print(os.read(t, 8), time.time() - began >= 0.025)
call('settime interval', c.timerfd_settime, t, 0, struct.pack('qqqq', 0, 10000000, 0, 10000000), None)
print(select.select([t], [], [], 5)[0] == [t])
time.sleep(0.05)
print(struct.unpack('Q', os.read(t, 8))[0] >= 3)
m = call('memfd', c.memfd_create, b'name', 1)
print(os.write(m, b'in memory'), os.lseek(m, 0, 0), os.read(m, 20), os.fstat(m).st_size)
os.ftruncate(m, 3)
print(os.pread(m, 20, 0), os.readlink('/proc/self/fd/%d' % m))
call('memfd bad', c.memfd_create, b'name', 0x7777)
i = call('inotify', c.inotify_init1, 0) if False else None
s = call('signalfd', c.signalfd, -1, struct.pack('Q', 1 << 9), 0) if False else None
p = call('pidfd', c.syscall, 434, os.getpid(), 0) if False else None
