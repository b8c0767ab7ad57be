"""Raw deflate data (RFC 1951) turned back, for zlib where the interpreter has none. Messages are those of zlib's inflate.c."""
from zlib import _fail as fail

_WINDOW = 32768
_KEPT = 4 * _WINDOW

# Of length symbols 257 to 285 and distance symbols 0 to 29: (base, extra bits).
LENGTHS = [(3 + i, 0) for i in range(8)]
DISTANCES = [(1 + i, 0) for i in range(4)]
for _extra in range(1, 6):
    LENGTHS += [(LENGTHS[-1][0] + (1 << LENGTHS[-1][1]) + (i << _extra), _extra) for i in range(4)]
LENGTHS.append((258, 0))
for _extra in range(1, 14):
    DISTANCES += [(DISTANCES[-1][0] + (1 << DISTANCES[-1][1]) + (i << _extra), _extra) for i in range(2)]
ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
FIXED_LENGTHS = [8] * 144 + [9] * 112 + [7] * 24 + [8] * 8

_HEADER, _STORED, _CODES, _COPY, DONE = range(5)


def backwards(code, length):
    return int(bin(code + (1 << length))[:2:-1], 2)


def codes(lengths):
    """The canonical code of each symbol, its first bit lowest; None where it has none."""
    counts = [0] * 17
    for length in lengths:
        counts[length] += 1
    counts[0] = 0
    following, code = [0] * 17, 0
    for length in range(1, 17):
        code = (code + counts[length - 1]) << 1
        following[length] = code
    found = []
    for length in lengths:
        found.append(backwards(following[length], length) if length else None)
        following[length] += 1
    return found


class _Table(object):
    """Which symbol the next bits are: entries are symbol << 4 | length, and 0 where no code begins so."""

    def __init__(self, lengths, why, one_code=True):
        longest = max(lengths)
        left = (1 << longest) - sum(1 << longest - length for length in lengths if length)
        # Incomplete is allowed where there is none, or one of a single bit: inftrees.c.
        if left < 0 or (left > 0 and longest > 0 and (longest != 1 or not one_code)):
            fail(why)
        self.mask = (1 << longest) - 1
        self.entries = entries = [0] * (1 << longest)
        for symbol, code in enumerate(codes(lengths)):
            length = lengths[symbol]
            if length:
                entries[code :: 1 << length] = [symbol << 4 | length] * (1 << longest - length)


_fixed = []


def _fixed_tables():
    if not _fixed:
        _fixed.extend((_Table(FIXED_LENGTHS, ''), _Table([5] * 32, '')))
    return _fixed


class Inflate(object):
    """Takes the stream in any pieces. What it has taken and cannot use yet stands in its bits, and what was too much in `rest`."""

    def __init__(self, history=b''):
        self._out = bytearray(history)
        self._bits = self._count = 0
        self._state = _HEADER
        self._last = False
        self._tables = None
        # Bytes to come of a stored block, or of a copy that the limit has cut; and how far back the copy begins.
        self._length = self._distance = 0
        self._hungry = False
        self.rest = b''

    def copy(self):
        made = Inflate(self._out)
        made.__dict__.update(self.__dict__, _out=bytearray(self._out))
        return made

    @property
    def done(self):
        return self._state == DONE

    def take(self, data, most=None):
        """The bytes that come out, `most` at the most. `rest`: the end of `data`, where it was not needed for them."""
        out = self._out
        if len(out) > _KEPT:
            del out[:-_WINDOW]
        start = len(out)
        end = None if most is None else start + most
        at, self._hungry = 0, False
        while self._state != DONE:
            if self._state == _HEADER:
                at, goes_on = self._header(data, at)
            elif self._state == _STORED:
                at, goes_on = self._stored(data, at, end)
            elif self._state == _COPY:
                goes_on = self._copy(end)
            else:
                at, goes_on = self._symbols(data, at, end)
            if not goes_on:
                break
        if not self._hungry:
            at = self._give_back(at)
        self.rest = bytes(data[at:])
        return bytes(out[start:])

    def _give_back(self, at):
        """Whole bytes among the bits are taken later, as far as they came from the data that is read now."""
        back = min(self._count >> 3, at)
        self._count -= 8 * back
        self._bits &= (1 << self._count) - 1
        return at - back

    def _header(self, data, at):
        """The head of the next block, once it is there as a whole."""
        if self._last:
            self._state = DONE
            return at, True
        while not self._head(self._bits, self._count):
            more = data[at : at + 512]
            if not more:
                self._hungry = True
                return at, False
            self._bits |= int.from_bytes(more, 'little') << self._count
            self._count += 8 * len(more)
            at += len(more)
        return self._give_back(at), True

    def _head(self, bits, count):
        """False where more is needed, and then nothing is taken."""
        if count < 3:
            return False
        kind, used = bits >> 1 & 3, 3
        if kind == 0:
            used += (count - 3) & 7
            if count < used + 32:
                return False
            length, inverse = bits >> used & 0xFFFF, bits >> used + 16 & 0xFFFF
            used += 32
            if length != inverse ^ 0xFFFF:
                fail('invalid stored block lengths')
            self._length, self._state = length, _STORED
        elif kind == 1:
            self._tables, self._state = _fixed_tables(), _CODES
        elif kind == 2:
            used = self._dynamic(bits, count)
            if used is None:
                return False
            self._state = _CODES
        else:
            fail('invalid block type')
        self._last = bool(bits & 1)
        self._bits, self._count = bits >> used, count - used
        return True

    def _dynamic(self, bits, count):
        """The bits used for the codes of a block; None where some are missing."""
        if count < 17:
            return None
        literals, distances, given = (bits >> 3 & 31) + 257, (bits >> 8 & 31) + 1, (bits >> 13 & 15) + 4
        if literals > 286 or distances > 30:
            fail('too many length or distance symbols')
        used = 17 + 3 * given
        if count < used:
            return None
        lengths = [0] * 19
        for i in range(given):
            lengths[ORDER[i]] = bits >> 17 + 3 * i & 7
        table = _Table(lengths, 'invalid code lengths set', False)
        lengths, wanted = [], literals + distances
        while len(lengths) < wanted:
            entry = table.entries[bits >> used & table.mask] or 1
            symbol, used = entry >> 4, used + (entry & 15)
            repeat, extra = {16: (3, 2), 17: (3, 3), 18: (11, 7)}.get(symbol, (1, 0))
            if used + extra > count:
                return None
            if symbol == 16 and not lengths:
                fail('invalid bit length repeat')
            repeat += bits >> used & (1 << extra) - 1
            used += extra
            lengths += [symbol if symbol < 16 else lengths[-1] if symbol == 16 else 0] * repeat
        if len(lengths) > wanted:
            fail('invalid bit length repeat')
        if lengths[256] == 0:
            fail('invalid code -- missing end-of-block')
        self._tables = (
            _Table(lengths[:literals], 'invalid literal/lengths set'), _Table(lengths[literals:], 'invalid distances set')
        )
        return used

    def _stored(self, data, at, end):
        out = self._out
        room = self._length if end is None else min(self._length, end - len(out))
        whole = min(self._count >> 3, room)
        out += (self._bits & (1 << 8 * whole) - 1).to_bytes(whole, 'little')
        self._bits >>= 8 * whole
        self._count -= 8 * whole
        piece = data[at : at + room - whole]
        out += piece
        self._length -= whole + len(piece)
        self._hungry = whole + len(piece) < room
        if self._length == 0:
            self._state = _HEADER
        return at + len(piece), self._length == 0

    def _copy(self, end):
        length = self._length if end is None else min(self._length, end - len(self._out))
        start = len(self._out) - self._distance
        piece = self._out[start : start + length]
        self._out += (piece * (length // self._distance + 1))[:length]
        self._length -= length
        if self._length == 0:
            self._state = _CODES
        return self._length == 0

    def _symbols(self, data, at, end):
        """Symbols until the block, the data or the room is at its end. A symbol that is cut stays in the bits as a whole."""
        out, bits, count = self._out, self._bits, self._count
        (literals, distances), lengths, steps = self._tables, LENGTHS, DISTANCES
        entries, mask = literals.entries, literals.mask
        far_entries, far_mask = distances.entries, distances.mask
        from_bytes, append, size = int.from_bytes, out.append, len(data)
        room = -1 if end is None else end - len(out)
        goes_on = False
        while True:
            # All that a symbol can have is 48 bits; never more than 63, for larger numbers are slow.
            if count < 48 and at < size:
                more = data[at : at + (62 - count >> 3)]
                bits |= from_bytes(more, 'little') << count
                count += 8 * len(more)
                at += len(more)
            entry = entries[bits & mask]
            used = entry & 15
            if used > count or not count:
                self._hungry = True
                break
            symbol = entry >> 4
            if symbol < 256:
                if not room:
                    break
                if not entry:
                    fail('invalid literal/length code')
                append(symbol)
                bits >>= used
                count -= used
                room -= 1
                continue
            if symbol == 256:
                bits >>= used
                count -= used
                self._state = _HEADER
                goes_on = True
                break
            if not room:
                break
            if symbol > 285:
                fail('invalid literal/length code')
            length, extra = lengths[symbol - 257]
            if extra:
                length += bits >> used & (1 << extra) - 1
                used += extra
            entry = far_entries[bits >> used & far_mask]
            used += entry & 15
            if used > count or (not entry and used == count):
                self._hungry = True
                break
            symbol = entry >> 4
            if not entry or symbol > 29:
                fail('invalid distance code')
            distance, extra = steps[symbol]
            if extra:
                distance += bits >> used & (1 << extra) - 1
                used += extra
                if used > count:
                    self._hungry = True
                    break
            bits >>= used
            count -= used
            start = len(out) - distance
            if start < 0 or distance > _WINDOW:
                fail('invalid distance too far back')
            if 0 <= room < length:
                self._length, self._distance, self._state = length, distance, _COPY
                goes_on = True
                break
            room -= length
            if length <= distance:
                out += out[start : start + length]
            else:
                out += (out[start:] * (length // distance + 1))[:length]
        self._bits, self._count = bits, count
        return at, goes_on
