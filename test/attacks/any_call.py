"""Makes every system call with arguments that no program gives. Each must end in an errno, and none in a failure of the controller."""
import ctypes
import os
import random
import sys
import time

random.seed(int(sys.argv[1]))
end = time.time() + float(sys.argv[2])
libc = ctypes.CDLL(None, use_errno=True)
# Memory that calls may overwrite, with nothing behind it.
libc.mmap.restype = ctypes.c_void_p
area = libc.mmap(None, ctypes.c_size_t(1 << 20), 3, 0x22, -1, ctypes.c_long(0))
libc.mprotect(ctypes.c_void_p(area + (1 << 19)), ctypes.c_size_t(1 << 19), 0)
size = 1 << 16


def fill():
    ctypes.memmove(area, b'file\0', 5)
    ctypes.memmove(area + size, b'd/' * 5000, 10000)
    words = [random.choice([0, 1, 100, 2**62, 2**63, area, area + (1 << 19) - 8]) for _ in range(2048)]
    ctypes.memmove(area + 2 * size, (ctypes.c_uint64 * 2048)(*words), 16384)


with open('file', 'wb') as f:
    f.write(b'x' * 100)
for fd in range(3, 12):
    os.open('file', os.O_RDWR)
os.pipe()
os.open('.', os.O_RDONLY)
os.open('/dev/zero', os.O_RDWR)
os.open('/proc/self/status', os.O_RDONLY)
odd = [0, 1, -1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 100, -100, 255, 4096, 65536, 2**31, 2**32 - 1, 2**53, 2**53 + 1, 2**62]
odd += [2**63 - 1, -2**63, 0o100, 0o2000000, 0x10000000]
places = [area, area + size, area + 2 * size, area + 3 * size, area + (1 << 19) - 16, 1, 4096, 2**47]
# Not these: they end or stop the caller, wait, change its memory, or make another process.
never = {3, 7, 9, 10, 11, 12, 13, 14, 15, 23, 24, 25, 28, 33, 34, 35, 36, 37, 38, 56, 57, 58, 59, 60, 61, 62, 72, 95, 127, 128}
never |= {129, 130, 131, 158, 186, 200, 202, 218, 219, 230, 231, 232, 234, 247, 270, 271, 273, 281, 292, 297, 322, 334, 335, 336, 435, 436, 441}
numbers = [n for n in range(0, 462) if n not in never]
while time.time() < end:
    fill()
    arguments = [random.choice(odd if random.random() < 0.55 else places) for _ in range(6)]
    libc.syscall(random.choice(numbers), *[ctypes.c_long(a) for a in arguments])
os.write(2, b'survived\n')
os._exit(0)
