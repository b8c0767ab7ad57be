"""_socket where the interpreter has none: names and conversions are true, and of sockets there are only pairs, made of pipes.

So the modules that import socket (email, http, urllib, smtplib) can be imported, and do what needs no network; asyncio wakes itself by a pair.
"""
import os as _os
import struct as _struct

error = OSError
herror = type('herror', (OSError,), {})
gaierror = type('gaierror', (OSError,), {})
timeout = type('timeout', (OSError,), {})

AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6 = 0, 1, 2, 10
SOCK_STREAM, SOCK_DGRAM, SOCK_RAW = 1, 2, 3
SOCK_NONBLOCK, SOCK_CLOEXEC = 0o4000, 0o2000000
SOL_SOCKET, SOL_TCP, SOL_UDP = 1, 6, 17
SO_REUSEADDR, SO_TYPE, SO_ERROR, SO_BROADCAST, SO_SNDBUF, SO_RCVBUF, SO_KEEPALIVE, SO_LINGER = 2, 3, 4, 6, 7, 8, 9, 13
SOMAXCONN = 128
IPPROTO_IP, IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_IPV6 = 0, 1, 6, 17, 41
TCP_NODELAY, IPV6_V6ONLY = 1, 26
INADDR_ANY, INADDR_LOOPBACK, INADDR_BROADCAST = 0, 0x7F000001, 0xFFFFFFFF
MSG_OOB, MSG_PEEK, MSG_DONTWAIT, MSG_WAITALL, MSG_NOSIGNAL = 1, 2, 0x40, 0x100, 0x4000
AI_PASSIVE, AI_CANONNAME, AI_NUMERICHOST, AI_NUMERICSERV = 1, 2, 4, 0x400
EAI_FAIL, EAI_NONAME = -4, -2
NI_NUMERICHOST, NI_NUMERICSERV, NI_MAXHOST, NI_MAXSERV = 1, 2, 1025, 32
SHUT_RD, SHUT_WR, SHUT_RDWR = 0, 1, 2
has_ipv6 = True

_NONE = 'this interpreter has no sockets; run the script without --runtime translated'
_EAFNOSUPPORT = 97

_default_timeout = None


# Of each end of a pair: what it reads from, and what it writes to.
_ends = {}


class socket(object):
    __slots__ = ('_fd', '_facts', '_timeout')

    def __init__(self, family=AF_INET, type=SOCK_STREAM, proto=0, fileno=None):
        if fileno not in _ends:
            raise OSError(_EAFNOSUPPORT, _NONE)
        self._fd, self._facts, self._timeout = fileno, (family, type, proto), None

    # The library's own socket makes properties of the same names over these.
    family = property(lambda self: self._facts[0])
    type = property(lambda self: self._facts[1])
    proto = property(lambda self: self._facts[2])

    def fileno(self):
        return getattr(self, '_fd', -1)

    def detach(self):
        fd, self._fd = self._fd, -1
        return fd

    def close(self):
        fd = self.fileno()
        if fd >= 0:
            self._fd = -1
            _os.close(fd)
            self._close_output(fd)
            del _ends[fd]

    # What socket.socket calls of its base, for a half-made one.
    _decref_socketios = close

    def shutdown(self, how):
        if how != SHUT_RD:
            self._close_output(self._fd)

    def _close_output(self, fd):
        if _ends[fd] is not None:
            _os.close(_ends[fd])
            _ends[fd] = None

    def recv(self, size, flags=0):
        return _os.read(self._fd, size)

    def recv_into(self, buffer, size=0, flags=0):
        data = self.recv(size or len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def send(self, data, flags=0):
        if _ends[self._fd] is None:
            raise BrokenPipeError(32, 'Broken pipe')
        return _os.write(_ends[self._fd], data)

    def sendall(self, data, flags=0):
        view = memoryview(data).cast('B')
        while len(view):
            view = view[self.send(view) :]

    def setblocking(self, flag):
        self.settimeout(None if flag else 0.0)

    def settimeout(self, seconds):
        if seconds:
            raise OSError(_EAFNOSUPPORT, _NONE)
        self._timeout = seconds
        for fd in (self._fd, _ends[self._fd]):
            if fd is not None:
                _os.set_blocking(fd, seconds is None)

    def gettimeout(self):
        return self._timeout

    def getblocking(self):
        return self._timeout is None


SocketType = socket


def socketpair(family=AF_UNIX, type=SOCK_STREAM, proto=0):
    if family != AF_UNIX or type & 15 != SOCK_STREAM:
        raise OSError(_EAFNOSUPPORT, _NONE)
    (first, to_first), (second, to_second) = _os.pipe(), _os.pipe()
    _ends[first], _ends[second] = to_second, to_first
    return socket(family, type, proto, first), socket(family, type, proto, second)


def dup(fd):
    return _os.dup(fd)


def close(fd):
    _os.close(fd)


def gethostname():
    return _os.uname()[1]


def getaddrinfo(*args, **kwargs):
    raise gaierror(EAI_FAIL, _NONE)


def gethostbyname(name):
    raise gaierror(EAI_FAIL, _NONE)


gethostbyname_ex = gethostbyaddr = getnameinfo = getaddrinfo


def getservbyname(name, protocol=None):
    raise OSError('service/proto not found')


def getdefaulttimeout():
    return _default_timeout


def setdefaulttimeout(seconds):
    global _default_timeout
    if seconds is not None and seconds < 0:
        raise ValueError('Timeout value out of range')
    _default_timeout = seconds


def htons(number):
    return _struct.unpack('=H', _struct.pack('>H', number))[0]


def htonl(number):
    return _struct.unpack('=I', _struct.pack('>I', number))[0]


ntohs, ntohl = htons, htonl


def inet_pton(family, text):
    import ipaddress

    try:
        made = {AF_INET: ipaddress.IPv4Address, AF_INET6: ipaddress.IPv6Address}[family](text)
    except KeyError:
        raise OSError(_EAFNOSUPPORT, 'unknown address family')
    except ValueError:
        raise OSError('illegal IP address string passed to inet_pton')
    return made.packed


def inet_ntop(family, packed):
    import ipaddress

    made = {AF_INET: (4, ipaddress.IPv4Address), AF_INET6: (16, ipaddress.IPv6Address)}.get(family)
    if made is None:
        raise ValueError('unknown address family %d' % family)
    if len(packed) != made[0]:
        raise ValueError('invalid length of packed IP address string')
    return str(made[1](bytes(packed)))


def inet_aton(text):
    try:
        return inet_pton(AF_INET, text)
    except OSError:
        raise OSError('illegal IP address string passed to inet_aton')


def inet_ntoa(packed):
    return inet_ntop(AF_INET, packed)
