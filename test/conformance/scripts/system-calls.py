# allows: sh -c 'exit 5'
# allows: sh -c 'echo from shell; echo err >&2; exit 2'
# allows: sh -c 'cat base/text.txt | wc -l'
# allows: sh -c 'echo made > made-by-shell'
# allows: sh -c no-such-command
# allows: sh -c 'kill -9 $$'
# allows: sh -c 'echo popened'
# allows: sh -c 'cat > piped'
import os, sys
from check import show, get
print(os.system('exit 5'))
sys.stdout.flush()
print(os.system('echo from shell; echo err >&2; exit 2'))
print(os.system('cat base/text.txt | wc -l'))
print(os.system('echo made > made-by-shell'), get('made-by-shell'))
print(os.system('no-such-command'))
print(os.system('kill -9 $$'))
with os.popen('echo popened') as f:
    print(f.read())
f = os.popen('cat > piped', 'w')
f.write('to the shell')
print(f.close(), get('piped'))
