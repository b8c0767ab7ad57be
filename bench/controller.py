"""A plain controller for a translated PyPy, as the peer of the rows translated-*: answers each C function from the real file system.

    controller.py BINARY ARG…

It decides nothing, keeps nothing, and writes nothing down: open, read, stat and their kin as the script asks for them, and what an
interpreter needs to start. The wire is PyPy's sandbox protocol, version 20001 (see src/wire/sandbox-link.ts).
"""
import os
import struct
import subprocess
import sys
import time

INTEGER = struct.Struct('<q')
ADDRESS = struct.Struct('<Q')
TWO = struct.Struct('<QQ')
TIMEVAL = struct.Struct('<qq')
# Of x86-64: dev, ino, nlink, mode, uid, gid, (4 bytes), rdev, size, blksize, blocks, three times in seconds and nanoseconds.
STAT = struct.Struct('<QQQIIIxxxxQqqqqqqqqq24x')
DIRENT = struct.Struct('<QqHB')


class Controller:
    def __init__(self, command):
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={})
        self.input, self.output = self.child.stdout, self.child.stdin
        self.strings = {}
        self.directories = {}
        # Those of the script, by its own numbers: 0, 1 and 2 are ours, and ours beside them are the wire.
        self.signatures = {}

    def run(self):
        read, write, flush = self.input.read, self.output.write, self.output.flush
        while True:
            length = read(1)
            if not length:
                return self.child.wait()
            name = read(length[0])
            try:
                handler, arguments, result = self.signatures[name]
            except KeyError:
                handler, arguments, result = self.signature(name)
            try:
                value = handler(*arguments.unpack(read(arguments.size)))
            except OSError as error:
                write(b'E' + struct.pack('<i', error.errno))
                value = 0 if result == b'p' else -1
            if result == b'v':
                write(result)
            elif result == b'p':
                write(result + ADDRESS.pack(value))
            else:
                write(result + INTEGER.pack(value))
            flush()

    def signature(self, name):
        text = name.decode('ascii')
        function, rest = text.split('(')
        types, result = rest.split(')')
        handler = getattr(self, 'do_' + function, None)
        if handler is None:
            sys.exit('controller.py: no handler for ' + text)
        arguments = struct.Struct('<' + ''.join({'i': 'q', 'p': 'Q', 'f': 'd', 'v': ''}[kind] for kind in types))
        self.signatures[name] = known = handler, arguments, result.encode('ascii')
        return known

    # The interpreter's memory

    def text(self, address):
        self.output.write(b'Z' + TWO.pack(address, 4096))
        self.output.flush()
        (length,) = INTEGER.unpack(self.input.read(8))
        return self.input.read(length)

    def memory(self, address, length):
        self.output.write(b'R' + TWO.pack(address, length))
        self.output.flush()
        return self.input.read(length)

    def put(self, address, data):
        self.output.write(b'W' + TWO.pack(address, len(data)) + data)

    def allocate(self, data):
        self.output.write(b'M' + ADDRESS.pack(len(data)) + data)
        self.output.flush()
        return ADDRESS.unpack(self.input.read(8))[0]

    def string(self, data):
        if data not in self.strings:
            self.strings[data] = self.allocate(data + b'\0')
        return self.strings[data]

    # Files

    def do_open(self, path, flags, mode):
        return os.open(self.text(path), flags, mode)

    def do_close(self, fd):
        os.close(fd)
        return 0

    def do_read(self, fd, address, length):
        data = os.read(fd, length)
        self.put(address, data)
        return len(data)

    def do_write(self, fd, address, length):
        return os.write(fd, self.memory(address, length))

    def do_lseek(self, fd, offset, whence):
        return os.lseek(fd, offset, whence)

    def do_isatty(self, fd):
        return int(os.isatty(fd))

    def do_access(self, path, mode):
        return 0 if os.access(self.text(path), mode) else -1

    def do_readlink(self, path, address, room):
        data = os.readlink(self.text(path))[:room]
        self.put(address, data)
        return len(data)

    def do_getcwd(self, address, room):
        self.put(address, os.getcwdb() + b'\0')
        return address

    def do_rpy_get_inheritable(self, fd):
        return int(os.get_inheritable(fd))

    def facts(self, address, found):
        billion = 10**9
        times = (*divmod(found.st_atime_ns, billion), *divmod(found.st_mtime_ns, billion), *divmod(found.st_ctime_ns, billion))
        self.put(
            address,
            STAT.pack(
                found.st_dev, found.st_ino, found.st_nlink, found.st_mode, found.st_uid, found.st_gid, found.st_rdev, found.st_size,
                found.st_blksize, found.st_blocks, *times,
            ),
        )
        return 0

    def do_stat64(self, path, address):
        return self.facts(address, os.stat(self.text(path)))

    def do_lstat64(self, path, address):
        return self.facts(address, os.lstat(self.text(path)))

    def do_fstat64(self, fd, address):
        return self.facts(address, os.fstat(fd))

    # Directories: one struct dirent each, which is also their address

    def do_opendir(self, path):
        with os.scandir(self.text(path)) as found:
            entries = [(entry.inode(), 4 if entry.is_dir(follow_symlinks=False) else 8, entry.name) for entry in found]
        address = self.allocate(bytes(280))
        self.directories[address] = iter(entries)
        return address

    def do_readdir(self, address):
        for inode, kind, name in self.directories[address]:
            self.put(address, DIRENT.pack(inode, 0, 280, kind) + name + b'\0')
            return address
        return 0

    def do_closedir(self, address):
        del self.directories[address]
        self.output.write(b'F' + ADDRESS.pack(address))
        return 0

    # Surroundings

    def do_get_environ(self):
        entries = [self.string(name + b'=' + value) for name, value in os.environb.items()]
        return self.allocate(struct.pack('<%dQ' % (len(entries) + 1), *entries, 0))

    def do_getenv(self, name):
        value = os.environb.get(self.text(name))
        return 0 if value is None else self.string(value)

    def do_unsetenv(self, name):
        os.environb.pop(self.text(name), None)
        return 0

    def do_putenv(self, entry):
        name, _, value = self.text(entry).partition(b'=')
        os.environb[name] = value
        return 0

    def do_confstr(self, name, address, room):
        data = b'/bin:/usr/bin\0'
        if address:
            self.put(address, data[:room])
        return len(data)

    def do_uname(self, address):
        self.put(address, b''.join(word.encode().ljust(65, b'\0') for word in os.uname()) + bytes(65))
        return 0

    def do_time(self, address):
        return int(time.time())

    def do_gettimeofday(self, address, zone):
        self.put(address, TIMEVAL.pack(*divmod(time.time_ns() // 1000, 10**6)))
        return 0

    def do_clock_gettime(self, clock, address):
        self.put(address, TIMEVAL.pack(*divmod(time.clock_gettime_ns(clock), 10**9)))
        return 0

    def do_getpid(self):
        return self.child.pid

    def do_getuid(self):
        return os.getuid()

    def do_geteuid(self):
        return os.geteuid()

    def do_getgid(self):
        return os.getgid()

    def do_getegid(self):
        return os.getegid()


sys.exit(Controller(sys.argv[1:]).run())
