import os
from check import show, put, get
names = [b'\xff\xfe', b'a\nb', b'tab\there', b'\x1b[31mred', 'ü文🐍'.encode(), b' lead', b'trail ', b'-dash', b'"quote\'', b'back\\slash', b'*', b'\xc3\x28', b'a' * 255, b'\xed\xb2\x80', '\u202ertl'.encode()]
for n in names:
    show('put', put, n, n)
    show('get', lambda: get(n) == n)
print(sorted(os.listdir(b'.')))
print(sorted(os.listdir('.'))[:3])
for n in names:
    show('via str', lambda: os.stat(os.fsdecode(n)).st_size == len(n))
os.mkdir(b'd\xff')
os.rename(b'\xff\xfe', b'd\xff/\xfd')
os.symlink(b'\xfd', b'd\xff/\xfc')
print(os.readlink(b'd\xff/\xfc'), get(b'd\xff/\xfc'), os.readlink('d\udcff/\udcfc'))
os.chdir(b'd\xff')
print(os.getcwdb()[-2:], os.getcwd()[-2:].encode('utf-8', 'surrogateescape'))
os.chdir('..')
os.unlink(b'a\nb')
