import os, stat, threading
from check import show
show('mkfifo', os.mkfifo, 'fifo', 0o640)
show('again', os.mkfifo, 'fifo')
print(stat.filemode(os.stat('fifo').st_mode))
show('nonblock write', os.open, 'fifo', os.O_WRONLY | os.O_NONBLOCK)
fd = os.open('fifo', os.O_RDONLY | os.O_NONBLOCK)
w = os.open('fifo', os.O_WRONLY)
os.write(w, b'through')
print(os.read(fd, 10))
os.close(w)
print(os.read(fd, 10))
os.close(fd)
got = []
def reader():
    with open('fifo') as f:
        got.append(f.read())
t = threading.Thread(target=reader)
t.start()
with open('fifo', 'w') as f:
    f.write('blocking open')
t.join()
print(got)
rw = os.open('fifo', os.O_RDWR)
os.write(rw, b'self')
print(os.read(rw, 10))
os.unlink('fifo')
