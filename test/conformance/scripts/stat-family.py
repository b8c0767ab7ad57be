import os, stat
from check import show
def facts(s):
    return (stat.filemode(s.st_mode), s.st_nlink if not stat.S_ISDIR(s.st_mode) else 'dir', s.st_uid, s.st_gid, s.st_size if not stat.S_ISDIR(s.st_mode) else 'dir', s.st_blksize)
for path in ('base/text.txt', 'base/link', 'base/dangling', 'base/loop', 'base/deep', 'base/dirlink', 'base/private', 'base/private2', 'base/run.sh', 'base/dirlink/er/leaf', 'base/deep/../text.txt', 'base/text.txt/', 'base/deep/', 'base/dirlink/', 'base/text.txt/..', 'no', 'base/no/x', '', '/', '.', '/dev/null', '/dev/zero', '/usr/bin'):
    show('stat ' + path, lambda: facts(os.stat(path)))
    show('lstat ' + path, lambda: facts(os.lstat(path)))
one, two = os.stat('base/private'), os.stat('base/private2')
print(one.st_ino == two.st_ino, one.st_dev == two.st_dev, one.st_nlink)
print(os.path.samefile('base/private', 'base/private2'), os.path.samefile('base/text.txt', 'base/link'), os.path.samefile('base', 'base/deep'))
s = os.stat('base/bytes.bin')
print(s.st_mtime_ns, s.st_atime_ns, s.st_blocks * 512 >= s.st_size, s.st_size)
fd = os.open('base/text.txt', os.O_RDONLY)
print(os.fstat(fd).st_ino == os.stat('base/text.txt').st_ino, os.fstat(fd).st_dev == os.stat('base').st_dev)
print(os.stat(fd).st_size, stat.S_ISFIFO(os.fstat(os.pipe()[0]).st_mode))
show('fstat bad', os.fstat, 77)
show('fstat -1', os.fstat, -1)
show('dir_fd', lambda: facts(os.stat('er', dir_fd=os.open('base/deep', os.O_RDONLY))))
show('dir_fd file', lambda: os.stat('er', dir_fd=fd))
show('dir_fd bad', lambda: os.stat('er', dir_fd=77))
show('dir_fd abs', lambda: facts(os.stat('/dev/null', dir_fd=77)))
for f in (os.path.exists, os.path.lexists, os.path.isfile, os.path.isdir, os.path.islink, os.path.ismount):
    print(f.__name__, [f(p) for p in ('base', 'base/link', 'base/dangling', 'base/loop', 'base/text.txt', 'none', '/', '/proc')])
open('new', 'w').write('x' * 5000)
s = os.stat('new')
print(s.st_blocks * 512 >= 5000, s.st_blocks * 512 < 5000 + 65536, s.st_mtime > 1.6e9, abs(s.st_mtime - s.st_ctime) < 1, s.st_nlink)
os.mkdir('d')
n = os.stat('d').st_nlink
os.mkdir('d/e')
print(os.stat('d').st_nlink - n in (0, 1))
print(os.stat('/proc').st_nlink > 0, stat.S_ISDIR(os.stat('/proc').st_mode), os.stat('/dev/null').st_rdev, os.major(os.stat('/dev/zero').st_rdev))
