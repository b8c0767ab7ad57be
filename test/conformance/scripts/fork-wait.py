import os, sys, time
from check import show
for code in (0, 1, 7, 255, 256):
    pid = os.fork()
    if pid == 0:
        os._exit(code)
    got, status = os.waitpid(pid, 0)
    print(got == pid, status, os.WIFEXITED(status), os.WEXITSTATUS(status))
show('no child', os.wait)
show('no child', os.waitpid, -1, os.WNOHANG)
show('other', os.waitpid, 1, 0)
r, w = os.pipe()
pid = os.fork()
if pid == 0:
    os.read(r, 1)
    os._exit(3)
show('nohang', os.waitpid, pid, os.WNOHANG)
os.write(w, b'x')
show('wait3', lambda: os.wait3(0)[1])
pids = []
for i in range(5):
    pid = os.fork()
    if pid == 0:
        time.sleep(0.02 * (5 - i))
        os._exit(i)
    pids.append(pid)
got = {}
for _ in pids:
    pid, status = os.wait()
    got[pids.index(pid)] = status >> 8
print(sorted(got.items()))
pid = os.fork()
if pid == 0:
    print(os.getppid() != 1, flush=True)
    inner = os.fork()
    if inner == 0:
        os._exit(9)
    print(os.waitpid(inner, 0)[1], flush=True)
    os._exit(4)
print(os.waitpid(pid, 0)[1])
pid = os.fork()
if pid == 0:
    sys.exit('a message')
print(os.waitpid(pid, 0)[1])
pid = os.fork()
if pid == 0:
    try:
        raise SystemExit(5)
    finally:
        print('finally', flush=True)
print(os.waitpid(pid, 0)[1])
x = [1]
pid = os.fork()
if pid == 0:
    x.append(2)
    os._exit(len(x))
print(os.waitpid(pid, 0)[1] >> 8, len(x))
pid = os.fork()
if pid == 0:
    os._exit(0)
for _ in range(500):
    info = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if info:
        break
    time.sleep(0.01)
print(info.si_pid == pid, info.si_status, info.si_code, info.si_signo)
print(os.waitpid(pid, 0)[1])
print(os.wait4(os.spawnlp(os.P_NOWAIT, 'true', 'true'), 0)[1])
print(os.getpgid(0) == os.getpgrp(), os.getsid(0) > 0)
pid = os.fork()
if pid == 0:
    os.setsid()
    os._exit(0 if os.getsid(0) == os.getpid() == os.getpgrp() else 1)
print(os.waitpid(pid, 0)[1])
pid = os.fork()
if pid == 0:
    os.setpgid(0, 0)
    os._exit(0 if os.getpgrp() == os.getpid() else 1)
print(os.waitpid(pid, 0)[1])
