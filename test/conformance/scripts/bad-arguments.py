"""Bad pointers, descriptors and sizes, and more pipes than there are descriptors: an errno each, and the process lives."""
import ctypes, errno, os, resource

libc = ctypes.CDLL(None, use_errno=True)


def said(name, *args):
    ctypes.set_errno(0)
    result = getattr(libc, name)(*args)
    print(name, result if result >= 0 else errno.errorcode[ctypes.get_errno()], flush=True)


bad = ctypes.c_void_p(0x10)
r, w = os.pipe()
os.write(w, b'xyz')
said('read', r, bad, 3)
said('write', w, bad, 3)
said('pipe', bad)
said('open', bad, 0)
said('stat', b'/', bad)
said('poll', bad, 1, 0)
said('read', 9999, bad, 1)
said('close', -1)
said('dup2', 0, 1 << 30)
said('lseek', r, 0, 0)
said('ftruncate', r, ctypes.c_long(-1))
said('writev', w, bad, 2000)
said('readv', r, bad, -1)
said('fcntl', r, 99999, 0)
said('ioctl', r, 0x5401, bad)
said('kill', 1 << 30, 0)
said('kill', os.getpid(), 99)
said('epoll_create1', 7)
said('fcntl', os.open('/', os.O_RDONLY), 1026, ctypes.c_ulong(0x80000000))
said('fcntl', r, 1026, ctypes.c_ulong(0x80000000))
resource.setrlimit(resource.RLIMIT_NOFILE, (200, 1024))
made = []
try:
    for _ in range(10000): made.extend(os.pipe())
except OSError as e:
    print(errno.errorcode[e.errno], max(made) <= 200, len(made) > 100)
for fd in made: os.close(fd)
print(len(os.pipe()))
