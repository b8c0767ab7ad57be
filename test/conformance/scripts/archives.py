import gzip, bz2, lzma, zipfile, tarfile, os, io
from check import get
with zipfile.ZipFile('a.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    z.write('base/text.txt')
    z.writestr(zipfile.ZipInfo('made/x.txt', (2020, 1, 1, 0, 0, 0)), 'made')
with zipfile.ZipFile('a.zip', 'a') as z:
    z.writestr('later.txt', 'later')
with zipfile.ZipFile('a.zip') as z:
    print(z.namelist(), z.testzip(), z.read('base/text.txt')[:5])
    z.extractall('z')
print(sorted(os.listdir('z')), get('z/made/x.txt'))
with tarfile.open('a.tar.gz', 'w:gz') as t:
    t.add('base')
with tarfile.open('a.tar.gz') as t:
    print(sorted((m.name, m.type, oct(m.mode)) for m in t.getmembers()))
    t.extractall('t')
print(sorted(os.listdir('t/base')), os.stat('t/base/text.txt').st_mtime, os.readlink('t/base/link'), os.stat('t/base/private').st_nlink)
for module, name in ((gzip, 'f.gz'), (bz2, 'f.bz2'), (lzma, 'f.xz')):
    with module.open(name, 'wt') as f:
        f.write('compressed\n' * 1000)
    with module.open(name, 'rt') as f:
        print(name, len(f.read()))
    os.unlink(name)
os.unlink('a.zip')
os.unlink('a.tar.gz')
import shutil
shutil.rmtree('z')
