"""Makes processes and threads by the launcher's own instruction: the controller is told of none. A small, bounded bomb."""
import ctypes
import os
import sys
import time
import wire

CLONE_PARENT, SIGCHLD = 0x8000, 17
for _ in range(int(sys.argv[1])):
    if wire.raw(wire.CLONE, CLONE_PARENT | SIGCHLD) == 0:
        while True:
            ctypes.CDLL(None).pause()
time.sleep(20)
os.write(1, b'never noticed\n')
