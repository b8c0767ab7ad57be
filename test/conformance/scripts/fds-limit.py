import os, resource, socket
from check import show
os.closerange(3, 5000)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 1024),) * 2)
opened = []
def many():
    for i in range(10000):
        opened.extend(os.pipe())
show('pipes', many)
print(len(opened), max(opened))
show('open', os.open, 'base/text.txt', 0)
show('dup', os.dup, 0)
show('socketpair', socket.socketpair)
os.close(opened.pop())
show('one free: pipe', os.pipe)
show('one free: socketpair', socket.socketpair)
fd = show('one free: open', os.open, 'base/text.txt', 0)
for one in opened:
    os.close(one)
show('again', lambda: len(os.pipe()))
print(sorted(os.listdir('.')))
