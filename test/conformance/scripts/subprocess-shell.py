# allows: sh -c 'cat -'
# allows: sh -c 'exit 9'
# allows: sh -c 'for i in 1 2 3; do echo $i; done'
# allows: bash -c 'echo bash'
# allows: sh -c 'sleep 20 & echo started; exit 0'
import os, subprocess
from check import show
show('getstatusoutput', subprocess.getstatusoutput, 'exit 9')
show('loop', lambda: subprocess.check_output('for i in 1 2 3; do echo $i; done', shell=True, text=True))
show('bash', lambda: subprocess.check_output(['bash', '-c', 'echo bash']))
show('stdin', lambda: subprocess.run('cat -', shell=True, input='x', text=True, capture_output=True).stdout)
