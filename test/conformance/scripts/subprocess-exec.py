import os, sys
from check import show
def child(action):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            action()
        except OSError as e:
            print('failed', e.errno, flush=True)
        os._exit(99)
    return os.waitpid(pid, 0)[1]
print(child(lambda: os.execv('/bin/echo', ['echo', 'execv'])))
print(child(lambda: os.execvp('echo', ['echo', 'execvp'])))
print(child(lambda: os.execve('/usr/bin/env', ['env'], {'ONLY': 'this'})))
print(child(lambda: os.execlp('sleep', 'sleep', '0')))
print(child(lambda: os.execv('/no/such', ['x'])))
print(child(lambda: os.execv('base/text.txt', ['x'])))
print(child(lambda: os.execv('base', ['x'])))
print(child(lambda: os.execvp('no-such', ['x'])))
print(child(lambda: os.execv('/bin/false', ['false'])))
print(child(lambda: os.execl('base/run.sh', 'run.sh', 'arg')))
show('posix_spawn', lambda: os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)[1])
show('spawnv', lambda: os.spawnv(os.P_WAIT, '/bin/false', ['false']))
show('spawnlp', lambda: os.spawnlp(os.P_WAIT, 'true', 'true'))
sys.stdout.flush()
fd = os.open('redirected', os.O_WRONLY | os.O_CREAT)
def redirect():
    os.dup2(fd, 1)
    os.execvp('echo', ['echo', 'into file'])
print(child(redirect), open('redirected').read())
def closed():
    os.close(1)
    os.execvp('true', ['true'])
print(child(closed))
print('last', flush=True)
os.execvp('echo', ['echo', 'replaced'])
