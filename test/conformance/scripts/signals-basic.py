import os, signal, time
from check import show
got = []
signal.signal(signal.SIGUSR1, lambda n, f: got.append(n))
os.kill(os.getpid(), signal.SIGUSR1)
print(got)
signal.raise_signal(signal.SIGUSR1)
print(got)
show('getsignal', lambda: signal.getsignal(signal.SIGUSR2))
show('ignore', signal.signal, signal.SIGUSR2, signal.SIG_IGN)
os.kill(os.getpid(), signal.SIGUSR2)
show('sigkill', signal.signal, signal.SIGKILL, signal.SIG_IGN)
show('bad', signal.signal, 99, signal.SIG_IGN)
show('kill bad', os.kill, os.getpid(), 99)
show('kill 0', os.kill, os.getpid(), 0)
show('kill none', os.kill, 999999, 0)
def alarm(n, f):
    got.append('alarm')
signal.signal(signal.SIGALRM, alarm)
signal.alarm(1)
began = time.time()
time.sleep(1.3)
print(got[-1], time.time() - began >= 1.2)
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
count = len(got)
while len(got) < count + 3:
    signal.pause()
signal.setitimer(signal.ITIMER_REAL, 0)
print('ticks')
class Stop(Exception):
    pass
def stop(n, f):
    raise Stop
signal.signal(signal.SIGALRM, stop)
r, w = os.pipe()
for wait in (lambda: os.read(r, 1), lambda: time.sleep(10), lambda: __import__('select').select([r], [], [], 10)):
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        wait()
        print('not stopped')
    except Stop:
        print('stopped')
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(1)
except KeyboardInterrupt:
    print('interrupt')
old = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
del got[:]
os.kill(os.getpid(), signal.SIGUSR1)
print(got, signal.SIGUSR1 in signal.sigpending())
signal.pthread_sigmask(signal.SIG_SETMASK, old)
print(got)
r, w = os.pipe()
os.set_blocking(w, False)
signal.set_wakeup_fd(w)
os.kill(os.getpid(), signal.SIGUSR1)
time.sleep(0.01)
print(os.read(r, 10))
signal.set_wakeup_fd(-1)
print(signal.sigwait([signal.SIGUSR2]) if False else 'end')
