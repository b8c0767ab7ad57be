/** Unpacks a tar archive (ustar with GNU long names and pax paths) into a new folder, never outside it. */
import { chmodSync, closeSync, linkSync, mkdirSync, openSync, symlinkSync, writeSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** The archive is one we do not unpack: damaged, or with a name that leads out of the folder. */
export class TarError extends Error {
	constructor(what: string) {
		super(`damaged tar archive: ${what}`);
		this.name = 'TarError';
	}
}

/**
 * Unpacks the archive that comes in `pieces` into `folder`, which must be there. Devices and FIFOs are errors.
 * Throws TarError, and what node:fs throws.
 */
export function unpackTar(pieces: Iterable<Uint8Array>, folder: string): void {
	const input = new Input(pieces);
	let longName: string | undefined;
	let longTarget: string | undefined;
	for (;;) {
		const header = input.take(blockSize);
		if (header === undefined) throw new TarError('it ends too early');
		if (header.every((byte) => byte === 0)) {
			input.drain();
			return;
		}
		const entry = readHeader(header);
		if (entry.type === 'L') longName = text(input.takeWhole(entry.size));
		else if (entry.type === 'K') longTarget = text(input.takeWhole(entry.size));
		else if (entry.type === 'x') {
			const records = paxRecords(input.takeWhole(entry.size));
			longName = records.get('path') ?? longName;
			longTarget = records.get('linkpath') ?? longTarget;
		} else if (entry.type === 'g') input.takeWhole(entry.size);
		else {
			unpackEntry(input, { ...entry, name: longName ?? entry.name, target: longTarget ?? entry.target }, folder);
			longName = undefined;
			longTarget = undefined;
		}
	}
}

const blockSize = 512;
const largestText = 65_536;

type Entry = {
	readonly name: string;
	readonly type: string;
	readonly mode: number;
	readonly size: number;
	readonly target: string;
};

function readHeader(header: Buffer): Entry {
	let sum = 0;
	for (let i = 0; i < blockSize; i++) sum += i >= 148 && i < 156 ? 0x20 : (header[i] ?? 0);
	if (sum !== octal(header.subarray(148, 156))) throw new TarError('wrong checksum of a header');
	const prefix = header.toString('latin1', 257, 262) === 'ustar' ? text(header.subarray(345, 500)) : '';
	const name = text(header.subarray(0, 100));
	return {
		name: prefix === '' || header[262] === 0x20 ? name : `${prefix}/${name}`,
		type: String.fromCharCode(header[156] || 0x30),
		mode: octal(header.subarray(100, 108)) & 0o777,
		size: octal(header.subarray(124, 136)),
		target: text(header.subarray(157, 257)),
	};
}

function unpackEntry(input: Input, entry: Entry, folder: string): void {
	const path = inside(folder, entry.name);
	mkdirSync(dirname(path), { recursive: true });
	switch (entry.type) {
		case '0':
		case '7':
			unpackFile(input, entry, path);
			break;
		case '5':
			mkdirSync(path, { recursive: true });
			chmodSync(path, entry.mode | 0o700);
			break;
		case '1':
			linkSync(inside(folder, entry.target), path);
			break;
		case '2':
			if (entry.target.startsWith('/')) throw new TarError(`a symlink to ${entry.target}`);
			inside(folder, join(dirname(entry.name), entry.target));
			symlinkSync(entry.target, path);
			break;
		default:
			throw new TarError(`an entry of type ${JSON.stringify(entry.type)}`);
	}
}

function unpackFile(input: Input, entry: Entry, path: string): void {
	// wx: a name that was a symlink in this archive is not followed.
	const file = openSync(path, 'wx', entry.mode | 0o600);
	try {
		for (const piece of input.takePieces(entry.size)) writeSync(file, piece);
	} finally {
		closeSync(file);
	}
}

function inside(folder: string, name: string): string {
	const clean = normalize(name);
	if (name === '' || name.startsWith('/') || clean === '..' || clean.startsWith('../')) {
		throw new TarError(`the name ${JSON.stringify(name)}`);
	}
	return join(folder, clean);
}

function text(bytes: Uint8Array): string {
	const end = bytes.indexOf(0);
	return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8');
}

function octal(bytes: Uint8Array): number {
	const digits = text(bytes).trim();
	if (!/^[0-7]*$/.test(digits)) throw new TarError('a number that is none');
	return digits === '' ? 0 : Number.parseInt(digits, 8);
}

/** `LENGTH key=value\n`, LENGTH counting itself. */
function paxRecords(bytes: Buffer): Map<string, string> {
	const records = new Map<string, string>();
	for (let at = 0; at < bytes.length; ) {
		const length = Number.parseInt(bytes.toString('latin1', at, at + 12), 10);
		if (!(length > 3)) throw new TarError('a pax header that is none');
		const record = bytes.toString('utf8', bytes.indexOf(0x20, at) + 1, at + length - 1);
		records.set(record.slice(0, record.indexOf('=')), record.slice(record.indexOf('=') + 1));
		at += length;
	}
	return records;
}

/** Takes counted bytes from pieces of any size. */
class Input {
	readonly #pieces: Iterator<Uint8Array>;
	#piece: Uint8Array = new Uint8Array(0);

	constructor(pieces: Iterable<Uint8Array>) {
		this.#pieces = pieces[Symbol.iterator]();
	}

	/** `count` bytes, or undefined at the end. */
	take(count: number): Buffer | undefined {
		const parts: Uint8Array[] = [];
		for (let left = count; left > 0; ) {
			const part = this.#some(left);
			if (part === undefined) return undefined;
			parts.push(part);
			left -= part.length;
		}
		return Buffer.concat(parts);
	}

	/** A long name or a pax header, with the padding after it. */
	takeWhole(size: number): Buffer {
		if (size > largestText) throw new TarError('a name that is too long');
		return Buffer.concat([...this.takePieces(size)]);
	}

	*takePieces(size: number): Generator<Uint8Array> {
		for (let left = size; left > 0; ) {
			const part = this.#some(left);
			if (part === undefined) throw new TarError('it ends too early');
			left -= part.length;
			yield part;
		}
		this.take((blockSize - (size % blockSize)) % blockSize);
	}

	/** Reads on to the end, so that the checksums of the compression are checked too. */
	drain(): void {
		while (this.#some(Number.MAX_SAFE_INTEGER) !== undefined);
	}

	#some(most: number): Uint8Array | undefined {
		while (this.#piece.length === 0) {
			const next = this.#pieces.next();
			if (next.done) return undefined;
			this.#piece = next.value;
		}
		const part = this.#piece.subarray(0, most);
		this.#piece = this.#piece.subarray(part.length);
		return part;
	}
}
