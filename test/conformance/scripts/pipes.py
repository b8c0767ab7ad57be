import fcntl, os
from check import show
r, w = os.pipe()
print(os.write(w, b'hello'), os.read(r, 3), os.read(r, 10))
os.set_blocking(r, False)
os.set_blocking(w, False)
show('empty', os.read, r, 1)
total = 0
try:
    while True:
        total += os.write(w, b'x' * 1024)
except BlockingIOError:
    pass
print('filled', total)
show('one more', os.write, w, b'x' * 100)
show('big', os.write, w, b'x' * 100000)
show('rest', lambda: len(os.read(r, 10**6)))
show('partial', os.write, w, b'y' * 100000)
show('drain', lambda: len(os.read(r, 10**6)))
show('read writer', os.read, w, 1)
show('write reader', os.write, r, b'x')
os.close(w)
show('end', os.read, r, 10)
r2, w2 = os.pipe()
os.close(r2)
show('no reader', os.write, w2, b'x')
show('pipe2 flags', lambda: [fcntl.fcntl(p, fcntl.F_GETFL) for p in os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)])
show('pipe2 bad', os.pipe2, 0x7)
a, b = os.pipe()
with os.fdopen(b, 'w') as out:
    print('line 1', file=out)
    print('line 2', file=out)
with os.fdopen(a) as inp:
    print(inp.readlines())
r, w = os.pipe()
twin = os.dup(w)
os.close(w)
pid = os.fork()
if pid == 0:
    os.close(r)
    os.write(twin, b'from child')
    os._exit(0)
os.close(twin)
print(os.read(r, 100), os.read(r, 100), os.waitpid(pid, 0)[1])
