"""Keeps memory that is in no process's resident set. Usage: hidden_memory.py KIND"""
import ctypes
import os
import sys
import time

libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
MB = 1 << 20
ARENA = 0x600000000000
READ, WRITE, EXEC = 1, 2, 4
SHARED, PRIVATE, FIXED, ANONYMOUS, NORESERVE = 0x1, 0x2, 0x10, 0x20, 0x4000
MADV_DONTNEED, MADV_NOHUGEPAGE = 4, 15


def protect(at, size, prot):
    libc.mprotect(ctypes.c_void_p(at), ctypes.c_size_t(size), prot)


def advise(at, size, advice):
    libc.madvise(ctypes.c_void_p(at), ctypes.c_size_t(size), advice)


def fill(at, size):
    """Shared memory, written to and taken out of the page tables."""
    for offset in range(0, size, 8 * MB):
        ctypes.memset(at + offset, 1, 8 * MB)
        advise(at + offset, 8 * MB, MADV_DONTNEED)


def unmapped():
    for _ in range(8):
        fill(libc.mmap(None, 48 * MB, READ | WRITE, SHARED | ANONYMOUS, -1, 0), 48 * MB)


def code():
    """The kernel counts these mappings as a library's."""
    protect(ARENA, 128 * MB, READ | EXEC)
    for _ in range(8):
        at = libc.mmap(None, 48 * MB, READ | WRITE, SHARED | ANONYMOUS, -1, 0)
        fill(at, 48 * MB)
        protect(at, 48 * MB, READ | EXEC)


def arena():
    """In the place of the launcher's arena."""
    fill(libc.mmap(ARENA, 768 * MB, READ | WRITE, SHARED | ANONYMOUS | FIXED, -1, 0), 768 * MB)


def tables():
    """A page of them for each 2 MiB that were looked at."""
    for _ in range(200):
        at = libc.mmap(None, 1024 * MB, READ, PRIVATE | ANONYMOUS | NORESERVE, -1, 0)
        advise(at, 1024 * MB, MADV_NOHUGEPAGE)
        for offset in range(0, 1024 * MB, 2 * MB):
            ctypes.string_at(at + offset, 1)


{'unmapped': unmapped, 'code': code, 'arena': arena, 'tables': tables}[sys.argv[1]]()
time.sleep(2)
os.write(1, b'never noticed\n')
