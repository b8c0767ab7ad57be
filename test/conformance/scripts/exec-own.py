"""A child that runs the guest's own interpreter: numbers, descriptors, signals, directories, scripts, exits."""
import os, signal, subprocess, sys
def show(label, value):
    print(label, '->', value)
    sys.stdout.flush()

me = '/usr/bin/pypy3'
show('run', subprocess.run([me, '-c', 'import sys; print(sys.argv); sys.exit(7)', 'a b', 'ü', ''], capture_output=True).stdout)

r, w = os.pipe()
os.set_inheritable(w, True)
pid = os.fork()
if pid == 0:
    os.dup2(w, 40)
    os.chdir('base')
    os.umask(0o27)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.signal(signal.SIGUSR2, lambda *a: None)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM, 40])
    code = '''if 1:
        import os, signal, sys
        def fd(n):
            try: return os.fstat(n) and True
            except OSError as e: return e.errno
        out = [os.getpid() == int(sys.argv[1]), os.getppid() == int(sys.argv[2]), os.path.basename(os.getcwd()), os.umask(0),
            signal.getsignal(signal.SIGUSR1), signal.getsignal(signal.SIGUSR2), sorted(map(int, signal.pthread_sigmask(0, []))),
            fd(int(sys.argv[3])), fd(40), os.environ['ONLY'], len(os.environ) < 5, os.getsid(0) == int(sys.argv[4]), os.getpgid(0) == int(sys.argv[5])]
        os.write(40, repr(out).encode())
        os._exit(9)'''
    os.execve(me, ['whatever', '-S', '-c', code, str(os.getpid()), str(os.getppid()), str(r), str(os.getsid(0)), str(os.getpgid(0))], {'ONLY': 'one'})
os.close(w)
text = b''
while part := os.read(r, 4096): text += part
show('state', text)
show('status', os.WEXITSTATUS(os.waitpid(pid, 0)[1]))

with open('script', 'w') as f: f.write('#!%s -S\nimport sys; print("script", sys.argv[1:], sys.flags.no_site)\n' % me)
os.chmod('script', 0o755)
with open('env-script', 'w') as f: f.write('#!/usr/bin/env pypy3\nimport sys; print(sys.argv)\n')
os.chmod('env-script', 0o755)
os.symlink('env-script', 'link')
show('script', subprocess.run(['./script', 'x', '*'], capture_output=True, text=True).stdout)
show('env', subprocess.run(['./env-script', 'x'], capture_output=True, text=True).stdout)
show('link', subprocess.run(['./link', 'x'], capture_output=True, text=True).stdout)
os.symlink(me, 'mine')
show('symlink', subprocess.run(['./mine', '-c', 'print(1)'], capture_output=True, text=True).stdout)

import shutil, tempfile
env = tempfile.mkdtemp()
os.mkdir(env + '/bin')
with open(env + '/pyvenv.cfg', 'w') as f: f.write('home = /usr/bin\n')
copy = shutil.copy(me, env + '/bin/python')
code = 'import sys; print(sys.executable == sys.argv[1], sys.prefix == sys.argv[2], sys.base_prefix)'
show('copy', subprocess.run([copy, '-c', code, copy, env], capture_output=True, text=True).stdout)
shutil.rmtree(env)

child = subprocess.Popen([me, '-c', 'import os; os.write(1, b"r"); import time; time.sleep(30)'], stdout=subprocess.PIPE)
os.read(child.stdout.fileno(), 1)
child.terminate()
show('killed', child.wait())
child = subprocess.Popen([me, '-c', 'import os; os.kill(os.getpid(), 9)'])
show('kills itself', child.wait())
child = subprocess.Popen([me, '-i'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
show('talks', child.communicate(b'print(6*7)\n')[0])
nested = 'import subprocess, sys; sys.exit(subprocess.call([sys.executable, "-c", "import sys; sys.exit(5)"]) + 1)'
show('nested', subprocess.call([me, '-c', nested]))
for name in ['script', 'env-script', 'link', 'mine']: os.unlink(name)
sys.stdout.flush()
os.execv(me, [me, '-c', f'import os; print("last", os.getpid() == {os.getpid()}); raise SystemExit(3)'])
