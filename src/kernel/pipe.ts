/** pipe(7): a buffer of 64 KiB between two ends; writes of up to PIPE_BUF bytes are whole or not at all. */
import { SysError } from '../abi/errno.ts';
import { S_IFIFO } from '../abi/file-mode.ts';
import { O_RDONLY, O_WRONLY } from '../abi/open-flags.ts';
import type { Stat } from '../fs/api.ts';
import { OpenFile, POLLERR, POLLHUP, POLLIN, POLLOUT } from './open-file.ts';

const PIPE_BUF = 4096;

/** Bytes on their way. Used by pipes and standard input. */
export class ByteQueue {
	readonly capacity: number;
	#chunks: Buffer[] = [];
	#length = 0;
	/** Counts arrivals and departures. */
	activity = 0;

	constructor(capacity = 65536) {
		this.capacity = capacity;
	}

	get length(): number {
		return this.#length;
	}

	get room(): number {
		return this.capacity - this.#length;
	}

	/** Takes a copy of as much as there is room for. */
	push(bytes: Buffer): number {
		const taken = Math.min(bytes.length, this.room);
		if (taken > 0) {
			this.#chunks.push(Buffer.from(bytes.subarray(0, taken)));
			this.#length += taken;
			this.activity += 1;
		}
		return taken;
	}

	shift(into: Buffer): number {
		let got = 0;
		while (got < into.length) {
			const first = this.#chunks[0];
			if (first === undefined) break;
			const piece = Math.min(first.length, into.length - got);
			first.copy(into, got, 0, piece);
			got += piece;
			if (piece === first.length) this.#chunks.shift();
			else this.#chunks[0] = first.subarray(piece);
		}
		this.#length -= got;
		this.activity += 1;
		return got;
	}
}

type Shared = {
	readonly queue: ByteQueue;
	readers: number;
	writers: number;
	readonly stat: Stat;
	readonly changed: () => void;
};

/** Both ends of a new pipe. `changed` is called whenever somebody who waits on it might go on. */
export function createPipe(stat: Stat, flags: number, changed: () => void): { reader: OpenFile; writer: OpenFile } {
	const shared: Shared = {
		queue: new ByteQueue(),
		readers: 1,
		writers: 1,
		stat: { ...stat, mode: S_IFIFO | 0o600 },
		changed,
	};
	return { reader: new PipeReader(shared, O_RDONLY | flags), writer: new PipeWriter(shared, O_WRONLY | flags) };
}

class PipeReader extends OpenFile {
	readonly kind = 'pipe';
	readonly #pipe: Shared;

	constructor(pipe: Shared, flags: number) {
		super(flags);
		this.#pipe = pipe;
	}

	get label(): string {
		return `pipe:[${this.#pipe.stat.ino}]`;
	}

	override get pending(): number {
		return this.#pipe.queue.length;
	}

	override get activity(): number {
		return this.#pipe.queue.activity;
	}

	read(into: Buffer): number | undefined {
		if (this.#pipe.queue.length === 0) return this.#pipe.writers === 0 ? 0 : undefined;
		const got = this.#pipe.queue.shift(into);
		this.#pipe.changed();
		return got;
	}

	write(): number {
		throw new SysError('EBADF');
	}

	poll(): number {
		return (this.#pipe.queue.length > 0 ? POLLIN : 0) | (this.#pipe.writers === 0 ? POLLHUP : 0);
	}

	stat(): Stat {
		return this.#pipe.stat;
	}

	protected dispose(): void {
		this.#pipe.readers = 0;
		this.#pipe.changed();
	}
}

class PipeWriter extends OpenFile {
	readonly kind = 'pipe';
	readonly #pipe: Shared;

	constructor(pipe: Shared, flags: number) {
		super(flags);
		this.#pipe = pipe;
	}

	get label(): string {
		return `pipe:[${this.#pipe.stat.ino}]`;
	}

	override get activity(): number {
		return this.#pipe.queue.activity;
	}

	read(): number {
		throw new SysError('EBADF');
	}

	write(bytes: Buffer): number | undefined {
		if (this.#pipe.readers === 0) throw new SysError('EPIPE');
		const needed = bytes.length <= PIPE_BUF ? bytes.length : 1;
		if (this.#pipe.queue.room < needed) return undefined;
		const put = this.#pipe.queue.push(bytes);
		this.#pipe.changed();
		return put;
	}

	poll(): number {
		return (this.#pipe.queue.room >= PIPE_BUF ? POLLOUT : 0) | (this.#pipe.readers === 0 ? POLLERR : 0);
	}

	stat(): Stat {
		return this.#pipe.stat;
	}

	protected dispose(): void {
		this.#pipe.writers = 0;
		this.#pipe.changed();
	}
}
