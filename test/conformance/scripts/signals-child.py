import os, signal, sys, time
def child(action, ready=True):
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        action(w)
        os._exit(0)
    if ready:
        os.read(r, 1)
    return pid
def sleeper(w):
    os.write(w, b'r')
    time.sleep(30)
for sig in (signal.SIGTERM, signal.SIGKILL, signal.SIGUSR1, signal.SIGHUP):
    pid = child(sleeper)
    os.kill(pid, sig)
    got, status = os.waitpid(pid, 0)
    print(sig.name, os.WIFSIGNALED(status), os.WTERMSIG(status) == sig)
def catcher(w):
    signal.signal(signal.SIGTERM, lambda n, f: os._exit(42))
    os.write(w, b'r')
    # Short sleeps: a signal that comes just before a sleep does not end it, on Linux either.
    while True:
        time.sleep(0.05)
pid = child(catcher)
os.kill(pid, signal.SIGTERM)
print(os.waitpid(pid, 0)[1] >> 8)
def interrupted(w):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        os.write(w, b'r')
        while True:
            time.sleep(0.05)
    except KeyboardInterrupt:
        os._exit(43)
pid = child(interrupted)
os.kill(pid, signal.SIGINT)
print(os.waitpid(pid, 0)[1] >> 8)
def segfault(w):
    os.kill(os.getpid(), signal.SIGSEGV)
pid = child(segfault, False)
print(os.WTERMSIG(os.waitpid(pid, 0)[1]))
def aborter(w):
    os.abort()
pid = child(aborter, False)
print(os.waitpid(pid, 0)[1] & 0x7f)
seen = []
def on_child(n, f):
    try:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            seen.append(status >> 8)
    except ChildProcessError:
        pass
signal.signal(signal.SIGCHLD, on_child)
for i in range(3):
    if os.fork() == 0:
        os._exit(i + 1)
deadline = time.time() + 5
while len(seen) < 3 and time.time() < deadline:
    time.sleep(0.05)
print(sorted(seen))
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
r, w = os.pipe()
os.close(r)
print(signal.getsignal(signal.SIGPIPE) == signal.SIG_IGN)
def piper(x):
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.write(w, b'x')
pid = child(piper, False)
print(os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGPIPE)
def grouped(w):
    os.setpgid(0, 0)
    for _ in range(2):
        if os.fork() == 0:
            time.sleep(30)
    os.write(w, b'r')
    time.sleep(30)
pid = child(grouped)
os.killpg(pid, signal.SIGTERM)
print(os.waitpid(pid, 0)[1])
