"""Data made into raw deflate (RFC 1951), for zlib where the interpreter has none: hash chains, and of each block its smallest form."""
from bisect import bisect_right
from heapq import heapify, heappop, heapreplace

from _inflate import DISTANCES, FIXED_LENGTHS, LENGTHS, ORDER, codes

_BLOCK = 65536
_LONGEST = 258
_HUFFMAN_ONLY, _FIXED = 2, 4
# Of each level: how many places are looked at, and the length from which the next byte is not tried for a longer one.
_EFFORT = ((0, 0), (1, 0), (2, 0), (4, 0), (4, 8), (8, 16), (16, 32), (24, 64), (48, 128), (96, 258))

_length_bases = [base for base, _ in LENGTHS]
_distance_bases = [base for base, _ in DISTANCES]
_length_symbols = [0] * 3 + [bisect_right(_length_bases, length) - 1 for length in range(3, _LONGEST + 1)]
_fixed_codes = codes(FIXED_LENGTHS), FIXED_LENGTHS, codes([5] * 30), [5] * 30


class Deflate(object):
    def __init__(self, level, strategy, size, history=b''):
        self._level, self._strategy = level, strategy
        # Less than the window: zlib's MAX_DIST.
        self._reach = (1 << size) - 262
        # The window, and after `_done` what is not in a block yet. Places are counted from `_base`, which is where the data begins.
        self._data = bytearray(history[-32768:])
        self._done = len(self._data)
        self._base = 0
        self._heads, self._before = {}, {}
        self._bits = self._count = 0
        self._known = 0

    def copy(self):
        made = object.__new__(Deflate)
        made.__dict__.update(self.__dict__)
        made._data, made._heads, made._before = bytearray(self._data), dict(self._heads), dict(self._before)
        return made

    def add(self, data):
        """Whole blocks, as far as there are any."""
        out = bytearray()
        view = memoryview(data)
        for at in range(0, len(data), _BLOCK):
            self._data += view[at : at + _BLOCK]
            while len(self._data) - self._done > _BLOCK:
                self._block(out, self._done + _BLOCK, False)
        return bytes(out)

    def flush(self, aligned, forget):
        """All that was added; with `aligned` to a whole byte."""
        out = bytearray()
        if len(self._data) > self._done:
            self._block(out, len(self._data), False)
        if aligned:
            self._put(out, 0, 3)
            self._align(out)
            out += b'\0\0\xff\xff'
        if forget:
            self._heads, self._before = {}, {}
            self._known = len(self._data)
            del self._data[:]
            self._base += self._known
            self._done = self._known = 0
        return bytes(out)

    def finish(self):
        out = bytearray()
        self._block(out, len(self._data), True)
        self._align(out)
        return bytes(out)

    def _put(self, out, value, length):
        self._bits |= value << self._count
        self._count += length
        if self._count > 32:
            whole = self._count >> 3
            out += (self._bits & (1 << 8 * whole) - 1).to_bytes(whole, 'little')
            self._bits >>= 8 * whole
            self._count &= 7

    def _align(self, out):
        out += self._bits.to_bytes(self._count + 7 >> 3, 'little')
        self._bits = self._count = 0

    def _block(self, out, end, last):
        start = self._done
        self._done = end
        if self._level == 0:
            self._stored(out, start, end, last)
        else:
            tokens = self._tokens(start, end)
            literals, distances = [0] * 286, [0] * 30
            for symbol, _, _, far, _, _ in tokens:
                literals[symbol] += 1
                if far >= 0:
                    distances[far] += 1
            literals[256] = 1
            extra = sum(token[2] + token[5] for token in tokens)
            self._smallest(out, start, end, last, tokens, literals, distances, extra)
        if end > 2 * _BLOCK:
            gone = end - 32768
            del self._data[:gone]
            self._base += gone
            self._done -= gone
            self._known -= gone
            # Of what is no longer in the window, nothing is kept.
            self._heads = {key: place for key, place in self._heads.items() if place >= self._base}
            self._before = {place: before for place, before in self._before.items() if before >= self._base}

    def _smallest(self, out, start, end, last, tokens, literals, distances, extra):
        known, known_lengths, far, far_lengths = _fixed_codes
        fixed = 3 + extra + _bits_of(literals, known_lengths) + _bits_of(distances, far_lengths)
        stored = 8 * (end - start + 5)
        lengths, far_own = huffman(literals, 15), huffman(distances, 15)
        head, packed = _described(lengths, far_own)
        dynamic = 17 + head + extra + _bits_of(literals, lengths) + _bits_of(distances, far_own)
        if self._strategy == _FIXED or fixed <= min(dynamic, stored):
            self._put(out, last | 2, 3)
            self._coded(out, tokens, *_fixed_codes)
        elif stored < dynamic:
            self._stored(out, start, end, last)
        else:
            self._put(out, last | 4, 3)
            for value, length in packed:
                self._put(out, value, length)
            self._coded(out, tokens, codes(lengths), lengths, codes(far_own), far_own)

    def _stored(self, out, start, end, last):
        while True:
            piece = self._data[start : min(end, start + 65535)]
            start += len(piece)
            self._put(out, last and start == end, 3)
            self._align(out)
            out += len(piece).to_bytes(2, 'little') + (len(piece) ^ 0xFFFF).to_bytes(2, 'little') + piece
            if start == end:
                return

    def _coded(self, out, tokens, literals, lengths, distances, far_lengths):
        bits, count = self._bits, self._count
        for symbol, more, extra, far, far_more, far_extra in tokens:
            length = lengths[symbol]
            bits |= (literals[symbol] | more << length) << count
            count += length + extra
            if far >= 0:
                length = far_lengths[far]
                bits |= (distances[far] | far_more << length) << count
                count += length + far_extra
            if count > 15:
                whole = count >> 3
                out += (bits & (1 << 8 * whole) - 1).to_bytes(whole, 'little')
                bits >>= 8 * whole
                count &= 7
        self._bits, self._count = bits, count
        self._put(out, literals[256], lengths[256])

    def _tokens(self, start, end):
        """Of each literal or match: (symbol, extra, its bits, distance symbol or -1, extra, its bits)."""
        data, tokens = bytes(self._data[:end]), []
        tries, enough = _EFFORT[self._level]
        if self._strategy == _HUFFMAN_ONLY:
            tries = 0
        plain = [(byte, 0, 0, -1, 0, 0) for byte in range(256)]
        at = start
        while at < end:
            length, distance = self._longest(data, at, end, tries) if tries else (0, 0)
            while 3 <= length < enough and at + 1 < end:
                # Lazy: the next byte may begin a longer one.
                next_length, next_distance = self._longest(data, at + 1, end, tries)
                if next_length <= length:
                    break
                tokens.append(plain[data[at]])
                at, length, distance = at + 1, next_length, next_distance
            if length < 3:
                tokens.append(plain[data[at]])
                at += 1
                continue
            symbol, far = _length_symbols[length], bisect_right(_distance_bases, distance) - 1
            base, extra = LENGTHS[symbol]
            far_base, far_extra = DISTANCES[far]
            tokens.append((symbol + 257, length - base, extra, far, distance - far_base, far_extra))
            at += length
        return tokens

    def _longest(self, data, at, end, tries):
        """(length, distance) of the best match of what is at `at`, which is before it and in reach; its length may be 0."""
        heads, before, base = self._heads, self._before, self._base
        for place in range(self._known, at):
            key = data[place : place + 3]
            if key in heads:
                before[place + base] = heads[key]
            heads[key] = place + base
        self._known = max(self._known, at)
        limit = min(_LONGEST, end - at)
        place = heads.get(data[at : at + 3], -1) - base if limit >= 3 else -1
        best, distance = 0, 0
        while tries and place >= 0 and at - place <= self._reach:
            if not best or data[place : place + best + 1] == data[at : at + best + 1]:
                length = 3 if not best else best + 1
                step = 32
                while step:
                    while length + step <= limit and data[place + length : place + length + step] == data[at + length : at + length + step]:
                        length += step
                    step >>= 1
                best, distance = length, at - place
                if best == limit:
                    break
            tries -= 1
            place = before.get(place + base, -1) - base
        return best, distance


def _bits_of(counts, lengths):
    return sum(count * length for count, length in zip(counts, lengths))


def huffman(counts, limit):
    """Code lengths of the smallest code that has none longer than `limit`, or nearly; at least two symbols have one."""
    counts = list(counts)
    for symbol in range(2):
        if sum(1 for count in counts if count) < 2 and not counts[symbol]:
            counts[symbol] = 1
    while True:
        heap = [(count, symbol) for symbol, count in enumerate(counts) if count]
        parents, following = {}, len(counts)
        heapify(heap)
        while len(heap) > 1:
            count, first = heappop(heap)
            other, second = heap[0]
            parents[first] = parents[second] = following
            heapreplace(heap, (count + other, following))
            following += 1
        depths = {following - 1: 0}
        for node in range(following - 2, -1, -1):
            if node in parents:
                depths[node] = depths[parents[node]] + 1
        lengths = [depths[symbol] if count else 0 for symbol, count in enumerate(counts)]
        if max(lengths) <= limit:
            return lengths
        # Flatter, until no code is too long.
        counts = [count + 1 >> 1 for count in counts]


def _described(lengths, distances):
    """How a block says its codes: the bits of it, and (value, bits) of each part."""
    literals = max(257, *(symbol + 1 for symbol, length in enumerate(lengths) if length))
    far = max([1] + [symbol + 1 for symbol, length in enumerate(distances) if length])
    runs = list(_runs(lengths[:literals] + distances[:far]))
    counts = [0] * 19
    for symbol, _, _ in runs:
        counts[symbol] += 1
    own = huffman(counts, 7)
    given = max(4, *(i + 1 for i, symbol in enumerate(ORDER) if own[symbol]))
    packed = [(literals - 257, 5), (far - 1, 5), (given - 4, 4)] + [(own[symbol], 3) for symbol in ORDER[:given]]
    made = codes(own)
    for symbol, more, extra in runs:
        packed.append((made[symbol] | more << own[symbol], own[symbol] + extra))
    return sum(length for _, length in packed), packed


def _runs(lengths):
    """(symbol, extra, its bits): 16 repeats the one before, 17 and 18 are zeros."""
    at = 0
    while at < len(lengths):
        length, run = lengths[at], 1
        while at + run < len(lengths) and lengths[at + run] == length and run < 138:
            run += 1
        if length == 0 and run >= 11:
            yield 18, run - 11, 7
        elif length == 0 and run >= 3:
            run = min(run, 10)
            yield 17, run - 3, 3
        elif length and at and lengths[at - 1] == length and run >= 3:
            run = min(run, 6)
            yield 16, run - 3, 2
        else:
            run = 1
            yield length, 0, 0
        at += run
