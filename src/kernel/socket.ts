/** Sockets: pairs between the guest's own tasks, and unconnected ones that lead nowhere until the gate lets them. */
import { SysError } from '../abi/errno.ts';
import { S_IFSOCK } from '../abi/file-mode.ts';
import { O_RDWR } from '../abi/open-flags.ts';
import type { Stat } from '../fs/api.ts';
import { OpenFile, POLLHUP, POLLIN, POLLOUT } from './open-file.ts';
import { ByteQueue } from './pipe.ts';

export type SocketAddress =
	| { readonly family: 'inet'; readonly host: string; readonly port: number }
	| { readonly family: 'unix'; readonly path: string };

/** A socket that has not been connected. A datagram socket only remembers whom it would send to. */
export class LoneSocket extends OpenFile {
	readonly kind = 'socket';
	readonly family: number;
	readonly type: number;
	peer: SocketAddress | undefined;
	readonly #stat: Stat;

	constructor(stat: Stat, family: number, type: number, flags: number) {
		super(O_RDWR | flags);
		this.family = family;
		this.type = type;
		this.#stat = { ...stat, mode: S_IFSOCK | 0o777 };
	}

	read(): number {
		throw new SysError('ENOTCONN');
	}

	write(): number {
		throw new SysError('ENOTCONN');
	}

	poll(): number {
		return POLLOUT | POLLHUP;
	}

	stat(): Stat {
		return this.#stat;
	}

	get label(): string {
		return `socket:[${this.#stat.ino}]`;
	}

	protected dispose(): void {}
}

type Direction = { readonly queue: ByteQueue; closed: boolean };

/** One end of socketpair(2). */
export class PairSocket extends OpenFile {
	readonly kind = 'socket';
	readonly #in: Direction;
	readonly #out: Direction;
	readonly #stat: Stat;
	readonly #changed: () => void;

	constructor(incoming: Direction, outgoing: Direction, stat: Stat, flags: number, changed: () => void) {
		super(O_RDWR | flags);
		this.#in = incoming;
		this.#out = outgoing;
		this.#stat = { ...stat, mode: S_IFSOCK | 0o777 };
		this.#changed = changed;
	}

	override get pending(): number {
		return this.#in.queue.length;
	}

	read(into: Buffer): number | undefined {
		if (this.#in.queue.length === 0) return this.#in.closed ? 0 : undefined;
		const got = this.#in.queue.shift(into);
		this.#changed();
		return got;
	}

	write(bytes: Buffer): number | undefined {
		if (this.#out.closed) throw new SysError('EPIPE');
		if (this.#out.queue.room === 0) return undefined;
		const put = this.#out.queue.push(bytes);
		this.#changed();
		return put;
	}

	/** shutdown(2). */
	shutdown(how: number): void {
		if (how !== 1) this.#in.closed = true;
		if (how !== 0) this.#out.closed = true;
		this.#changed();
	}

	poll(): number {
		const readable = this.#in.queue.length > 0 || this.#in.closed;
		return (
			(readable ? POLLIN : 0) |
			(this.#out.closed || this.#out.queue.room > 0 ? POLLOUT : 0) |
			(this.#in.closed && this.#out.closed ? POLLHUP : 0)
		);
	}

	stat(): Stat {
		return this.#stat;
	}

	get label(): string {
		return `socket:[${this.#stat.ino}]`;
	}

	protected dispose(): void {
		this.shutdown(2);
	}
}

/** Two connected sockets of type SOCK_STREAM. */
export function createSocketPair(stat: () => Stat, flags: number, changed: () => void): [PairSocket, PairSocket] {
	const there: Direction = { queue: new ByteQueue(212992), closed: false };
	const back: Direction = { queue: new ByteQueue(212992), closed: false };
	return [new PairSocket(back, there, stat(), flags, changed), new PairSocket(there, back, stat(), flags, changed)];
}
