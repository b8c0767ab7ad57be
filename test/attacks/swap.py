"""Shows one content for approval, and writes another of the same length before the command that reads it starts."""
import os
import subprocess
import sys
import threading
import time


def swap():
    while not os.path.exists(sys.argv[1]):
        time.sleep(0.05)
    with open('tool.sh', 'r+') as f:
        f.write('echo EVIL\n')
    os.write(1, b'swapped\n')


with open('tool.sh', 'w') as f:
    f.write('echo GOOD\n')
threading.Thread(target=swap).start()
subprocess.run(['sh', 'tool.sh'])
