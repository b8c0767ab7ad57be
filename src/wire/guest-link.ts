/**
 * The controller's side of one call: reads and fills the guest's memory and gives the result.
 * A task stands still between its call and the result, so this is a conversation with one partner.
 */
import type { Argument, CallLink, GuestBuffer, GuestString } from './call.ts';
import { WireError } from './wire-error.ts';

/** Bytes to and from the guest, by channel. Implemented in host/ over FIFOs. */
export interface Transport {
	/** Writes the first `length` of `bytes` to the task's reply FIFO. */
	send(channel: number, bytes: Uint8Array, length: number): void;
	/** Fills all of `into` from the task's data FIFO. Both throw an error with the code EPIPE when nobody is at the other end. */
	receive(channel: number, into: Uint8Array): void;
}

/** Moves bytes past the wire; how many, where the rest has to take it. Implemented in host/ over /proc/PID/mem. */
export interface DirectMemory {
	write(channel: number, address: number, bytes: Uint8Array): number;
	read(channel: number, address: number, into: Uint8Array): number;
}

/** From so many bytes on a direct move is the faster one. */
const directBytes = 32 * 1024;

/** What Linux itself reads or writes at most in one call: include/linux/fs.h MAX_RW_COUNT. */
export const maxTransfer = 0x7ffff000;

/**
 * How much is moved in one piece, so that a length the guest names never decides how much we allocate; and little enough to
 * stay in a processor's cache between the file and the guest.
 */
export const pieceBytes = 256 * 1024;

const longestTimer = 2n ** 63n - 1n;

const command = { read: 0x52, signal: 0x53, string: 0x5a, write: 0x57, timer: 0x54, times: 0x43, exit: 0x58 } as const;
const resultByte = 0x69;
/** siginfo_t */
const signalBytes = 128;

/** Signals that the guest's memory could not be read there. The handler turns it into EFAULT. */
export class GuestFault extends Error {
	constructor() {
		super('bad address');
		this.name = 'GuestFault';
	}
}

/** The task was killed in the middle of its call: there is nobody to answer. */
export class TaskGone extends Error {
	constructor() {
		super('the task is gone');
		this.name = 'TaskGone';
	}
}

/** What follows the bytes of `R` and `Z`: 0, or why they are not the guest's. */
const gone = 0xff;

export class GuestLink implements CallLink {
	readonly #transport: Transport;
	readonly #direct: DirectMemory | undefined;
	readonly #times: ((channel: number) => Uint8Array | undefined) | undefined;
	readonly #out = Buffer.allocUnsafeSlow(8192);
	readonly #view = new DataView(this.#out.buffer);
	#length = 0;
	#channel = 0;

	/** `times`: what a task reads of clocks until its next call, where that is not what they say. */
	constructor(transport: Transport, direct?: DirectMemory, times?: (channel: number) => Uint8Array | undefined) {
		this.#transport = transport;
		this.#direct = direct;
		this.#times = times;
	}

	/** Turns to the task whose call is handled now. */
	face(channel: number): void {
		if (channel === this.#channel) return;
		try {
			this.#flush();
		} catch (error) {
			// What was left for the other task is of no use to it any more.
			if (!(error instanceof TaskGone)) throw error;
		}
		this.#channel = channel;
	}

	/** Forgets what was not sent yet, for a task that is gone. */
	drop(): void {
		this.#length = 0;
	}

	/** The string of an `s` argument, at most `max` bytes; undefined when it is longer. Throws GuestFault. */
	text(argument: Argument | undefined, decode: (bytes: Uint8Array) => string, max = 4096): string | undefined {
		const string = asString(argument);
		switch (string.kind) {
			case 'text':
				return string.text;
			case 'fault':
				throw new GuestFault();
			case 'long':
				return this.string(string.address, decode, max);
		}
	}

	/** A C string at an address; undefined when there is no NUL within `max` bytes. Throws GuestFault. */
	string(address: number, decode: (bytes: Uint8Array) => string, max = 4096): string | undefined {
		this.#begin(command.string, address, 16);
		this.#number(max + 1);
		this.#flush();
		const length = this.#receiveLength(max + 1);
		if (length < 0) throw new GuestFault();
		const bytes = this.#receiveBytes(length);
		return length > max ? undefined : decode(bytes);
	}

	/** All bytes of a `b` argument up to `limit`. Throws GuestFault. */
	buffer(argument: Argument | undefined, limit = pieceBytes): Buffer {
		const { address, length, inline } = asBuffer(argument);
		if (inline !== undefined) return inline.length > limit ? inline.subarray(0, limit) : inline;
		return this.read(address, Math.min(length, limit));
	}

	/** `length` bytes of the guest's memory. Throws GuestFault when any of them cannot be read. */
	read(address: number, length: number): Buffer {
		if (length === 0) return Buffer.alloc(0);
		if (length >= directBytes && this.#direct !== undefined) {
			const bytes = Buffer.allocUnsafe(length);
			if (this.#direct.read(this.#channel, address, bytes) === length) return bytes;
		}
		this.#begin(command.read, address, 16);
		this.#number(length);
		this.#flush();
		const got = this.#receiveLength(length);
		const bytes = this.#receiveBytes(got);
		if (got !== length) throw new GuestFault();
		return bytes;
	}

	/** Fills the guest's memory. A bad address becomes EFAULT on the guest's side, with the result. */
	write(address: number, bytes: Uint8Array): void {
		const done = bytes.length < directBytes ? 0 : (this.#direct?.write(this.#channel, address, bytes) ?? 0);
		this.#fill(address + done, bytes.subarray(done));
	}

	/** The same for a few bytes (at most 4096) that `put` makes at `start` of what is to be sent: all 0 before. */
	compose(address: number, length: number, put: (out: DataView, start: number) => void): void {
		this.#room(17 + length);
		this.#begin(command.write, address, 16);
		this.#number(length);
		const start = this.#length;
		this.#out.fill(0, start, start + length);
		put(this.#view, start);
		this.#length += length;
	}

	#fill(address: number, bytes: Uint8Array): void {
		if (bytes.length === 0) return;
		this.#begin(command.write, address, 16);
		this.#number(bytes.length);
		if (this.#length + bytes.length <= this.#out.length) {
			this.#out.set(bytes, this.#length);
			this.#length += bytes.length;
			return;
		}
		this.#flush();
		this.#send(bytes, bytes.length);
	}

	/** siginfo_t of a signal of a set that is pending for the task; what is not taken tells its number alone. */
	readonly pendingSignal = (mask: bigint, take: boolean): Buffer | undefined => {
		this.#room(10);
		this.#out[this.#length] = command.signal;
		this.#out.writeBigUInt64LE(mask, this.#length + 1);
		this.#out[this.#length + 9] = take ? 1 : 0;
		this.#length += 10;
		this.#flush();
		const length = this.#receiveLength(signalBytes);
		if (length !== 0 && length !== signalBytes) throw new WireError(`a signal of ${length} bytes`);
		const bytes = this.#receiveBytes(length);
		return length === 0 ? undefined : bytes;
	};

	/** Lets the task report `timeout` after so many nanoseconds (292 years at most), unless it has its result by then. */
	timer(nanoseconds: bigint): void {
		this.#room(9);
		this.#out[this.#length] = command.timer;
		this.#out.writeBigInt64LE(nanoseconds > longestTimer ? longestTimer : nanoseconds, this.#length + 1);
		this.#length += 9;
		this.#flush();
	}

	/** Ends the guest process instead of giving a result. */
	exit(status: number): void {
		this.#room(5);
		this.#out[this.#length] = command.exit;
		this.#out.writeInt32LE(status, this.#length + 1);
		this.#length += 5;
		this.#flush();
	}

	result(value: number): void {
		const times = this.#times?.(this.#channel);
		if (times !== undefined) {
			this.#room(9 + times.length);
			this.#out[this.#length] = command.times;
			this.#length += 1;
			this.#number(times.length);
			this.#out.set(times, this.#length);
			this.#length += times.length;
		}
		this.#room(9);
		this.#out[this.#length] = resultByte;
		this.#length += 1;
		this.#number(value);
		this.#flush();
	}

	#begin(code: number, address: number, bytes: number): void {
		this.#room(1 + bytes);
		this.#out[this.#length] = code;
		this.#length += 1;
		this.#number(address);
	}

	#number(value: number): void {
		this.#view.setUint32(this.#length, value >>> 0, true);
		// Floor division keeps the sign: -2 is 0xffffffff_fffffffe.
		this.#view.setInt32(this.#length + 4, Math.floor(value / 2 ** 32) | 0, true);
		this.#length += 8;
	}

	#room(bytes: number): void {
		if (this.#length + bytes > this.#out.length) this.#flush();
	}

	#flush(): void {
		if (this.#length === 0) return;
		const length = this.#length;
		this.#length = 0;
		this.#send(this.#out, length);
	}

	#send(bytes: Uint8Array, length: number): void {
		try {
			this.#transport.send(this.#channel, bytes, length);
		} catch (error) {
			throw isBroken(error) ? new TaskGone() : error;
		}
	}

	#receive(into: Uint8Array): void {
		try {
			this.#transport.receive(this.#channel, into);
		} catch (error) {
			throw isBroken(error) ? new TaskGone() : error;
		}
	}

	/** The bytes and the word after them that says whether they are whole. */
	#receiveBytes(length: number): Buffer {
		if (length <= 0) return Buffer.alloc(0);
		const bytes = Buffer.allocUnsafe(length + 1);
		this.#receive(bytes);
		if (bytes[length] === gone) throw new TaskGone();
		if (bytes[length] !== 0) throw new GuestFault();
		return bytes.subarray(0, length);
	}

	#receiveLength(max: number): number {
		const bytes = Buffer.allocUnsafe(8);
		this.#receive(bytes);
		const length = bytes.readInt32LE(4) * 2 ** 32 + bytes.readUInt32LE(0);
		if (length > max) throw new WireError(`${length} bytes of memory where ${max} were asked for`);
		return length;
	}
}

function isBroken(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

function asString(argument: Argument | undefined): GuestString {
	if (typeof argument === 'object' && 'kind' in argument) return argument;
	throw new WireError('a string was expected');
}

function asBuffer(argument: Argument | undefined): GuestBuffer {
	if (typeof argument === 'object' && 'length' in argument) return argument;
	throw new WireError('a buffer was expected');
}
