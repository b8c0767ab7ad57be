import os
from check import show, put
show('list', lambda: sorted(os.listdir('base')))
show('bytes', lambda: sorted(os.listdir(b'base')))
show('list file', os.listdir, 'base/text.txt')
show('list none', os.listdir, 'none')
show('list dangling', os.listdir, 'base/dangling')
show('list link', lambda: sorted(os.listdir('base/dirlink')))
with os.scandir('base') as it:
    for e in sorted(it, key=lambda e: e.name):
        print(e.name, e.path, e.is_file(), e.is_dir(), e.is_symlink(), e.is_dir(follow_symlinks=False), e.inode() == os.lstat(e.path).st_ino)
put('base/added', 'x')
os.unlink('base/text.txt')
os.rename('base/deep', 'base/moved')
show('changed', lambda: sorted(os.listdir('base')))
for top, dirs, files in os.walk('.'):
    dirs.sort()
    print(top, dirs, sorted(files))
for top, dirs, files in os.walk('base', topdown=False):
    print(top, sorted(dirs), sorted(files))
for top, dirs, files, fd in os.fwalk('base'):
    dirs.sort()
    print(top, dirs, sorted(files))
fd = os.open('base', os.O_RDONLY)
show('list fd', lambda: sorted(os.listdir(fd)))
show('list fd again', lambda: sorted(os.listdir(fd)))
os.mkdir('many')
for i in range(700):
    put('many/file-%03d-%s' % (i, 'n' * (i % 100)), b'')
names = os.listdir('many')
print(len(names), len(set(names)), sorted(names)[5])
for name in names[::2]:
    os.unlink('many/' + name)
print(len(os.listdir('many')))
it = os.scandir('many')
first = next(it).name
for name in os.listdir('many'):
    os.unlink('many/' + name)
print(os.listdir('many'))
it.close()
with os.scandir('/proc/self/fd') as it:
    print(sorted(int(e.name) for e in it)[:3])
