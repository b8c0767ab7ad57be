import os, tempfile
from check import show
with tempfile.TemporaryDirectory(dir='.') as d:
    open(os.path.join(d, 'x'), 'w').write('y')
    print(os.path.isdir(d), oct(os.stat(d).st_mode))
print(os.path.exists(d))
with tempfile.NamedTemporaryFile('w+', dir='.', suffix='.txt') as f:
    f.write('hello')
    f.seek(0)
    print(f.read(), os.path.exists(f.name), oct(os.stat(f.name).st_mode), f.name.endswith('.txt'))
print(os.path.exists(f.name))
with tempfile.TemporaryFile(dir='.') as f:
    f.write(b'anon')
    f.seek(0)
    print(f.read(), os.fstat(f.fileno()).st_nlink)
with tempfile.SpooledTemporaryFile(max_size=10) as f:
    f.write(b'x' * 100)
    f.seek(0)
    print(len(f.read()))
fd, path = tempfile.mkstemp(dir='base', prefix='pre')
os.write(fd, b'data')
os.close(fd)
print(open(path).read(), os.path.basename(path).startswith('pre'))
os.replace(path, 'final')
print(tempfile.gettempdir())
d = tempfile.mkdtemp()
with open(d + '/x', 'w') as f:
    f.write('in tmp')
print(os.listdir(d), open(d + '/x').read())
import shutil
shutil.move(d + '/x', 'from-tmp')
shutil.rmtree(d)
print(os.path.exists(d), open('from-tmp').read())
