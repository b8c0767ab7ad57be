/** bzip2, decompressed: Node has none, and a small Debian has no bzip2 either. Block by block, checksums checked. */

/** The bytes in `compressed`, piece by piece. Throws Bzip2Error at the first block that is damaged or cut off. */
export function* bunzip2(compressed: Uint8Array): Generator<Uint8Array> {
	const bits = new BitReader(compressed);
	do {
		yield* decodeStream(bits);
		bits.alignToByte();
	} while (!bits.atEnd);
}

export class Bzip2Error extends Error {
	constructor(what: string) {
		super(`damaged bzip2 data: ${what}`);
		this.name = 'Bzip2Error';
	}
}

const blockMagic = 0x314159265359;
const endMagic = 0x177245385090;
const groupSize = 50;
const maxCodeLength = 20;

function* decodeStream(bits: BitReader): Generator<Uint8Array> {
	if (bits.read(24) !== 0x425a68) throw new Bzip2Error('no bzip2 header');
	const level = bits.read(8) - 0x30;
	if (level < 1 || level > 9) throw new Bzip2Error('unknown block size');
	const words = new Uint32Array(level * 100_000);
	let streamChecksum = 0;
	for (;;) {
		const magic = bits.read(24) * 0x1000000 + bits.read(24);
		const checksum = bits.read(32);
		if (magic === endMagic) {
			if (checksum !== streamChecksum) throw new Bzip2Error('wrong checksum of the whole');
			return;
		}
		if (magic !== blockMagic) throw new Bzip2Error('no block where one should be');
		const bytes = decodeBlock(bits, words);
		if (checksumOf(bytes) !== checksum) throw new Bzip2Error('wrong checksum of a block');
		streamChecksum = (((streamChecksum << 1) | (streamChecksum >>> 31)) ^ checksum) >>> 0;
		yield bytes;
	}
}

/** One block. `words` takes the Burrows-Wheeler column in its low bytes. */
function decodeBlock(bits: BitReader, words: Uint32Array): Uint8Array {
	if (bits.read(1) === 1) throw new Bzip2Error('a randomised block, of a bzip2 older than 1995');
	const origin = bits.read(24);
	const symbols = readSymbolsUsed(bits);
	const groups = bits.read(3);
	if (symbols.length === 0 || groups < 2 || groups > 6) throw new Bzip2Error('impossible tables');
	const selectors = readSelectors(bits, groups);
	const tables = Array.from({ length: groups }, () => readTable(bits, symbols.length + 2));
	const length = readColumn(bits, { symbols, selectors, tables }, words);
	if (origin >= length) throw new Bzip2Error('an origin outside the block');
	invert(words, length);
	return expandRuns(words, origin, length);
}

function readSymbolsUsed(bits: BitReader): number[] {
	const rows = bits.read(16);
	const used: number[] = [];
	for (let row = 0; row < 16; row++) {
		if ((rows & (0x8000 >> row)) === 0) continue;
		const columns = bits.read(16);
		for (let column = 0; column < 16; column++) if (columns & (0x8000 >> column)) used.push(row * 16 + column);
	}
	return used;
}

function readSelectors(bits: BitReader, groups: number): Uint8Array {
	const selectors = new Uint8Array(bits.read(15));
	const order = Array.from({ length: groups }, (_, index) => index);
	for (let i = 0; i < selectors.length; i++) {
		let position = 0;
		while (bits.read(1) === 1) if (++position >= groups) throw new Bzip2Error('an impossible selector');
		const [chosen = 0] = order.splice(position, 1);
		order.unshift(chosen);
		selectors[i] = chosen;
	}
	return selectors;
}

/** Canonical Huffman codes: for each length the last code, what to subtract from it, and the symbols in code order. */
type Table = {
	readonly shortest: number;
	readonly limit: Int32Array;
	readonly base: Int32Array;
	readonly sorted: Uint16Array;
};

function readTable(bits: BitReader, count: number): Table {
	const lengths = new Uint8Array(count);
	let length = bits.read(5);
	for (let i = 0; i < count; i++) {
		while (bits.read(1) === 1) length += bits.read(1) === 1 ? -1 : 1;
		if (length < 1 || length > maxCodeLength) throw new Bzip2Error('an impossible code length');
		lengths[i] = length;
	}
	const sorted = new Uint16Array(count);
	const limit = new Int32Array(maxCodeLength + 1).fill(-1);
	const base = new Int32Array(maxCodeLength + 1);
	let code = 0;
	let at = 0;
	for (let size = 1; size <= maxCodeLength; size++) {
		base[size] = code - at;
		for (let symbol = 0; symbol < count; symbol++) {
			if (lengths[symbol] !== size) continue;
			sorted[at++] = symbol;
			limit[size] = code++;
		}
		code <<= 1;
	}
	return { shortest: lengths.reduce((a, b) => Math.min(a, b)), limit, base, sorted };
}

function readSymbol(bits: BitReader, { shortest, limit, base, sorted }: Table): number {
	const window = bits.peek();
	for (let size = shortest; size <= maxCodeLength; size++) {
		const code = window >>> (maxCodeLength - size);
		if (code > (limit[size] ?? -1)) continue;
		bits.skip(size);
		return sorted[code - (base[size] ?? 0)] ?? 0;
	}
	throw new Bzip2Error('an unknown code');
}

type Coding = {
	readonly symbols: readonly number[];
	readonly selectors: Uint8Array;
	readonly tables: readonly Table[];
};

/** Huffman, run lengths of zeros and move-to-front undone; how many bytes there are in `words`. */
function readColumn(bits: BitReader, { symbols, selectors, tables }: Coding, words: Uint32Array): number {
	const order = Uint8Array.from(symbols);
	const end = symbols.length + 1;
	let length = 0;
	let run = 0;
	let weight = 1;
	for (let group = 0; group < selectors.length; group++) {
		const table = tables[selectors[group] ?? 0];
		if (table === undefined) throw new Bzip2Error('an impossible selector');
		for (let i = 0; i < groupSize; i++) {
			const symbol = readSymbol(bits, table);
			if (symbol <= 1) {
				run += weight << symbol;
				weight *= 2;
				if (run > words.length) throw new Bzip2Error('a run longer than a block');
				continue;
			}
			if (run > 0) {
				if (length + run > words.length) throw new Bzip2Error('a block that is too long');
				words.fill(order[0] ?? 0, length, length + run);
				length += run;
				run = 0;
				weight = 1;
			}
			if (symbol === end) return length;
			if (length >= words.length) throw new Bzip2Error('a block that is too long');
			const value = order[symbol - 1] ?? 0;
			order.copyWithin(1, 0, symbol - 1);
			order[0] = value;
			words[length++] = value;
		}
	}
	throw new Bzip2Error('a block without an end');
}

/** The Burrows-Wheeler transform: puts into the upper 24 bits of each word where the byte after it stands. */
function invert(words: Uint32Array, length: number): void {
	const starts = new Uint32Array(256);
	for (let i = 0; i < length; i++) {
		const value = (words[i] ?? 0) & 0xff;
		starts[value] = (starts[value] ?? 0) + 1;
	}
	let sum = 0;
	for (let value = 0; value < 256; value++) {
		const count = starts[value] ?? 0;
		starts[value] = sum;
		sum += count;
	}
	for (let i = 0; i < length; i++) {
		const value = (words[i] ?? 0) & 0xff;
		const place = starts[value] ?? 0;
		starts[value] = place + 1;
		words[place] = ((words[place] ?? 0) | (i << 8)) >>> 0;
	}
}

/** Follows the chain, and undoes the first run-length coding: four equal bytes and a count of more. */
function expandRuns(words: Uint32Array, origin: number, length: number): Uint8Array {
	let out = new Uint8Array(length + (length >> 1));
	let size = 0;
	let position = (words[origin] ?? 0) >>> 8;
	let previous = -1;
	let equal = 0;
	for (let i = 0; i < length; i++) {
		const word = words[position] ?? 0;
		const value = word & 0xff;
		position = word >>> 8;
		if (size + 256 > out.length) out = grown(out);
		if (equal === 4) {
			out.fill(previous, size, size + value);
			size += value;
			equal = 0;
			previous = -1;
			continue;
		}
		equal = value === previous ? equal + 1 : 1;
		previous = value;
		out[size++] = value;
	}
	return out.subarray(0, size);
}

function grown(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
	const larger = new Uint8Array(bytes.length * 2 + 512);
	larger.set(bytes);
	return larger;
}

/** CRC-32, most significant bit first. */
function checksumOf(bytes: Uint8Array): number {
	let sum = 0xffffffff;
	for (let i = 0; i < bytes.length; i++) sum = (sum << 8) ^ (crcTable[(sum >>> 24) ^ (bytes[i] ?? 0)] ?? 0);
	return ~sum >>> 0;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
	let value = index << 24;
	for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0);
	return value >>> 0;
});

class BitReader {
	readonly #bytes: Uint8Array;
	#next = 0;
	#held = 0;
	#count = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	get atEnd(): boolean {
		return this.#next >= this.#bytes.length;
	}

	/** The next `count` bits, 1..32, most significant first. */
	read(count: number): number {
		if (count > maxCodeLength) return this.read(count - 16) * 0x10000 + this.read(16);
		const value = this.peek() >>> (maxCodeLength - count);
		this.skip(count);
		return value;
	}

	/** The next 20 bits, without going on; zeros after the end. */
	peek(): number {
		while (this.#count < maxCodeLength) {
			this.#held = (this.#held << 8) | (this.#bytes[this.#next++] ?? 0);
			this.#count += 8;
		}
		return (this.#held >>> (this.#count - maxCodeLength)) & 0xfffff;
	}

	skip(count: number): void {
		this.#count -= count;
		if (this.#next - (this.#count >> 3) > this.#bytes.length) throw new Bzip2Error('it ends too early');
	}

	alignToByte(): void {
		this.#next -= this.#count >> 3;
		this.#held = 0;
		this.#count = 0;
	}
}
