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

/** What the ends of a pipe share. */
export type Pipe = {
	readonly queue: ByteQueue;
	readers: number;
	writers: number;
	/** How many have come so far, whether they are still there or not. */
	readersSeen: number;
	writersSeen: number;
	readonly changed: () => void;
};

/** How an end is told of: stat and the path that /proc/self/fd shows. */
export type PipeName = { readonly label: string; readonly stat: () => Stat; readonly close?: () => void };

export function newPipe(changed: () => void): Pipe {
	return { queue: new ByteQueue(), readers: 0, writers: 0, readersSeen: 0, writersSeen: 0, changed };
}

/** Both ends of a new pipe. `changed` is called whenever somebody who waits on it might go on. */
export function createPipe(stat: Stat, flags: number, changed: () => void): { reader: OpenFile; writer: OpenFile } {
	const pipe = newPipe(changed);
	const own = { ...stat, mode: S_IFIFO | 0o600 };
	const name = { label: `pipe:[${own.ino}]`, stat: () => own };
	return { reader: new PipeEnd(pipe, O_RDONLY | flags, name), writer: new PipeEnd(pipe, O_WRONLY | flags, name) };
}

/** An end for reading, for writing, or (a FIFO opened O_RDWR) for both. */
export class PipeEnd extends OpenFile {
	readonly kind = 'pipe';
	readonly #pipe: Pipe;
	readonly #name: PipeName;
	readonly #reads: boolean;
	readonly #writes: boolean;
	/** Writers that were gone when this end was opened do not hang up. fs/pipe.c, pipe_poll. */
	readonly #writersBefore: number;

	constructor(pipe: Pipe, flags: number, name: PipeName) {
		super(flags);
		this.#pipe = pipe;
		this.#name = name;
		this.#reads = this.readable;
		this.#writes = this.writable;
		this.#writersBefore = pipe.writers === 0 ? pipe.writersSeen : -1;
		if (this.#reads) {
			pipe.readers += 1;
			pipe.readersSeen += 1;
		}
		if (this.#writes) {
			pipe.writers += 1;
			pipe.writersSeen += 1;
		}
	}

	get label(): string {
		return this.#name.label;
	}

	override get pending(): number {
		return this.#pipe.queue.length;
	}

	override get activity(): number {
		return this.#pipe.queue.activity;
	}

	read(into: Buffer): number | undefined {
		if (!this.#reads) throw new SysError('EBADF');
		if (this.#pipe.queue.length === 0) return this.#pipe.writers === 0 ? 0 : undefined;
		const got = this.#pipe.queue.shift(into);
		this.#pipe.changed();
		return got;
	}

	write(bytes: Buffer): number | undefined {
		if (!this.#writes) throw new SysError('EBADF');
		if (this.#pipe.readers === 0) throw new SysError('EPIPE');
		const needed = bytes.length <= PIPE_BUF ? bytes.length : 1;
		if (this.#pipe.queue.room < needed) return undefined;
		const put = this.#pipe.queue.push(bytes);
		this.#pipe.changed();
		return put;
	}

	poll(): number {
		const { queue, readers, writers, writersSeen } = this.#pipe;
		const hungUp = writers === 0 && writersSeen !== this.#writersBefore;
		const reading = (queue.length > 0 ? POLLIN : 0) | (hungUp ? POLLHUP : 0);
		const writing = (queue.room >= PIPE_BUF ? POLLOUT : 0) | (readers === 0 ? POLLERR : 0);
		return (this.#reads ? reading : 0) | (this.#writes ? writing : 0);
	}

	stat(): Stat {
		return this.#name.stat();
	}

	protected dispose(): void {
		if (this.#reads) this.#pipe.readers -= 1;
		if (this.#writes) this.#pipe.writers -= 1;
		this.#name.close?.();
		this.#pipe.changed();
	}
}
