/**
 * The controller's side of a translated sandbox's wire, protocol version 20001 (RPython, translator/sandbox/src/rsandbox.c): one
 * stream each way, one call at a time. A translated interpreter knows no bad addresses: it would die of one, so NULL never reaches it.
 */
import type { Argument, CallLink, GuestBuffer } from './call.ts';
import { GuestFault } from './guest-link.ts';
import { WireError } from './wire-error.ts';

/** Both directions of the stream. Implemented in host/ over FIFOs. */
export interface SandboxPipe {
	/** Blocks for at least one byte; 0 when the interpreter has closed its end. */
	receive(into: Buffer, offset: number, length: number): number;
	/** Writes all. */
	send(bytes: Uint8Array): void;
}

/** Reads the interpreter's memory past the stream: a question less where a call carries a path. */
export interface DirectMemory {
	/** Bytes that were read, perhaps fewer than `into` has room for; 0 where it cannot be done. */
	read(address: number, into: Uint8Array): number;
}

export type ResultType = 'i' | 'p' | 'f' | 'v';

/** One call: `open(pii)i` and its arguments; integers and addresses as numbers. */
export type SandboxCall = {
	readonly signature: string;
	/** `open`. */
	readonly name: string;
	readonly types: string;
	readonly args: readonly number[];
	readonly result: ResultType;
};

/** The interpreter ended in the middle of a message. Between two messages it just ended. */
export class SandboxCutOff extends WireError {
	constructor() {
		super('the interpreter ended in the middle of a message');
	}
}

/** An address below this is NULL or near it: mmap_min_addr. */
const lowestAddress = 65536;
/** rsandbox.c: RPY_SANDBOX_ARGBUF, 512 bytes, holds the name and all arguments. */
const longestCall = 512;
/** No handler asks for more at once; a length that came from the interpreter itself must not become a buffer of ours. */
const longestRead = 64 * 1024 * 1024;
const command = { read: 0x52, string: 0x5a, write: 0x57, allocate: 0x4d, free: 0x46, errno: 0x45 } as const;

/** Most paths are shorter. */
const nearBytes = 256;

type Shape = { readonly signature: string; readonly name: string; readonly types: string; readonly result: ResultType };

export class SandboxLink implements CallLink {
	readonly #pipe: SandboxPipe;
	readonly #in = Buffer.allocUnsafe(longestCall + 8);
	#have = 0;
	readonly #out = Buffer.allocUnsafe(8192);
	#length = 0;
	readonly #shapes = new Map<string, Shape>();
	readonly #direct: DirectMemory | undefined;
	readonly #near = Buffer.allocUnsafe(nearBytes);
	/** Something was sent that changes its memory, and nothing since then says that it was obeyed. */
	#unsettled = false;

	constructor(pipe: SandboxPipe, direct?: DirectMemory) {
		this.#pipe = pipe;
		this.#direct = direct;
	}

	/** The next call, or undefined when the interpreter has ended. Throws WireError for what no translated sandbox sends. */
	next(): SandboxCall | undefined {
		this.#have = 0;
		this.#unsettled = false;
		if (!this.#fill(1)) return undefined;
		const nameEnd = 1 + (this.#in[0] ?? 0);
		this.#need(nameEnd);
		const { signature, name, types, result } = this.#shape(this.#in.toString('latin1', 1, nameEnd));
		const end = nameEnd + types.length * 8;
		if (end > longestCall) throw new WireError(`${signature}: a message of ${end} bytes`);
		this.#need(end);
		if (this.#have > end) throw new WireError(`${signature}: ${this.#have - end} bytes too many`);
		const args = [...types].map((type, i) => this.#argument(type, nameEnd + i * 8));
		return { signature, name, types, args, result };
	}

	text(argument: Argument | undefined, decode: (bytes: Uint8Array) => string, max = 4096): string | undefined {
		if (typeof argument !== 'object' || !('kind' in argument)) throw new WireError('a string was expected');
		if (argument.kind === 'text') return argument.text;
		return this.string(argument.address, decode, max);
	}

	string(address: number, decode: (bytes: Uint8Array) => string, max = 4096): string | undefined {
		check(address);
		const near = this.#nearString(address, max);
		if (near !== undefined) return decode(near);
		this.#command(command.string, address, max + 1);
		this.#flush();
		const header = this.#receive(8);
		const length = header.readInt32LE(4) * 2 ** 32 + header.readUInt32LE(0);
		if (length < 0 || length > max + 1)
			throw new WireError(`a string of ${length} bytes; at most ${max + 1} were asked for`);
		const bytes = this.#receive(length);
		// A C string has none: with one, what is judged and what the machine takes could be two things.
		if (bytes.includes(0)) throw new WireError('a string with a NUL byte in it');
		return length > max ? undefined : decode(bytes);
	}

	buffer(argument: Argument | undefined, limit = 1024 * 1024): Buffer {
		const { address, length } = asBuffer(argument);
		return this.read(address, Math.min(length, limit));
	}

	read(address: number, length: number): Buffer {
		if (length === 0) return Buffer.alloc(0);
		check(address);
		if (length < 0 || length > longestRead) throw new GuestFault();
		if (this.#direct !== undefined && !this.#unsettled) {
			const bytes = Buffer.allocUnsafe(length);
			if (this.#direct.read(address, bytes) === length) return bytes;
		}
		this.#command(command.read, address, length);
		this.#flush();
		return this.#receive(length);
	}

	write(address: number, bytes: Uint8Array): void {
		if (bytes.length === 0) return;
		check(address);
		this.#unsettled = true;
		this.#command(command.write, address, bytes.length);
		this.#bytes(bytes);
	}

	compose(address: number, length: number, put: (out: DataView, start: number) => void): void {
		const bytes = Buffer.alloc(length);
		put(new DataView(bytes.buffer, bytes.byteOffset, length), 0);
		this.write(address, bytes);
	}

	/** A copy of `bytes` in memory that the interpreter's malloc gave; its address. */
	allocate(bytes: Uint8Array): number {
		this.#room(9);
		this.#out[this.#length] = command.allocate;
		this.#length += 1;
		this.#number(bytes.length);
		this.#bytes(bytes);
		this.#flush();
		const header = this.#receive(8);
		return header.readUInt32LE(4) * 2 ** 32 + header.readUInt32LE(0);
	}

	/** Gives back what `allocate` gave. */
	free(address: number): void {
		this.#room(9);
		this.#out[this.#length] = command.free;
		this.#length += 1;
		this.#number(address);
	}

	/** Ends the call. `errno` is set where it is not 0. */
	result(type: ResultType, value: number, errno = 0): void {
		this.#room(14);
		if (errno !== 0) {
			this.#out[this.#length] = command.errno;
			this.#out.writeInt32LE(errno, this.#length + 1);
			this.#length += 5;
		}
		this.#out[this.#length] = type.charCodeAt(0);
		this.#length += 1;
		if (type === 'f') {
			this.#out.writeDoubleLE(value, this.#length);
			this.#length += 8;
		} else if (type !== 'v') this.#number(value);
		this.#flush();
	}

	#shape(signature: string): Shape {
		const known = this.#shapes.get(signature);
		if (known !== undefined) return known;
		const [, name, types, result] = /^([A-Za-z0-9_$]{1,60})\(([ipfv]{0,32})\)([ipfv])$/.exec(signature) ?? [];
		if (name === undefined || types === undefined || !isResult(result))
			throw new WireError(`a signature that is none: ${JSON.stringify(signature.slice(0, 60))}`);
		const shape = { signature, name, types: types.replaceAll('v', ''), result };
		// A hostile interpreter could send endless different names.
		if (this.#shapes.size < 1000) this.#shapes.set(signature, shape);
		return shape;
	}

	#argument(type: string, at: number): number {
		if (type === 'f') return this.#in.readDoubleLE(at);
		const low = this.#in.readUInt32LE(at);
		return (type === 'p' ? this.#in.readUInt32LE(at + 4) : this.#in.readInt32LE(at + 4)) * 2 ** 32 + low;
	}

	/** Reads on until so many bytes of a message are there; false at the end of the stream before its first byte. */
	#fill(bytes: number): boolean {
		while (this.#have < bytes) {
			const got = this.#pipe.receive(this.#in, this.#have, this.#in.length - this.#have);
			if (got === 0 && this.#have === 0) return false;
			if (got === 0) throw new SandboxCutOff();
			this.#have += got;
		}
		return true;
	}

	#need(bytes: number): void {
		if (bytes > longestCall) throw new WireError(`a message of ${bytes} bytes; at most ${longestCall} are allowed`);
		if (!this.#fill(bytes)) throw new SandboxCutOff();
	}

	/** A string that ends within what is read at once. */
	#nearString(address: number, max: number): Buffer | undefined {
		if (this.#direct === undefined || this.#unsettled) return undefined;
		const end = this.#near.subarray(0, this.#direct.read(address, this.#near)).indexOf(0);
		return end < 0 || end > max ? undefined : this.#near.subarray(0, end);
	}

	#receive(length: number): Buffer {
		this.#unsettled = false;
		const bytes = Buffer.allocUnsafe(length);
		for (let got = 0; got < length; ) {
			const more = this.#pipe.receive(bytes, got, length - got);
			if (more === 0) throw new SandboxCutOff();
			got += more;
		}
		return bytes;
	}

	#command(code: number, address: number, length: number): void {
		this.#room(17);
		this.#out[this.#length] = code;
		this.#length += 1;
		this.#number(address);
		this.#number(length);
	}

	#bytes(bytes: Uint8Array): void {
		if (this.#length + bytes.length <= this.#out.length) {
			this.#out.set(bytes, this.#length);
			this.#length += bytes.length;
			return;
		}
		this.#flush();
		this.#pipe.send(bytes);
	}

	#number(value: number): void {
		this.#out.writeUInt32LE(value >>> 0, this.#length);
		// Floor division keeps the sign: -2 is 0xffffffff_fffffffe.
		this.#out.writeInt32LE(Math.floor(value / 2 ** 32) | 0, this.#length + 4);
		this.#length += 8;
	}

	#room(bytes: number): void {
		if (this.#length + bytes > this.#out.length) this.#flush();
	}

	#flush(): void {
		if (this.#length === 0) return;
		const length = this.#length;
		this.#length = 0;
		this.#pipe.send(this.#out.subarray(0, length));
	}
}

function check(address: number): void {
	if (address < lowestAddress) throw new GuestFault();
}

function isResult(text: string | undefined): text is ResultType {
	return text === 'i' || text === 'p' || text === 'f' || text === 'v';
}

function asBuffer(argument: Argument | undefined): GuestBuffer {
	if (typeof argument === 'object' && 'length' in argument) return argument;
	throw new WireError('a buffer was expected');
}
