"""SHA-3 and SHAKE (FIPS 202) in Python: PyPy's own needs a C library."""
import struct

_MASK = (1 << 64) - 1


def _constants():
    """Round constants and, of each lane in the order of rho and pi, (place, rotation)."""
    rounds, register = [], 1
    for _ in range(24):
        constant = 0
        for bit in range(7):
            constant |= (register & 1) << (1 << bit) - 1
            register = register << 1 ^ (register >> 7) * 0x171
        rounds.append(constant)
    steps, x, y = [], 1, 0
    for i in range(24):
        x, y = y, (2 * x + 3 * y) % 5
        steps.append((x + 5 * y, (i + 1) * (i + 2) // 2 % 64))
    return rounds, steps


_ROUNDS, _STEPS = _constants()


def _permute(lanes):
    for constant in _ROUNDS:
        column = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        for x in range(5):
            other = column[x - 4]
            change = column[x - 1] ^ (other << 1 & _MASK | other >> 63)
            for place in (x, x + 5, x + 10, x + 15, x + 20):
                lanes[place] ^= change
        lane = lanes[1]
        for place, by in _STEPS:
            lanes[place], lane = lane << by & _MASK | lane >> 64 - by, lanes[place]
        for row in (0, 5, 10, 15, 20):
            a, b, c, d, e = lanes[row : row + 5]
            lanes[row : row + 5] = a ^ (~b & c), b ^ (~c & d), c ^ (~d & e), d ^ (~e & a), e ^ (~a & b)
        lanes[0] ^= constant


class _Sponge(object):
    def __init__(self, string=b'', **rest):
        self._lanes, self._rest = [0] * 25, b''
        self.update(string)

    @property
    def block_size(self):
        return self._rate

    @property
    def name(self):
        return type(self).__name__

    def update(self, string):
        if isinstance(string, str):
            raise TypeError('Unicode-objects must be encoded before hashing')
        data, rate = self._rest + bytes(memoryview(string)), self._rate
        whole = len(data) - len(data) % rate
        for at in range(0, whole, rate):
            self._absorb(data[at : at + rate])
        self._rest = data[whole:]

    def copy(self):
        made = type(self)()
        made._lanes, made._rest = list(self._lanes), self._rest
        return made

    def _absorb(self, block):
        for i, lane in enumerate(struct.unpack('<%dQ' % (self._rate // 8), block)):
            self._lanes[i] ^= lane
        _permute(self._lanes)

    def _squeezed(self, length):
        rate, last = self._rate, self.copy()
        block = bytearray(self._rest + bytes((self._suffix,))).ljust(rate, b'\0')
        block[-1] |= 0x80
        last._absorb(bytes(block))
        out = b''
        while True:
            out += struct.pack('<25Q', *last._lanes)[:rate]
            if len(out) >= length:
                return out[:length]
            _permute(last._lanes)


class _Hash(_Sponge):
    _suffix = 6

    @property
    def digest_size(self):
        return 100 - self._rate // 2

    def digest(self):
        return self._squeezed(self.digest_size)

    def hexdigest(self):
        return self.digest().hex()


class _Shake(_Sponge):
    _suffix = 0x1F
    digest_size = 0

    def digest(self, length):
        if length < 0:
            raise ValueError('value must be positive')
        if length >= 1 << 29:
            raise ValueError('length is too large')
        return self._squeezed(length)

    def hexdigest(self, length):
        return self.digest(length).hex()


class sha3_224(_Hash):
    _rate = 144


class sha3_256(_Hash):
    _rate = 136


class sha3_384(_Hash):
    _rate = 104


class sha3_512(_Hash):
    _rate = 72


class shake_128(_Shake):
    _rate = 168


class shake_256(_Shake):
    _rate = 136
