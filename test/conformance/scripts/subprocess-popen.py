import os, signal, subprocess, time
from check import show
P, PIPE = subprocess.Popen, subprocess.PIPE
p = P(['cat'], stdin=PIPE, stdout=PIPE)
p.stdin.write(b'line 1\n')
p.stdin.flush()
print(p.stdout.readline(), p.poll())
p.stdin.write(b'line 2\n')
p.stdin.close()
print(p.stdout.read(), p.wait(), p.returncode)
a = P(['printf', 'b\\na\\nc\\n'], stdout=PIPE)
b = P(['sort'], stdin=a.stdout, stdout=PIPE)
a.stdout.close()
print(b.communicate()[0], a.wait(), b.returncode)
for sig in ('terminate', 'kill'):
    p = P(['sleep', '30'])
    time.sleep(0.05)
    getattr(p, sig)()
    print(sig, p.wait())
p = P(['sleep', '30'])
p.send_signal(signal.SIGINT)
print(p.wait())
p = P(['sleep', '30'])
try:
    p.wait(0.1)
except subprocess.TimeoutExpired:
    print('expired')
p.kill()
print(p.wait(), p.poll())
p = P(['sleep', '5'], stdout=PIPE)
try:
    p.communicate(timeout=0.1)
except subprocess.TimeoutExpired:
    p.kill()
    print(p.communicate(), p.returncode)
p = P(['head', '-c', '5'], stdin=PIPE, stdout=PIPE)
def feed():
    for _ in range(1000):
        p.stdin.write(b'x' * 10000)
try:
    feed()
    print('all taken')
except BrokenPipeError:
    print('broken pipe')
print(p.stdout.read())
try:
    p.stdin.close()
except BrokenPipeError:
    print('broken pipe at close')
print(p.wait())
p = P(['yes'], stdout=PIPE)
print(len(p.stdout.read(100000)))
p.stdout.close()
print(p.wait())
many = [P(['sh', '-c', 'exit %d' % i]) if False else P(['sleep', '0.%d' % i]) for i in range(5)]
print([q.wait() for q in many])
with P(['echo', 'ctx'], stdout=PIPE, universal_newlines=True) as p:
    print(list(p.stdout))
p = P(['cat', '/dev/fd/9'], pass_fds=(), stdout=PIPE, stderr=PIPE)
print(p.communicate()[0], p.returncode)
p = P(['true'], start_new_session=True)
print(p.wait())
p = P(['echo', 'pre'], preexec_fn=lambda: os.umask(0o77), stdout=PIPE)
print(p.communicate()[0])
def fails():
    raise ValueError
show('preexec fails', lambda: P(['true'], preexec_fn=fails))
p = P(['cat'], stdin=PIPE, stdout=PIPE, bufsize=0)
p.stdin.write(b'unbuffered')
print(p.stdout.read(10))
p.stdin.close()
p.wait()
