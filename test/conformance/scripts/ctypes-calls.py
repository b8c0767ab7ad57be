# allows: sh -c 'exit 3'
import ctypes, ctypes.util, os
from check import show
c = ctypes.CDLL(None, use_errno=True)
def call(f, *a):
    ctypes.set_errno(0)
    r = f(*a)
    return r, ctypes.get_errno()
print(call(c.getpid)[0] == os.getpid(), call(c.strlen, b'hello'), call(c.abs, -5), call(c.toupper, 97))
c.strerror.restype = ctypes.c_char_p
print(c.strerror(2))
print(call(c.open, b'none', 0), call(c.close, 99), call(c.write, 1, b'', 0))
c.getenv.restype = ctypes.c_char_p
print(c.getenv(b'TZ'))
print(call(c.access, b'base/text.txt', 4), call(c.mkdir, b'made', 0o755), call(c.mkdir, b'made', 0o755))
m = ctypes.CDLL(ctypes.util.find_library('m') or 'libm.so.6')
m.sqrt.restype = ctypes.c_double
m.sqrt.argtypes = [ctypes.c_double]
print(m.sqrt(2.0))
CMP = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
a = (ctypes.c_int * 5)(5, 1, 4, 2, 3)
c.qsort(a, 5, ctypes.sizeof(ctypes.c_int), CMP(lambda x, y: x[0] - y[0]))
print(list(a))
c.fopen.restype = ctypes.c_void_p
f = c.fopen(b'cfile', b'w')
c.fputs(b'written by C\n', ctypes.c_void_p(f))
c.fclose(ctypes.c_void_p(f))
print(open('cfile').read())
c.printf(b'printf %d %s\n', 5, b'x')
c.fflush(None)
print(call(c.system, b'exit 3')[0])
show('no lib', lambda: ctypes.CDLL('libnothing.so') and 1)
