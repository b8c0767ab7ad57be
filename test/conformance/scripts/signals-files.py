# signalfd, which Python has no name for: signals that are read.
import ctypes, errno, os, select, signal, struct, sys, threading, time

c = ctypes.CDLL(None, use_errno=True)
USR1, USR2, CHLD, ALRM, RT = signal.SIGUSR1, signal.SIGUSR2, signal.SIGCHLD, signal.SIGALRM, 40
NONBLOCK, CLOEXEC = os.O_NONBLOCK, os.O_CLOEXEC


def signalfd(fd, *numbers, flags=0):
    mask = ctypes.create_string_buffer(128)
    struct.pack_into('Q', mask, 0, sum(1 << (n - 1) for n in numbers))
    result = c.signalfd(fd, mask, flags)
    return result if result >= 0 else errno.errorcode[ctypes.get_errno()]


def take(fd, size=128):
    try:
        data = os.read(fd, size)
    except OSError as error:
        return errno.errorcode[error.errno]
    found = []
    for at in range(0, len(data), 128):
        number, _, code, pid, uid = struct.unpack_from('IiiII', data, at)
        status, value = struct.unpack_from('ii', data, at + 40)
        found.append((number, code, names.get(pid, pid), uid == os.getuid(), status, value, struct.unpack_from('Q', data, at + 48)[0]))
    return found


names = {os.getpid(): 'me', os.getppid(): 'parent'}
signal.pthread_sigmask(signal.SIG_BLOCK, [USR1, USR2, CHLD, ALRM, RT])
fd = signalfd(-1, USR1, RT, flags=NONBLOCK | CLOEXEC)
print('new', os.get_inheritable(fd), os.readlink(f'/proc/self/fd/{fd}'), take(fd), select.select([fd], [], [], 0)[0])
os.kill(os.getpid(), USR1)
os.kill(os.getpid(), USR2)
print('kill', select.select([fd], [], [], 0)[0] == [fd], take(fd), take(fd), signal.sigpending() == {USR2})
for number in (3, 4):
    c.sigqueue(os.getpid(), RT, ctypes.c_void_p(number))
os.kill(os.getpid(), USR1)
print('several', take(fd, 1000), take(fd))
print('another set', signalfd(fd, USR2) == fd, take(fd), take(fd))
print('short', take(fd, 127))
child = os.fork()
if child == 0:
    time.sleep(0.2)
    os.kill(os.getppid(), USR2)
    time.sleep(0.2)
    os._exit(5)
names[child] = 'child'
os.set_blocking(fd, True)
print('waits', take(fd))
signalfd(fd, CHLD)
poll = select.poll()
poll.register(fd, select.POLLIN | select.POLLOUT)
print('a child ends', poll.poll(20000) == [(fd, select.POLLIN)], take(fd), os.waitpid(child, 0)[1])
epoll = select.epoll()
epoll.register(fd, select.EPOLLIN)
signalfd(fd, ALRM)
signal.setitimer(signal.ITIMER_REAL, 0.1)
print('alarm', epoll.poll(20) == [(fd, select.EPOLLIN)], take(fd)[0][:2])
signal.setitimer(signal.ITIMER_REAL, 0.1)
print('alarm, read', take(fd)[0][:2])
signalfd(fd, USR1)
threading.Timer(0.2, lambda: os.kill(os.getpid(), USR1)).start()
print('from a thread', take(fd))
sys.stdout.flush()
pid = os.fork()
if pid == 0:
    os.kill(os.getpid(), USR1)
    names[os.getpid()] = 'child'
    print('in a child', take(fd), flush=True)
    os._exit(0)
os.waitpid(pid, 0)
print('not its', select.select([fd], [], [], 0)[0])
print('refused', signalfd(0, USR1), signalfd(999, USR1), signalfd(-1, USR1, flags=1), c.syscall(289 if os.uname().machine == 'x86_64' else 74, -1, 8, 4, 0))
