# What a signal says of where it comes from, and masks that hold for a wait: calls that Python has no name for.
import ctypes, os, signal, struct, time

c = ctypes.CDLL(None, use_errno=True)
USR1, USR2, CHLD, RT = signal.SIGUSR1, signal.SIGUSR2, signal.SIGCHLD, 40


def bits(*signals):
    return struct.pack('Q', sum(1 << (s - 1) for s in signals))


def call(number, *args):
    ctypes.set_errno(0)
    result = c.syscall(number, *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
    return result, ctypes.get_errno()


NR = {'x86_64': dict(timedwait=128, suspend=130, queue=129, tqueue=297, ppoll=271, pselect=270, epoll=281, tgkill=234),
      'aarch64': dict(timedwait=137, suspend=133, queue=138, tqueue=240, ppoll=73, pselect=72, epoll=22, tgkill=131)}[os.uname().machine]
names = {os.getpid(): 'me', os.getppid(): 'parent', 0: '0'}


def wait(*signals, seconds=5):
    info = ctypes.create_string_buffer(128)
    result, errno = call(NR['timedwait'], bits(*signals), info, struct.pack('qq', seconds, 0), 8)
    if result < 0:
        return errno
    number, _, code, _, pid, uid, value = struct.unpack_from('iiiiiiq', info.raw)
    return number, code, names.get(pid, pid), uid == os.getuid(), value, info.raw[32:] == bytes(96) if code < 1 else None


signal.pthread_sigmask(signal.SIG_BLOCK, [USR1, USR2, CHLD, RT])
os.kill(os.getpid(), USR1)
os.kill(os.getpid(), USR1)
print('kill', wait(USR1), wait(USR1, seconds=0))
call(NR['tgkill'], os.getpid(), os.getpid(), USR2)
print('tgkill', wait(USR1, USR2))
c.sigqueue(os.getpid(), RT, ctypes.c_void_p(12345678901))
c.sigqueue(os.getpid(), RT, ctypes.c_void_p(7))
print('sigqueue', wait(RT), wait(RT), wait(RT, seconds=0))
info = ctypes.create_string_buffer(struct.pack('iiiiiiq', RT, 0, -2, 0, 11, 0, 99), 128)
print('made up', call(NR['queue'], os.getpid(), RT, info), wait(RT)[:2])
info = ctypes.create_string_buffer(struct.pack('iiiiiiq', RT, 0, -1, 0, 11, 0, 98), 128)
print('to a thread', call(NR['tqueue'], os.getpid(), os.getpid(), RT, info), wait(RT)[4])
info = ctypes.create_string_buffer(struct.pack('iiiiii', RT, 0, 0, 0, 11, 0), 128)
child = os.fork()
if child == 0:
    time.sleep(20)
    os._exit(0)
names[child] = 'child'
print("in another's name", call(NR['queue'], child, RT, info), call(NR['queue'], 1 << 29, 0, info))
print('to nobody', call(NR['tgkill'], os.getpid(), 1 << 29, 0), call(NR['tgkill'], 0, 1, 0), call(NR['queue'], child, 65, info))
os.kill(child, signal.SIGKILL)
print('killed child', wait(CHLD), os.waitpid(child, 0)[1])
child = os.fork()
if child == 0:
    os.kill(os.getppid(), USR1)
    os._exit(5)
names[child] = 'child'
print('from a child', wait(USR1), wait(CHLD), os.waitpid(child, 0)[1])
print('nothing', wait(USR1, seconds=0), call(NR['timedwait'], 8, None, None, 8), call(NR['timedwait'], bits(USR1), None, None, 4))

# Masks of a wait
got = []
signal.signal(USR1, lambda number, frame: got.append(number))
reader, writer = os.pipe()
poll = ctypes.create_string_buffer(struct.pack('ihh', reader, 1, 0))
ten = ctypes.create_string_buffer(struct.pack('qq', 10, 0))
print('ppoll', call(NR['ppoll'], poll, 1, struct.pack('qq', 0, 10_000_000), None, 8))
os.kill(os.getpid(), USR1)
print('still blocked', got, call(NR['ppoll'], poll, 1, struct.pack('qq', 0, 10_000_000), bits(USR1), 8))
print('let through', call(NR['ppoll'], poll, 1, ten, bits(USR2), 8), got, sorted(signal.pthread_sigmask(signal.SIG_BLOCK, []))[:3])
os.kill(os.getpid(), USR1)
sets = ctypes.create_string_buffer(bits(USR2))
pair = struct.pack('QQ', ctypes.addressof(sets), 8)
print('pselect', call(NR['pselect'], 0, None, None, None, struct.pack('qq', 10, 0), pair), got)
epoll = c.epoll_create1(0)
events = ctypes.create_string_buffer(64)
os.kill(os.getpid(), USR1)
print('epoll_pwait', call(NR['epoll'], epoll, events, 4, 10_000, bits(USR2), 8), got)
print('bad masks', call(NR['ppoll'], poll, 1, ten, bits(USR2), 4), call(NR['ppoll'], poll, 1, ten, 8, 8))
os.kill(os.getpid(), USR1)
print('sigsuspend', call(NR['suspend'], bits(USR2), 8), got, signal.sigpending() & {USR1})
signal.signal(USR2, lambda number, frame: got.append(number))
got.clear()
os.kill(os.getpid(), USR1)
os.kill(os.getpid(), USR2)
print('both', call(NR['ppoll'], poll, 1, ten, bits(), 8), got, signal.sigpending() & {USR1, USR2})
for number in (USR1, USR2):
    os.kill(os.getpid(), number)
signal.pthread_sigmask(signal.SIG_UNBLOCK, [USR1, USR2])
print('both, unblocked', got)
signal.pthread_sigmask(signal.SIG_BLOCK, [USR1, USR2])
got.clear()
if os.fork() == 0:
    time.sleep(0.1)
    os.kill(os.getppid(), USR1)
    os._exit(0)
print('while it waits', call(NR['ppoll'], poll, 1, ten, bits(USR2), 8), got)
os.wait()

# One to oneself, handled: the handler runs before the call is over, with what it says
handler_type = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
told = []


def handler(number, address, _):
    code, _, pid, uid = struct.unpack_from('iiii', ctypes.string_at(address, 32), 8)
    told.append((number, code, pid == os.getpid(), uid == os.getuid()))


kept = handler_type(handler)
action = ctypes.create_string_buffer(160)
struct.pack_into('Q', action, 0, ctypes.cast(kept, ctypes.c_void_p).value)
struct.pack_into('i', action, 136, 4)  # SA_SIGINFO
signal.pthread_sigmask(signal.SIG_SETMASK, [])
print('sigaction', c.sigaction(USR2, action, None))
print(c['raise'](USR2), told)
print(c.kill(os.getpid(), USR2), told[1:])
