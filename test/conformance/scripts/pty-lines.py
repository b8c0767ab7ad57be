"""Pseudo-terminals: lines, editing, echo, raw mode, end of file, hang-up, sizes."""
import errno, fcntl, os, pty, select, struct, termios, time, tty


def show(label, call, *args):
    try:
        print(label, '->', call(*args), flush=True)
    except OSError as e:
        print(label, '->', errno.errorcode[e.errno], flush=True)
    except termios.error as e:
        print(label, '-> termios', errno.errorcode[e.args[0]], flush=True)


def ready(fd):
    return [bool(part) for part in select.select([fd], [fd], [], 0.2)]


m, s = pty.openpty()
print(os.isatty(m), os.isatty(s), os.ttyname(s).startswith('/dev/pts/'), os.path.exists(os.ttyname(s)))
show('attributes', lambda: [[hex(x) for x in termios.tcgetattr(s)[:4]], termios.tcgetattr(s)[6][:17]])
os.write(m, b'hello\n')
show('line', os.read, s, 100)
show('echo', os.read, m, 100)
os.write(m, b'abc\x7fd\x15xyz \x16\x03 two words\x17\n')
show('edited', os.read, s, 100)
show('its echo', os.read, m, 1000)
os.write(m, b'no newline\x04')
show('eof ends a line', os.read, s, 100)
os.write(m, b'\x04')
show('eof', os.read, s, 100)
os.read(m, 100)
os.write(s, b'one\ntwo\x01\n')
show('printed', os.read, m, 100)
os.write(m, b'first\nsecond\n')
show('one line at a time', lambda: [os.read(s, 3), os.read(s, 100), os.read(s, 100)])
os.read(m, 100)
show('ready', lambda: (ready(m), ready(s)))
os.write(m, b'half')
show('half a line', lambda: (ready(s), os.read(m, 100)))
old = termios.tcgetattr(s)
tty.setraw(s, termios.TCSANOW)
show('raw', lambda: (ready(s), os.read(s, 2), os.read(s, 10)))
os.write(m, b'\x03\r\n\x7f')
show('raw bytes', os.read, s, 10)
os.write(s, b'a\n')
show('raw output', os.read, m, 10)
new = termios.tcgetattr(s)
new[6][termios.VMIN], new[6][termios.VTIME] = 0, 1
termios.tcsetattr(s, termios.TCSANOW, new)
show('VTIME', os.read, s, 10)
new[6][termios.VMIN], new[6][termios.VTIME] = 3, 0
termios.tcsetattr(s, termios.TCSANOW, new)
os.write(m, b'ab')
show('VMIN', lambda: [bool(select.select([s], [], [], 0.1)[0])])
os.write(m, b'c')
show('VMIN', os.read, s, 10)
termios.tcsetattr(s, termios.TCSAFLUSH, old)
fcntl.ioctl(s, termios.TIOCSWINSZ, struct.pack('HHHH', 40, 100, 1, 2))
show('size', lambda: (struct.unpack('HHHH', fcntl.ioctl(m, termios.TIOCGWINSZ, bytes(8))), os.get_terminal_size(s)))
os.write(m, b'gone\n')
os.read(m, 100)
termios.tcflush(s, termios.TCIFLUSH)
os.set_blocking(s, False)
show('flushed', os.read, s, 10)
os.set_blocking(s, True)
show('tcgetpgrp', os.tcgetpgrp, s)
os.write(m, b'\x13')
time.sleep(0.1)
os.set_blocking(s, False)
show('stopped output', os.write, s, b'x')
os.write(m, b'\x11')
time.sleep(0.1)
show('started output', lambda: (os.write(s, b'x'), os.read(m, 10)))
os.close(s)
show('master after the slave', os.read, m, 10)
show('poll', lambda: [e for _, e in (lambda p: (p.register(m), p.poll(0))[1])(select.poll())])
os.close(m)
m, s = pty.openpty()
os.close(m)
show('slave after the master', lambda: os.read(s, 10))
show('writes', os.write, s, b'x')
show('attributes', termios.tcgetattr, s)
os.close(s)
