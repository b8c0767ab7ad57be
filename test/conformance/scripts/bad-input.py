"""Arguments that no program means: Linux says what each comes to, and the caller lives."""
import ctypes, errno, os, resource

libc = ctypes.CDLL(None, use_errno=True)


def call(number, *words):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_void_p(word) if word is not None else None for word in words])
    return 'ok' if result >= 0 else errno.errorcode[ctypes.get_errno()]


fd = os.open('file', os.O_RDWR | os.O_CREAT)
os.write(fd, b'x' * 5000)
r, w = os.pipe()
os.write(w, b'y')
here = os.open('.', os.O_RDONLY)
memory = ctypes.create_string_buffer(8192)
good = ctypes.addressof(memory)
memory.value = b'file'
bad = [8, (1 << 47) - 4096, (1 << 64) - 4096]
AT = (1 << 64) - 100
pointers = {
    'read': lambda p: (0, fd, p, 10), 'pread64': lambda p: (17, fd, p, 10, 0), 'write': lambda p: (1, fd, p, 10),
    'pwrite64': lambda p: (18, fd, p, 10, 0), 'readv': lambda p: (19, fd, p, 1), 'writev': lambda p: (20, fd, p, 1),
    'open': lambda p: (2, p, 0), 'openat': lambda p: (257, AT, p, 0), 'stat path': lambda p: (4, p, good),
    'stat': lambda p: (4, good, p), 'fstat': lambda p: (5, fd, p), 'newfstatat': lambda p: (262, AT, good, p, 0),
    'statx': lambda p: (332, AT, good, 0, 0x7ff, p), 'access': lambda p: (21, p, 0), 'pipe2': lambda p: (293, p, 0),
    'mkdir': lambda p: (83, p, 0o777), 'rmdir': lambda p: (84, p), 'unlink': lambda p: (87, p), 'rename': lambda p: (82, p, good),
    'link': lambda p: (86, p, good), 'symlink': lambda p: (88, p, good), 'readlink': lambda p: (89, p, good, 10),
    'chmod': lambda p: (90, p, 0o600), 'chown': lambda p: (92, p, 0, 0), 'truncate': lambda p: (76, p, 10),
    'getcwd': lambda p: (79, p, 4096), 'getdents64': lambda p: (217, os.open('.', os.O_RDONLY), p, 4096), 'chdir': lambda p: (80, p),
    'utimensat': lambda p: (280, AT, good, p, 0), 'statfs': lambda p: (137, good, p), 'fstatfs': lambda p: (138, fd, p),
    'poll': lambda p: (7, p, 1, 0), 'select': lambda p: (23, 5, p, 0, 0, 0), 'epoll_ctl': lambda p: (233, fd, 1, r, p),
    'nanosleep': lambda p: (35, p, 0), 'clock_gettime': lambda p: (228, 0, p), 'uname': lambda p: (63, p),
    'getrlimit': lambda p: (97, 7, p), 'getrusage': lambda p: (98, 0, p), 'times': lambda p: (100, p), 'sysinfo': lambda p: (99, p),
    'getrandom': lambda p: (318, p, 10, 0), 'sendfile': lambda p: (40, w, fd, p, 10), 'socketpair': lambda p: (53, 1, 1, 0, p),
    'fcntl lock': lambda p: (72, fd, 5, p), 'ioctl': lambda p: (16, r, 0x541B, p), 'execve': lambda p: (59, p, 0, 0),
    'getgroups': lambda p: (115, 100, p), 'copy_file_range': lambda p: (326, fd, p, fd, 0, 10, 0), 'memfd': lambda p: (319, p, 0),
}
for name, arguments in pointers.items():
    os.lseek(fd, 0, 0)
    print('pointer', name, *[call(*arguments(p)) for p in bad])

descriptors = {
    'read': lambda d: (0, d, good, 10), 'pread64': lambda d: (17, d, good, 10, 0), 'write': lambda d: (1, d, good, 10),
    'close': lambda d: (3, d), 'fstat': lambda d: (5, d, good), 'lseek': lambda d: (8, d, 0, 0), 'ioctl': lambda d: (16, d, 0x5401, good),
    'dup': lambda d: (32, d), 'dup2': lambda d: (33, d, 50), 'dup3': lambda d: (292, d, 50, 0), 'fcntl': lambda d: (72, d, 1, 0), 'fsync': lambda d: (74, d),
    'ftruncate': lambda d: (77, d, 0), 'getdents64': lambda d: (217, d, good, 100), 'fchdir': lambda d: (81, d), 'fchmod': lambda d: (91, d, 0),
    'fchown': lambda d: (93, d, 0, 0), 'fstatfs': lambda d: (138, d, good), 'openat': lambda d: (257, d, good, 0), 'sendfile': lambda d: (40, d, fd, 0, 1),
    'fallocate': lambda d: (285, d, 0, 0, 1), 'epoll_ctl': lambda d: (233, d, 1, r, good), 'mmap': lambda d: (9, 0, 4096, 1, 2, d, 0),
    'flock': lambda d: (73, d, 2), 'fgetxattr': lambda d: (193, d, good, good, 1), 'utimensat': lambda d: (280, d, 0, 0, 0),
    'bind': lambda d: (49, d, good, 16), 'listen': lambda d: (50, d, 1), 'accept': lambda d: (43, d, 0, 0), 'copy_file_range': lambda d: (326, d, 0, fd, 0, 1, 0),
}
memory.value = b'nothing here'
for name, arguments in descriptors.items():
    print('descriptor', name, *[call(*arguments(d)) for d in (999, (1 << 64) - 1, 1 << 31)])

huge = 1 << 63
sizes = {
    'pread64 offset': (17, fd, good, 10, huge), 'pwrite64 offset': (18, fd, good, 10, huge), 'lseek': (8, fd, huge, 0),
    'ftruncate': (77, fd, huge), 'fallocate': (285, fd, 0, huge, 1), 'fallocate length': (285, fd, 0, 0, huge),
    'readv count': (19, fd, good, huge), 'getdents64': (217, here, good, 0), 'poll count': (7, good, huge, 0), 'mmap': (9, 0, huge, 1, 2, fd, 0),
    'msync': (26, 1, 4096, 4), 'msync flags': (26, good & ~4095, 4096, 64),
}
for name, arguments in sizes.items():
    print('size', name, call(*arguments))

soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(1000, hard), hard))
pipes = []
try:
    for _ in range(10000):
        pipes.append(os.pipe())
except OSError as error:
    print('pipes', errno.errorcode[error.errno], 400 < len(pipes) < 600)
for pair in pipes:
    os.close(pair[0])
    os.close(pair[1])
print(os.read(r, 1), 'lives')
