import os, shutil
from check import show, put, get
def fresh():
    shutil.rmtree('t', ignore_errors=True)
    os.makedirs('t/dir/sub')
    os.makedirs('t/empty')
    os.makedirs('t/full/x')
    put('t/file', 'file')
    put('t/other', 'other')
    os.symlink('file', 't/link')
    os.symlink('dir', 't/dlink')
    os.link('t/file', 't/hard')
def tree():
    out = []
    for top, dirs, files in os.walk('t'):
        dirs.sort()
        for n in sorted(dirs + files):
            p = os.path.join(top, n)
            out.append(p[2:] + ('/' if os.path.isdir(p) and not os.path.islink(p) else '>' + os.readlink(p) if os.path.islink(p) else '=' + get(p).decode()))
    return out
names = ['file', 'other', 'link', 'dlink', 'hard', 'dir', 'empty', 'full', 'none', 'dir/sub', 'dir/sub/deeper', 'file/x', 'file/', 'dir/', 'none/', 'dlink/', '.', 'dir/.', 'dir/..', '']
for a in names:
    for b in names:
        fresh()
        path = lambda n: 't/' + n if n else ''
        show('%s -> %s' % (a, b), os.rename, path(a), path(b))
        print(tree())
shutil.rmtree('t')
