import os, select, sys
print(os.read(0, 5), len(sys.stdin.buffer.read(10)))
print(select.select([0], [], [], 5)[0])
data = sys.stdin.buffer.read()
print(len(data), set(data) == {ord('q')}, os.read(0, 1))
