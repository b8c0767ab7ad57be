/** An open file description: what descriptors point to, shared after dup and fork. open(2), "Open file descriptions". */
import { SysError } from '../abi/errno.ts';
import { O_ACCMODE, O_APPEND, O_NONBLOCK, O_PATH, O_RDONLY, O_WRONLY } from '../abi/open-flags.ts';
import type { Stat } from '../fs/api.ts';

export const POLLIN = 0x1;
export const POLLPRI = 0x2;
export const POLLOUT = 0x4;
export const POLLERR = 0x8;
export const POLLHUP = 0x10;
export const POLLNVAL = 0x20;
export const POLLRDHUP = 0x2000;

/** When the first of some files becomes ready by itself. */
export function firstReady(files: Iterable<OpenFile | undefined>): bigint | undefined {
	let first: bigint | undefined;
	for (const file of files) {
		const at = file?.readyAt;
		if (at !== undefined && (first === undefined || at < first)) first = at;
	}
	return first;
}

export abstract class OpenFile {
	abstract readonly kind: 'node' | 'pipe' | 'outside' | 'event' | 'epoll' | 'socket' | 'terminal';
	/** O_RDONLY, O_WRONLY or O_RDWR, with O_APPEND and O_NONBLOCK, as F_GETFL tells. */
	flags: number;
	/** Descriptors (and running commands) that point here. */
	#references = 0;
	#whenClosed: (() => void)[] | undefined;

	constructor(flags: number) {
		this.flags = flags;
	}

	/** Names a file and leads to none of its bytes: nobody was asked whether it may be read. open(2), O_PATH. */
	get handleOnly(): boolean {
		return (this.flags & O_PATH) !== 0;
	}

	get readable(): boolean {
		return !this.handleOnly && (this.flags & O_ACCMODE) !== O_WRONLY;
	}

	get writable(): boolean {
		return !this.handleOnly && (this.flags & O_ACCMODE) !== O_RDONLY;
	}

	get blocking(): boolean {
		return (this.flags & O_NONBLOCK) === 0;
	}

	get appending(): boolean {
		return (this.flags & O_APPEND) !== 0;
	}

	/** Bytes read into `into`, 0 at the end, undefined when there is nothing yet. */
	abstract read(into: Buffer): number | undefined;
	/** Bytes taken (at least one), undefined when there is no room yet. */
	abstract write(bytes: Buffer): number | undefined;
	/** POLLIN, POLLOUT, POLLHUP, POLLERR that hold now. */
	abstract poll(): number;
	abstract stat(): Stat;

	readAt(_into: Buffer, _position: number): number {
		throw new SysError('ESPIPE');
	}

	writeAt(_bytes: Buffer, _position: number): number {
		throw new SysError('ESPIPE');
	}

	seek(_offset: number, _whence: number): number {
		throw new SysError('ESPIPE');
	}

	/** Bytes that can be read without waiting: ioctl FIONREAD. */
	get pending(): number {
		return 0;
	}

	/** Grows each time something arrives or leaves, so that edge-triggered waiting sees a second arrival. epoll(7). */
	get activity(): number {
		return 0;
	}

	/** How many nanoseconds a read waits for something before it gives 0. undefined: for ever. */
	get patienceNs(): bigint | undefined {
		return undefined;
	}

	/** When it becomes ready without that anything happens: a timer's time on the monotonic clock. undefined: it does not. */
	get readyAt(): bigint | undefined {
		return undefined;
	}

	/** Whether isatty(3) holds. */
	get terminal(): boolean {
		return false;
	}

	/** The path that /proc/self/fd/N shows. */
	abstract get label(): string;

	hold(): this {
		this.#references += 1;
		return this;
	}

	release(): void {
		this.#references -= 1;
		if (this.#references !== 0) return;
		for (const run of this.#whenClosed ?? []) run();
		this.dispose();
	}

	/** Runs something when the last descriptor is closed: a lock goes, a name leads to nobody. */
	whenClosed(run: () => void): void {
		this.#whenClosed ??= [];
		this.#whenClosed.push(run);
	}

	/** The last descriptor was closed. */
	protected abstract dispose(): void;
}
