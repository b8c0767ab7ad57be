"""Sessions, process groups and terminals: controlling terminal, keys that send signals, stop and continue, waiting for both."""
import errno, fcntl, os, pty, signal, struct, sys, termios, time


def show(label, value):
    print(label, '->', value, flush=True)


def name(call, *args):
    try:
        return call(*args)
    except OSError as e:
        return errno.errorcode[e.errno]


def tell(status):
    if os.WIFEXITED(status): return 'exited %d' % os.WEXITSTATUS(status)
    if os.WIFSIGNALED(status): return 'killed by %d' % os.WTERMSIG(status)
    if os.WIFSTOPPED(status): return 'stopped by %d' % os.WSTOPSIG(status)
    if os.WIFCONTINUED(status): return 'continued'


def read_until(fd, end):
    text = b''
    while not text.endswith(end):
        try: part = os.read(fd, 100)
        except OSError as e: return text, errno.errorcode[e.errno]
        if not part: return text, 'end'
        text += part
    return text


# stop and continue
r, w = os.pipe()
pid = os.fork()
if pid == 0:
    for i in range(3):
        os.write(w, b'%d' % i)
        os.kill(os.getpid(), signal.SIGSTOP)
    os._exit(4)
for i in range(3):
    show('stopped', tell(os.waitpid(pid, os.WUNTRACED)[1]))
    show('wrote', os.read(r, 10))
    show('nothing new', os.waitpid(pid, os.WUNTRACED | os.WNOHANG))
    os.kill(pid, signal.SIGCONT)
    if i == 0: show('continued', tell(os.waitpid(pid, os.WCONTINUED)[1]))
show('ended', tell(os.waitpid(pid, 0)[1]))

# a stopped one hears of signals when it goes on, but for SIGKILL
pid = os.fork()
if pid == 0:
    signal.signal(signal.SIGUSR1, lambda *a: os._exit(9))
    os.write(w, b'r')
    while True: time.sleep(0.02)
os.read(r, 1)
os.kill(pid, signal.SIGSTOP)
show('stopped', tell(os.waitpid(pid, os.WUNTRACED)[1]))
os.kill(pid, signal.SIGUSR1)
time.sleep(0.1)
show('not yet', os.waitpid(pid, os.WNOHANG))
os.kill(pid, signal.SIGCONT)
show('ended', tell(os.waitpid(pid, 0)[1]))
pid = os.fork()
if pid == 0:
    os.kill(os.getpid(), signal.SIGSTOP)
    os._exit(1)
os.waitpid(pid, os.WUNTRACED)
os.kill(pid, signal.SIGKILL)
show('killed while stopped', tell(os.waitpid(pid, 0)[1]))

# a session with a terminal
pid, fd = pty.fork()
if pid == 0:
    def out(*args): os.write(1, (' '.join(map(str, args)) + '\n').encode())
    out(os.getsid(0) == os.getpid(), os.tcgetpgrp(0) == os.getpid(), os.isatty(0), os.ttyname(0) == os.ttyname(1))
    tty = os.open('/dev/tty', os.O_RDWR)
    out('tty', os.isatty(tty), termios.tcgetwinsize(tty) if hasattr(termios, 'tcgetwinsize') else (0, 0))
    signal.signal(signal.SIGWINCH, lambda *a: out('winch', struct.unpack('HHHH', fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8)))))
    signal.signal(signal.SIGINT, lambda *a: out('int'))
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    out('ready')
    out(sys.stdin.readline().strip())
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.tcsetpgrp(0, os.getpgrp())
        out('child in front')
        time.sleep(30)
        os._exit(0)
    show_status = os.waitpid(child, os.WUNTRACED)[1]
    os.tcsetpgrp(0, os.getpgrp())
    out('job', tell(show_status))
    os.killpg(child, signal.SIGCONT)
    os.killpg(child, signal.SIGTERM)
    out('job', tell(os.waitpid(child, 0)[1]))
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTTIN, signal.SIG_DFL)
        out(os.read(0, 10))
        os._exit(0)
    out('background read', tell(os.waitpid(child, os.WUNTRACED)[1]))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os._exit(3)
show('start', read_until(fd, b'ready\r\n'))
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 90, 0, 0))
show('resize', read_until(fd, b'0)\r\n'))
os.write(fd, b'\x03')
show('interrupt', read_until(fd, b'int\r\n'))
os.write(fd, b'a line\n')
show('line', read_until(fd, b'front\r\n'))
os.write(fd, b'\x1a')
show('suspend and background', read_until(fd, b'never'))
show('status', tell(os.waitpid(pid, 0)[1]))
os.close(fd)

# the master goes: the session is hung up
pid, fd = pty.fork()
if pid == 0:
    os.write(1, b'r')
    time.sleep(30)
    os._exit(0)
os.read(fd, 1)
os.close(fd)
show('hung up', tell(os.waitpid(pid, 0)[1]))

# ids
pid = os.fork()
if pid == 0:
    show('setsid', (os.setsid(), os.getsid(0) == os.getpid(), os.getpgrp() == os.getpid())[1:])
    show('again', name(os.setsid))
    show('tty', name(os.open, '/dev/tty', os.O_RDWR))
    show('setpgid', name(os.setpgid, 0, 0))
    os._exit(0)
os.waitpid(pid, 0)
show('groups', [name(os.setpgid, 0, 999999), name(os.getpgid, 999999), name(os.getsid, 999999), name(os.killpg, 999999, 0), name(os.setpgid, 0, -1)])
