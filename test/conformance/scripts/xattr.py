import ctypes, os, errno
from check import show
c = ctypes.CDLL(None, use_errno=True)
def call(name, *a):
    ctypes.set_errno(0)
    r = c.syscall(*a)
    # A file system without attributes says ENOTSUP where one with them has none.
    said = errno.errorcode.get(ctypes.get_errno())
    print(name, 'none' if r == 0 or said in ('ENODATA', 'ENOTSUP') else said)
buf = ctypes.create_string_buffer(100)
call('getxattr none', 191, b'base/text.txt', b'user.none', buf, 100)
call('lgetxattr none', 192, b'base/text.txt', b'user.none', buf, 100)
fd = os.open('base/text.txt', 0)
call('fgetxattr', 193, fd, b'user.none', buf, 100)
call('getxattr no file', 191, b'nope', b'user.none', buf, 100)
call('getxattr capability', 191, b'base/run.sh', b'security.capability', buf, 100)
call('acl', 191, b'base/run.sh', b'system.posix_acl_access', buf, 100)
call('listxattr', 194, b'base/text.txt', buf, 100)
call('llistxattr', 195, b'base/text.txt', buf, 100)
call('flistxattr', 196, fd, buf, 100)
call('listxattr size', 194, b'base/text.txt', None, 0)
call('removexattr', 197, b'base/text.txt', b'user.none')
