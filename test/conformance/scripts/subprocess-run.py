# allows: sh -c 'echo a; echo b >&2; exit 3'
# allows: sh -c 'exit 4'
import os, subprocess, sys
from check import show
R = subprocess.run
show('out', lambda: R(['echo', 'hello'], capture_output=True))
show('text', lambda: R(['echo', 'grün'], capture_output=True, text=True).stdout)
show('shell', lambda: R('echo a; echo b >&2; exit 3', shell=True, capture_output=True))
show('input', lambda: R(['cat'], input=b'some input', stdout=subprocess.PIPE).stdout)
show('input big', lambda: len(R(['cat'], input=b'x' * 3000000, stdout=subprocess.PIPE).stdout))
show('check', lambda: R(['false'], check=True))
show('none', R, ['no-such-program'])
show('not exec', R, ['./base/text.txt'])
show('script', lambda: R(['./base/run.sh', 'x', 'y z'], capture_output=True).stdout)
show('cwd', lambda: R(['ls'], cwd='base/deep', capture_output=True).stdout)
show('cwd none', lambda: R(['ls'], cwd='none'))
show('env', lambda: R(['env'], env={'A': '1', 'B': 'zwei ü', 'PATH': '/bin'}, capture_output=True).stdout)
show('inherits', lambda: sorted(l.split(b'=')[0] for l in R(['env'], capture_output=True).stdout.split(b'\n') if l and not l.startswith(b'_')))
show('merged', lambda: R(['ls', 'base/none', 'base/text.txt'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout)
show('devnull', lambda: R(['echo', 'x'], stdout=subprocess.DEVNULL).returncode)
show('stdin null', lambda: R(['cat'], stdin=subprocess.DEVNULL, capture_output=True).stdout)
try:
    R(['sleep', '10'], timeout=0.2)
except subprocess.TimeoutExpired as e:
    print('expired')
show('timeout ok', lambda: R(['sleep', '0.1'], timeout=5).returncode)
show('check_output', subprocess.check_output, ['printf', 'a\\0b'])
show('check_output fails', subprocess.check_output, ['false'])
show('check_call', subprocess.check_call, ['true'])
show('call', subprocess.call, 'exit 4', shell=True)
show('getoutput', lambda: R(['true']).returncode)
with open('outfile', 'w') as f:
    print(R(['echo', 'to file'], stdout=f).returncode)
with open('outfile', 'a') as f:
    f.write('between\n')
    f.flush()
    R(['echo', 'appended'], stdout=f)
print(open('outfile').read())
with open('base/text.txt') as f:
    f.readline()
    print(R(['head', '-c', '3'], stdin=open('base/text.txt'), capture_output=True).stdout)
sys.stdout.flush()
print(R(['echo', 'straight to stdout']).returncode)
show('args', lambda: R(['printf', '[%s]', '', 'a b', 'c\nd', '*', '$HOME', 'é'], capture_output=True).stdout)
show('many', lambda: [R(['true']).returncode for _ in range(5)])
show('nul', R, ['echo', 'a\0b'])
show('empty', R, [''])
show('large arg', lambda: len(R(['printf', '%s', 'x' * 100000], capture_output=True).stdout))
show('too large', lambda: R(['printf', '%s', 'x' * 200000]))
show('executable', lambda: R(['other-name', '-c', '1'], executable='/usr/bin/head', input=b'xyz', capture_output=True).stdout)
