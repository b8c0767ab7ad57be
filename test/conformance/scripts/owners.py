import os, stat
from check import show
def owner(path):
    s = os.lstat(path)
    return s.st_uid, s.st_gid, oct(s.st_mode)
with open('mine', 'w') as f:
    f.write('x')
os.mkdir('folder')
os.symlink('mine', 'alias')
os.mkfifo('queue')
os.chmod('mine', 0o6755)
if os.getuid() == 0:
    for name in ['mine', 'folder', 'queue']:
        show(name, os.chown, name, 1234, 4321)
        print(owner(name))
        show(name, os.chown, name, -1, 99)
        print(owner(name))
    show('link', os.lchown, 'alias', 7, 8)
    print(owner('alias'), owner('mine'))
    show('through', os.chown, 'alias', 9, -1)
    print(owner('alias'), owner('mine'))
    with open('mine') as f:
        show('fd', os.fchown, f.fileno(), 0, 0)
    show('dir fd', os.chown, 'folder', 5, 6, dir_fd=os.open('.', os.O_RDONLY))
    print(owner('folder'))
else:
    show('give away', os.chown, 'mine', os.getuid() + 1, -1)
    show('keep', os.chown, 'mine', os.getuid(), os.getgid())
    print(owner('mine')[2])
show('missing', os.chown, 'nothing', 0, 0)
show('bad fd', os.fchown, 999, 0, 0)
os.unlink('queue')
