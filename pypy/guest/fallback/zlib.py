"""zlib where the interpreter has none, in Python alone: the work, its time and its memory are the script's own.

Signatures, exceptions and their words are those of CPython's zlibmodule.c and of zlib itself.
"""
from binascii import crc32 as _crc32
from itertools import accumulate as _accumulate

__version__ = '1.0'
ZLIB_VERSION = ZLIB_RUNTIME_VERSION = '1.2.13'
DEFLATED, DEF_MEM_LEVEL, MAX_WBITS, DEF_BUF_SIZE = 8, 8, 15, 16384
Z_NO_COMPRESSION, Z_BEST_SPEED, Z_BEST_COMPRESSION, Z_DEFAULT_COMPRESSION = 0, 1, 9, -1
Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED = range(5)
Z_NO_FLUSH, Z_PARTIAL_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_FINISH, Z_BLOCK, Z_TREES = range(7)

_RAW, _ZLIB, _GZIP, _EITHER = range(4)


class error(Exception):
    pass


def _fail(why):
    raise error('Error -3 while decompressing data: ' + why)


def _bytes(data):
    try:
        return bytes(memoryview(data).cast('B')) if not isinstance(data, bytes) else data
    except TypeError:
        raise TypeError('a bytes-like object is required, not %r' % type(data).__name__)


def _kind(wbits, least):
    """(format, size of the window in bits) as inflateInit2 and deflateInit2 read them; None for what is none."""
    if wbits < 0:
        return (_RAW, -wbits) if least <= -wbits <= 15 else None
    kind, size = ((_ZLIB, wbits), (_GZIP, wbits - 16), (_EITHER, wbits - 32))[min(wbits >> 4, 2)]
    if size == 8 or size == 0:
        return (kind, size) if least == 8 or (size, kind) == (8, _ZLIB) else None
    return (kind, size) if 9 <= size <= 15 else None


def crc32(data, value=0):
    return _crc32(_bytes(data), value & 0xFFFFFFFF) & 0xFFFFFFFF


def adler32(data, value=1):
    data = _bytes(data)
    low, high = value & 0xFFFF, value >> 16 & 0xFFFF
    for at in range(0, len(data), 65536):
        piece = data[at : at + 65536]
        high = (high + low * len(piece) + sum(_accumulate(piece))) % 65521
        low = (low + sum(piece)) % 65521
    return high % 65521 << 16 | low % 65521 if data else high << 16 | low


def compress(data, level=Z_DEFAULT_COMPRESSION):
    data = _bytes(data)
    if not -1 <= level <= 9:
        raise error('Bad compression level')
    made = Compress(level)
    return made.compress(data) + made.flush()


def decompress(data, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE):
    data = _bytes(data)
    if bufsize < 0:
        raise ValueError('bufsize must be non-negative')
    if _kind(wbits, 8) is None:
        raise error('Error -2 while preparing to decompress data: inconsistent stream state')
    stream = Decompress(wbits)
    out = stream.decompress(data)
    if not stream.eof:
        raise error('Error -5 while decompressing data: incomplete or truncated stream')
    return out


def compressobj(level=Z_DEFAULT_COMPRESSION, method=DEFLATED, wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL, strategy=Z_DEFAULT_STRATEGY,
                zdict=None):
    return Compress(level, method, wbits, memLevel, strategy, zdict)


def decompressobj(wbits=MAX_WBITS, zdict=b''):
    return Decompress(wbits, zdict)


class _Check(object):
    """What stands behind the data: Adler-32, or CRC-32 and the length."""

    def __init__(self, kind):
        self.kind = kind
        self.value, self.length = (1 if kind == _ZLIB else 0), 0

    def update(self, data):
        if self.kind != _RAW:
            self.value = (adler32 if self.kind == _ZLIB else crc32)(data, self.value)
            self.length = self.length + len(data) & 0xFFFFFFFF

    def trailer(self):
        if self.kind == _GZIP:
            return self.value.to_bytes(4, 'little') + self.length.to_bytes(4, 'little')
        return self.value.to_bytes(4, 'big') if self.kind == _ZLIB else b''


def _copied(stream, parts):
    made = object.__new__(type(stream))
    made.__dict__.update(stream.__dict__)
    for name in parts:
        part = stream.__dict__[name]
        if isinstance(part, _Check):
            made.__dict__[name] = _Check(part.kind)
            made.__dict__[name].__dict__.update(part.__dict__)
        elif part is not None:
            made.__dict__[name] = part.copy()
    return made


class Compress(object):
    def __init__(self, level=-1, method=DEFLATED, wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL, strategy=0, zdict=None):
        from _deflate import Deflate

        zdict = b'' if zdict is None else _bytes(zdict)
        found = _kind(wbits, 9)
        if (not -1 <= level <= 9 or method != DEFLATED or found is None or found[0] == _EITHER or not 1 <= memLevel <= 9
                or not 0 <= strategy <= 4):
            raise ValueError('Invalid initialization option')
        kind, size = found
        level = 6 if level == -1 else level
        self._check = _Check(kind)
        self._deflate = Deflate(level, strategy, max(size, 9), zdict)
        self._out = b''
        if kind == _ZLIB:
            flags = 0 if level < 2 or strategy > 1 else 1 if level < 6 else 2 if level == 6 else 3
            head = (max(size, 9) - 8) << 12 | 8 << 8 | flags << 6 | bool(zdict) << 5
            self._out = (head + 31 - head % 31).to_bytes(2, 'big')
            if zdict:
                self._out += adler32(zdict).to_bytes(4, 'big')
        elif kind == _GZIP:
            extra = 2 if level == 9 else 4 if level < 2 or strategy > 1 else 0
            self._out = b'\x1f\x8b\x08\0\0\0\0\0' + bytes((extra, 3))

    def compress(self, data):
        data = _bytes(data)
        if self._deflate is None:
            raise error('Error -2 while compressing data: inconsistent stream state')
        self._check.update(data)
        out = self._out + self._deflate.add(data)
        self._out = b''
        return out

    def flush(self, mode=Z_FINISH):
        if mode == Z_NO_FLUSH:
            return b''
        if not 0 <= mode <= Z_BLOCK or self._deflate is None:
            raise error('Error -2 while flushing: inconsistent stream state')
        out, self._out = self._out, b''
        if mode == Z_FINISH:
            out += self._deflate.finish() + self._check.trailer()
            self._deflate = None
        else:
            out += self._deflate.flush(mode != Z_BLOCK, mode == Z_FULL_FLUSH)
        return out

    def copy(self):
        if self._deflate is None:
            raise ValueError('Inconsistent stream state')
        return _copied(self, ('_deflate', '_check'))

    __copy__ = copy

    def __deepcopy__(self, memo):
        return self.copy()

    def __reduce__(self):
        raise TypeError("cannot pickle 'zlib.%s' object" % type(self).__name__)


class Decompress(object):
    def __init__(self, wbits=MAX_WBITS, zdict=b''):
        self._zdict = _bytes(zdict)
        found = _kind(wbits, 8)
        if found is None:
            raise ValueError('Invalid initialization option')
        self._kind, self._size = found
        self._head = b''
        self._inflate = self._check = None
        self._trailer = b''
        self._broken = None
        self.unused_data = self.unconsumed_tail = b''
        self.eof = False
        if self._kind == _RAW:
            self._begin(_RAW, self._zdict)

    def decompress(self, data, max_length=0):
        data = _bytes(data)
        if max_length < 0:
            raise ValueError('max_length must be non-negative')
        if max_length >= 1 << 63:
            raise OverflowError('Python int too large to convert to C ssize_t')
        return self._take(data, max_length or None)

    def flush(self, length=DEF_BUF_SIZE):
        if length <= 0:
            raise ValueError('length must be greater than zero')
        return b'' if self._broken else self._take(self.unconsumed_tail, None)

    def copy(self):
        return _copied(self, ('_inflate', '_check'))

    __copy__ = copy

    def __deepcopy__(self, memo):
        return self.copy()

    __reduce__ = Compress.__reduce__

    def _take(self, data, most):
        if self._broken is not None:
            raise error(self._broken)
        try:
            return self._taken(data, most)
        except error as why:
            self._broken = str(why)
            raise

    def _taken(self, data, most):
        self.unconsumed_tail = b''
        if self.eof:
            self.unused_data += data
            return b''
        if self._inflate is None:
            self._head += data
            used = self._header(self._head)
            if used is None:
                return b''
            data, self._head = self._head[used:], b''
        out = b''
        if not self._inflate.done:
            out = self._inflate.take(data, most)
            self._check.update(out)
            data = self._inflate.rest
            if not self._inflate.done:
                self.unconsumed_tail = data
                return out
        expected = self._check.trailer()
        needed = len(expected) - len(self._trailer)
        self._trailer += data[:needed]
        if self._trailer[:4] != expected[: len(self._trailer)][:4] and len(self._trailer) >= 4:
            _fail('incorrect data check')
        if len(self._trailer) == len(expected):
            if self._trailer != expected:
                _fail('incorrect length check')
            self.eof, self.unused_data = True, data[needed:]
        return out

    def _begin(self, kind, history):
        self._check = _Check(kind)
        # Here and not above: many modules import zlib and never use it.
        from _inflate import Inflate

        self._inflate = Inflate(history[-32768:])

    def _header(self, head):
        """The bytes of the stream's own head; None where it is not there yet."""
        if len(head) < 2:
            return None
        if self._kind in (_GZIP, _EITHER) and head[:2] == b'\x1f\x8b':
            used = _gzip_header(head)
            if used is not None:
                self._begin(_GZIP, b'')
            return used
        if self._kind == _GZIP or (head[0] << 8 | head[1]) % 31:
            _fail('incorrect header check')
        if head[0] & 15 != DEFLATED:
            _fail('unknown compression method')
        if (head[0] >> 4) + 8 > (self._size or 15):
            _fail('invalid window size')
        if not head[1] & 32:
            self._begin(_ZLIB, b'')
            return 2
        if len(head) < 6:
            return None
        if not self._zdict:
            raise error('Error 2 while decompressing data')
        if int.from_bytes(head[2:6], 'big') != adler32(self._zdict):
            raise error('Error -3 while setting zdict: invalid input data')
        self._begin(_ZLIB, self._zdict)
        return 6


def _gzip_header(head):
    if len(head) < 4:
        return None
    if head[2] != DEFLATED:
        _fail('unknown compression method')
    flags = head[3]
    if flags & 0xE0:
        _fail('unknown header flags set')
    at = 10
    if flags & 4:
        at += 2 + int.from_bytes(head[10:12], 'little')
    for flag in (8, 16):
        if flags & flag:
            at = head.find(b'\0', at) + 1 if at <= len(head) else 0
            if at == 0:
                return None
    if flags & 2:
        if len(head) >= at + 2 and int.from_bytes(head[at : at + 2], 'little') != crc32(head[:at]) & 0xFFFF:
            _fail('header crc mismatch')
        at += 2
    return at if at <= len(head) else None
