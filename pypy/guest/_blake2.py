"""BLAKE2 (RFC 7693, and the parameters of its paper) in Python: PyPy's own needs a C library."""
import struct

_ORDER = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4], [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13], [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11], [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5], [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
]
_LANES = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15), (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))


def _checked(value, most, what):
    if len(value) > most:
        raise ValueError('maximum %s length is %d bytes' % (what, most))
    return bytes(value)


def _within(value, least, most, what):
    if not least <= value <= most:
        raise ValueError('%s must be between %d and %d' % (what, least, most))


class _Blake2(object):
    def __new__(cls, data=b'', *, digest_size=None, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0,
                node_depth=0, inner_size=0, last_node=False, **rest):
        self = object.__new__(cls)
        digest_size = cls.MAX_DIGEST_SIZE if digest_size is None else digest_size
        _within(digest_size, 1, cls.MAX_DIGEST_SIZE, 'digest_size')
        salt, person = _checked(salt, cls.SALT_SIZE, 'salt'), _checked(person, cls.PERSON_SIZE, 'person')
        _within(fanout, 0, 255, 'fanout')
        _within(depth, 1, 255, 'depth')
        if not 0 <= leaf_size < 1 << 32:
            raise OverflowError('leaf_size is too large')
        if not 0 <= node_offset < 1 << cls._offset_bits:
            raise OverflowError('node_offset is too large')
        _within(node_depth, 0, 255, 'node_depth')
        _within(inner_size, 0, cls.MAX_DIGEST_SIZE, 'inner_size')
        key = _checked(key, cls.MAX_KEY_SIZE, 'key')
        head = struct.pack('<BBBBI', digest_size, len(key), fanout, depth, leaf_size)
        head += node_offset.to_bytes(cls._offset_bits // 8, 'little') + bytes((node_depth, inner_size))
        head = head.ljust(cls.MAX_DIGEST_SIZE // 2, b'\0') + salt.ljust(cls.SALT_SIZE, b'\0') + person.ljust(cls.PERSON_SIZE, b'\0')
        self._state = [word ^ start for word, start in zip(struct.unpack('<8' + cls._word, head), cls._start)]
        self.digest_size, self._last_node = digest_size, last_node
        self._rest, self._taken = key.ljust(self.block_size, b'\0') if key else b'', 0
        self.update(data)
        return self

    @property
    def name(self):
        return type(self).__name__

    def update(self, data):
        if isinstance(data, str):
            raise TypeError('Unicode-objects must be encoded before hashing')
        data, size = self._rest + bytes(memoryview(data)), self.block_size
        # The last block waits, for it is told that it is the last.
        whole = (len(data) - 1) // size * size if data else 0
        for at in range(0, whole, size):
            self._taken += size
            self._compress(self._state, data[at : at + size], self._taken, False)
        self._rest = data[whole:]

    def digest(self):
        state = list(self._state)
        self._compress(state, self._rest.ljust(self.block_size, b'\0'), self._taken + len(self._rest), True)
        return struct.pack('<8' + self._word, *state)[: self.digest_size]

    def hexdigest(self):
        return self.digest().hex()

    def copy(self):
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__, _state=list(self._state))
        return made

    def _compress(self, state, block, taken, last):
        bits, mask = self._bits, (1 << self._bits) - 1
        words = struct.unpack('<16' + self._word, block)
        v = state + list(self._start)
        v[12] ^= taken & mask
        v[13] ^= taken >> bits
        if last:
            v[14] ^= mask
            if self._last_node:
                v[15] ^= mask
        one, two, three, four = self._turns
        for turn in range(self._rounds):
            order = _ORDER[turn % 10]
            for i, (a, b, c, d) in enumerate(_LANES):
                va = v[a] + v[b] + words[order[2 * i]] & mask
                vd = v[d] ^ va
                vd = vd >> one | vd << bits - one & mask
                vc = v[c] + vd & mask
                vb = v[b] ^ vc
                vb = vb >> two | vb << bits - two & mask
                v[a] = va = va + vb + words[order[2 * i + 1]] & mask
                vd ^= va
                v[d] = vd = vd >> three | vd << bits - three & mask
                v[c] = vc = vc + vd & mask
                vb ^= vc
                v[b] = vb >> four | vb << bits - four & mask
        for i in range(8):
            state[i] ^= v[i] ^ v[i + 8]


class blake2b(_Blake2):
    SALT_SIZE = PERSON_SIZE = 16
    MAX_KEY_SIZE = MAX_DIGEST_SIZE = 64
    block_size = 128
    _word, _bits, _rounds, _turns, _offset_bits = 'Q', 64, 12, (32, 24, 16, 63), 64
    _start = (
        0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1, 0x510E527FADE682D1, 0x9B05688C2B3E6C1F,
        0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
    )


class blake2s(_Blake2):
    SALT_SIZE = PERSON_SIZE = 8
    MAX_KEY_SIZE = MAX_DIGEST_SIZE = 32
    block_size = 64
    _word, _bits, _rounds, _turns, _offset_bits = 'I', 32, 10, (16, 12, 8, 7), 48
    _start = tuple(word >> 32 for word in blake2b._start)
