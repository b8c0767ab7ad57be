"""Starts commands in ways that lose words, watchers or time; on Linux itself it prints the same."""
import os
import subprocess
import sys
import time

PIPE = subprocess.PIPE


def words():
    odd = [b'\xff', b'a\xe9\xed\xa0\x80b', '\U0001f40d'.encode() + b'\xbd', b'', b'new\nline']
    print(subprocess.check_output([b'printf', b'<%s>'] + odd))
    print(subprocess.check_output(['printenv', '-0'], env={b'ODD': b'\xff=\xfe', b'N\xc3': b'1', b'PATH': os.environb[b'PATH']}))
    print(subprocess.check_output(['pwd', '-P'], cwd=b'odd\xff'))
    print(subprocess.check_output([b'./odd\xff/run\xfe', b'\x80']))


def failures():
    for command in (['./text'], ['./missing'], ['./odd.sh'], ['.']):
        try:
            print(subprocess.run(command, stdout=PIPE).stdout)
        except OSError as error:
            print(command, error.errno)


def closed():
    for keep in ('<&-', '>&-', '2>&-', ''):
        pid = os.fork()
        if pid == 0:
            for fd in {'<&-': [0], '>&-': [1], '2>&-': [2], '': []}[keep]:
                os.close(fd)
            os.execvp('sh', ['sh', './closed.sh', keep])
        os.waitpid(pid, 0)
    print(open('closed.txt').read())


def background():
    began = time.time()
    late = subprocess.Popen(['sh', './late.sh'], stdout=PIPE)
    print(late.wait(), time.time() - began < 0.8, late.stdout.read(), time.time() - began > 0.9)
    killed = subprocess.Popen(['sh', './family.sh'], stdout=PIPE)
    print(killed.stdout.readline())
    killed.kill()
    print(killed.wait(), killed.stdout.readline())
    sys.stdout.flush()
    print(subprocess.run(['sh', './late.sh']).returncode, flush=True)
    time.sleep(1.2)


globals()[sys.argv[1]]()
