"""Says what no launcher would say to the controller."""
import os
import sys
import time
import wire

attack = sys.argv[1]
print('begun', flush=True)
if attack == 'garbage':
    wire.send_bytes(b'\xff' * 100)
elif attack == 'a length past the frame':
    wire.send_bytes(wire.struct.pack('<III', 4096, 0, 0))
elif attack == 'a length of 0':
    wire.send_bytes(wire.struct.pack('<I', 0))
elif attack == 'words of the supervisor that it has not':
    wire.send(wire.SUPERVISOR, 'getpid()i')
elif attack == 'a death in the name of the supervisor':
    wire.send(wire.SUPERVISOR, 'reaped(iiiii)v', os.getpid(), 0, 0, 0, 0)
elif attack == 'announcements of nothing':
    for _ in range(2000):
        wire.send_bytes(wire.frame(wire.SUPERVISOR, 0, b''))
    print('survived', flush=True)
    sys.exit(7)
elif attack == 'a child that has the number of the script itself':
    ticket = wire.ask(0, 'fork(i)i', 0)
    wire.ask(0, 'forked(ii)i', os.getpid(), ticket)
    sys.exit(7)
elif attack == 'a channel that nobody has':
    wire.send(5000, 'getpid()i')
elif attack == 'a second task on its channel':
    wire.send(0, 'attach(iii)i', os.getpid(), os.getpid(), 1)
elif attack == 'processes that never were':
    # No object may be collected in between: its close() would take our answers.
    for n in range(100):
        ticket = wire.ask(0, 'fork(i)i', 0)
        if ticket < 0:
            break
        wire.ask(0, 'forked(ii)i', 100000 + n, ticket)
elif attack == 'an answer that never comes':
    wire.send(0, 'write(ib)i', 1, wire.struct.pack('<QQI', 4096, 100, 0))
    while True:
        pass  # No call of ours may answer for us.
time.sleep(60)
