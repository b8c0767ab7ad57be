# timerfd and pidfd, which Python has no names for here: what they tell, and how they are waited for.
import ctypes, errno, os, select, signal, struct, threading, time

c = ctypes.CDLL(None, use_errno=True)
ABSTIME, NONBLOCK, CLOEXEC = 1, os.O_NONBLOCK, os.O_CLOEXEC
PIDFD_OPEN, PIDFD_SEND_SIGNAL, WEXITED = 434, 424, 4


def said(result):
    return result if result >= 0 else errno.errorcode[ctypes.get_errno()]


def spec(first, every=0.0):
    parts = []
    for seconds in (every, first):
        parts += [int(seconds), round(seconds % 1 * 1e9)]
    return struct.pack('qqqq', *parts)


def settime(fd, first, every=0.0, flags=0, old=None):
    return said(c.timerfd_settime(fd, flags, spec(first, every), old))


def count(fd):
    try:
        return struct.unpack('Q', os.read(fd, 8))[0]
    except OSError as error:
        return errno.errorcode[error.errno]


def left(fd):
    now = ctypes.create_string_buffer(32)
    result = said(c.timerfd_gettime(fd, now))
    every, every_ns, first, first_ns = struct.unpack('qqqq', now.raw)
    return result, round(every + every_ns / 1e9, 2), round(first + first_ns / 1e9, 1)


fd = c.timerfd_create(1, CLOEXEC)
print('new', os.get_inheritable(fd), os.readlink(f'/proc/self/fd/{fd}'), left(fd))
start = time.monotonic()
print('once', settime(fd, 0.1), left(fd), count(fd), 0.09 < time.monotonic() - start < 5, left(fd))
print('every', settime(fd, 0.02, 0.03), count(fd), count(fd), left(fd)[1])
time.sleep(0.1)
print('several at once', 3 <= count(fd) <= 20)
old = ctypes.create_string_buffer(32)
print('old', settime(fd, 50, 2, 0, old), struct.unpack('qq', old.raw[:16]), settime(fd, 0, 0, 0, old), struct.unpack('qqq', old.raw[:24]), left(fd))
print('absolute', settime(fd, time.monotonic() + 0.05, 0, ABSTIME), count(fd), settime(fd, 0.01, 0, ABSTIME), count(fd))
real = c.timerfd_create(0, NONBLOCK)
print('real', count(real), settime(real, time.time() + 0.05, 0, ABSTIME), count(real), select.select([real], [], [], 5)[0] == [real], count(real))
poll = select.poll()
poll.register(fd, select.POLLIN | select.POLLOUT)
print('poll', poll.poll(0), settime(fd, 0.05), poll.poll(10), poll.poll(5000) == [(fd, select.POLLIN)], count(fd))
epoll = select.epoll()
epoll.register(fd, select.EPOLLIN | select.EPOLLET)
print('edges', settime(fd, 0.02, 0.05), [epoll.poll(seconds) == [(fd, 1)] for seconds in (5, 0.2, 0.2)])
inner = select.epoll()
inner.register(epoll.fileno(), select.EPOLLIN)
count(fd)
print('nested', inner.poll(5) == [(epoll.fileno(), 1)])
settime(fd, 0)
threading.Timer(0.1, lambda: settime(fd, 0.05)).start()
print('armed while it is read', count(fd))
threading.Timer(0.1, lambda: settime(fd, 0.05)).start()
settime(fd, 60)
print('armed anew while it is polled', poll.poll(20000) == [(fd, 1)])
signal.signal(signal.SIGALRM, lambda number, frame: print('alarm'))
settime(fd, 0.3)
signal.setitimer(signal.ITIMER_REAL, 0.1)
print('a signal in between', count(fd))
print('refused', said(c.timerfd_create(3, 0)), said(c.timerfd_create(1, 4)), settime(0, 1), settime(999, 1), settime(fd, 1, 0, 8),
      said(c.timerfd_settime(fd, 0, struct.pack('qqqq', 0, 0, 1, 10**9), None)), said(c.timerfd_settime(fd, 0, 8, None)))
for attempt in (lambda: os.write(fd, bytes(8)), lambda: os.read(fd, 7)):
    try:
        print(attempt())
    except OSError as error:
        print(errno.errorcode[error.errno], end=' ')
print()

# A process as a file
def pidfd(pid, flags=0):
    return said(c.syscall(PIDFD_OPEN, pid, flags))


child = os.fork()
if child == 0:
    signal.signal(signal.SIGTERM, lambda number, frame: os._exit(7))
    signal.pause()
handle = pidfd(child)
print('pidfd', type(handle), os.get_inheritable(handle), os.readlink(f'/proc/self/fd/{handle}'))
poll = select.poll()
poll.register(handle, select.POLLIN)
print('runs', poll.poll(50), said(c.syscall(PIDFD_SEND_SIGNAL, handle, 0, None, 0)))
info = ctypes.create_string_buffer(128)
time.sleep(0.3)
print('ends', said(c.syscall(PIDFD_SEND_SIGNAL, handle, int(signal.SIGTERM), None, 0)), poll.poll(5000) == [(handle, select.POLLIN)])
print('waitid', said(c.waitid(3, handle, info, WEXITED)), struct.unpack_from('iiiiiii', info.raw)[2::4], said(c.waitid(3, handle, info, WEXITED)))
print('gone', said(c.syscall(PIDFD_SEND_SIGNAL, handle, int(signal.SIGTERM), None, 0)))
print('refused', pidfd(1 << 29), pidfd(0), pidfd(-1), pidfd(os.getpid(), 1), said(c.waitid(3, 0, info, WEXITED)), said(c.waitid(3, 999, info, WEXITED)),
      said(c.syscall(PIDFD_SEND_SIGNAL, 0, 0, None, 0)), said(c.syscall(PIDFD_SEND_SIGNAL, 999, 0, None, 0)), said(c.syscall(PIDFD_SEND_SIGNAL, handle, 0, None, 64)))
child = os.fork()
if child == 0:
    time.sleep(20)
handle = pidfd(child, NONBLOCK)
print('does not block', said(c.waitid(3, handle, info, WEXITED)))
os.kill(child, 9)
print(os.waitpid(child, 0)[1])
