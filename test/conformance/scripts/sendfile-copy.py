import ctypes, os
from check import show, get, put
c = ctypes.CDLL(None, use_errno=True)
src = os.open('base/bytes.bin', 0)
dst = os.open('out', os.O_RDWR | os.O_CREAT)
off = ctypes.c_long(10)
print(c.copy_file_range(src, ctypes.byref(off), dst, None, 100, 0), off.value, os.lseek(dst, 0, 1), os.lseek(src, 0, 1))
print(c.copy_file_range(src, None, dst, None, 10**6, 0) > 0, os.lseek(src, 0, 1) == os.lseek(dst, 0, 1) - 100)
app = os.open('app', os.O_WRONLY | os.O_CREAT | os.O_APPEND)
ctypes.set_errno(0)
print(c.copy_file_range(src, ctypes.byref(off), app, None, 10, 0), ctypes.get_errno())
r, w = os.pipe()
print(os.sendfile(w, src, 0, 20), os.read(r, 100) == get('base/bytes.bin')[:20])
import shutil
shutil.copyfile('base/bytes.bin', 'copied')
print(get('copied') == get('base/bytes.bin'))
