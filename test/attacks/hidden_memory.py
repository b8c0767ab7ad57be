"""Keeps memory that is in no process's resident set: shared, written to, and taken out of the page tables."""
import ctypes
import os
import time

libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
piece = 8 << 20
for _ in range(8):
    at = libc.mmap(None, ctypes.c_size_t(50 << 20), 3, 0x21, -1, ctypes.c_long(0))
    for offset in range(0, 48 << 20, piece):
        ctypes.memset(at + offset, 1, piece)
        libc.madvise(ctypes.c_void_p(at + offset), ctypes.c_size_t(piece), 4)
time.sleep(2)
os.write(1, b'never noticed\n')
