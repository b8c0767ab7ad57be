"""Reads files that the policy denies, by every name and descriptor there is. Prints one line for each way that leads to them."""
import ctypes
import os
import sys

secret = sys.argv[1]
folder, name = os.path.split(secret)
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
O_PATH, EXCHANGE = 0o10000000, 2


def read(path, flags=os.O_RDONLY, **more):
    return os.read(os.open(path, flags, **more), 100)


def handle():
    return os.open(secret, O_PATH)


def mapped():
    at = libc.mmap(None, ctypes.c_size_t(4096), 1, 2, handle(), ctypes.c_long(0))
    return b'' if at in (None, 2 ** 64 - 1) else ctypes.string_at(at, 6)


def sent():
    end, start = os.pipe()
    os.sendfile(start, handle(), 0, 100)
    return os.read(end, 100)


def copied():
    out = os.open('copy', os.O_RDWR | os.O_CREAT, 0o600)
    libc.copy_file_range(handle(), None, out, None, ctypes.c_size_t(100), 0)
    return os.pread(out, 100, 0)


def after(act, path):
    act()
    return read(path)


def exchanged():
    open('mine', 'w').close()
    libc.renameat2(-100, b'mine', -100, secret.encode(), EXCHANGE)
    return read('mine')


def through_directory():
    os.chdir(folder)
    try:
        return read(name)
    finally:
        os.chdir(work)


def write_only():
    return read('/proc/self/fd/%d' % os.open(secret, os.O_WRONLY))


work = os.getcwd()
ways = {
    'its path': lambda: read(secret),
    'O_PATH and read': lambda: os.read(handle(), 100),
    'O_PATH and pread': lambda: os.pread(handle(), 100, 0),
    'O_PATH and dup': lambda: os.read(os.dup(handle()), 100),
    'O_PATH and mmap': mapped,
    'O_PATH and sendfile': sent,
    'O_PATH and copy_file_range': copied,
    'O_PATH and /proc/self/fd': lambda: read('/proc/self/fd/%d' % handle()),
    'O_PATH and /dev/fd': lambda: read('/dev/fd/%d' % handle()),
    'O_WRONLY and /proc/self/fd': write_only,
    'names by O_PATH': lambda: b'secret' if name in os.listdir(os.open(folder, O_PATH)) else b'',
    'names by /proc/self/fd': lambda: b'secret' if name in os.listdir('/proc/self/fd/%d' % os.open(folder, O_PATH)) else b'',
    'openat of O_PATH': lambda: read(name, dir_fd=os.open(folder, O_PATH)),
    'below /proc/self/fd': lambda: read('/proc/self/fd/%d/%s' % (os.open(folder, O_PATH), name)),
    '/proc/self/root': lambda: read('/proc/self/root' + secret),
    '/proc/self/cwd and ..': lambda: read('/proc/self/cwd/' + os.path.relpath(secret)),
    'its working directory': through_directory,
    'a symlink': lambda: after(lambda: os.symlink(secret, 'link'), 'link'),
    'a symlink to its directory': lambda: after(lambda: os.symlink(folder, 'directory'), 'directory/' + name),
    'a hard link': lambda: after(lambda: os.link(secret, 'hard'), 'hard'),
    'a rename': lambda: after(lambda: os.rename(secret, 'moved'), 'moved'),
    'a rename of its directory': lambda: after(lambda: os.rename(folder, 'taken'), 'taken/' + name),
    'an exchange': exchanged,
}
for way, attempt in ways.items():
    try:
        got = attempt()
    except OSError:
        continue
    if b'secret' in got:
        print('LEAK by', way)
print('tried', len(ways))
