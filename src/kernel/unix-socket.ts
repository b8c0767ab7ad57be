/** Sockets between the guest's own tasks: pairs, and servers with a name. unix(7), socketpair(2). */
import { SysError } from '../abi/errno.ts';
import { S_IFSOCK } from '../abi/file-mode.ts';
import { O_RDWR } from '../abi/open-flags.ts';
import type { Stat } from '../fs/api.ts';
import { MessageQueue, type Taken } from './messages.ts';
import { OpenFile, POLLHUP, POLLIN, POLLOUT, POLLRDHUP } from './open-file.ts';

export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_SEQPACKET = 5;
export type UnixSocketType = typeof SOCK_STREAM | typeof SOCK_DGRAM | typeof SOCK_SEQPACKET;

/** net.core.wmem_default. */
const capacity = 212_992;
/** SOMAXCONN. */
const longestBacklog = 4096;

type Direction = {
	readonly queue: MessageQueue;
	/** The writer shut it down or is gone. */
	ended: boolean;
	/** The reader shut it down or is gone. */
	unread: boolean;
};

type State =
	| { readonly kind: 'fresh' }
	| { readonly kind: 'listening'; readonly pending: UnixSocket[]; readonly backlog: number }
	| { readonly kind: 'connected'; readonly incoming: Direction; readonly outgoing: Direction; readonly peer: string };

export class UnixSocket extends OpenFile {
	readonly kind = 'socket';
	readonly type: UnixSocketType;
	/** What bind(2) named it: a path, or `\0` and an abstract name. Empty: nothing. */
	name = '';
	readonly #stat: Stat;
	readonly #changed: () => void;
	#state: State = { kind: 'fresh' };

	constructor(type: UnixSocketType, stat: Stat, flags: number, changed: () => void) {
		super(O_RDWR | flags);
		this.type = type;
		this.#stat = { ...stat, mode: S_IFSOCK | 0o777 };
		this.#changed = changed;
	}

	get listening(): boolean {
		return this.#state.kind === 'listening';
	}

	get connected(): boolean {
		return this.#state.kind === 'connected';
	}

	/** The other end's name. ENOTCONN. */
	get peerName(): string {
		if (this.#state.kind !== 'connected') throw new SysError('ENOTCONN');
		return this.#state.peer;
	}

	override get pending(): number {
		return this.#state.kind === 'connected' ? this.#state.incoming.queue.pending : 0;
	}

	override get activity(): number {
		const state = this.#state;
		if (state.kind !== 'connected') return 0;
		return state.incoming.queue.activity + state.outgoing.queue.activity;
	}

	/** Joins two sockets that are not connected yet. */
	join(other: UnixSocket): void {
		const [there, back] = [newDirection(this.type), newDirection(this.type)];
		this.#state = { kind: 'connected', incoming: back, outgoing: there, peer: other.name };
		other.#state = { kind: 'connected', incoming: there, outgoing: back, peer: this.name };
	}

	listen(backlog: number): void {
		if (this.type === SOCK_DGRAM) throw new SysError('EOPNOTSUPP');
		if (this.name === '' || this.connected) throw new SysError('EINVAL');
		const pending = this.#state.kind === 'listening' ? this.#state.pending : [];
		this.#state = { kind: 'listening', pending, backlog: Math.min(Math.max(backlog, 0), longestBacklog) };
	}

	/** Connects to a listening socket: whoever accepts gets the other end. undefined: its backlog is full. */
	connect(server: UnixSocket, stat: Stat): 0 | undefined {
		const { kind } = this.#state;
		if (kind === 'connected') throw new SysError('EISCONN');
		if (server.type !== this.type) throw new SysError('EPROTOTYPE');
		if (server.#state.kind !== 'listening') throw new SysError('ECONNREFUSED');
		if (server.#state.pending.length > server.#state.backlog) return undefined;
		const end = new UnixSocket(this.type, stat, 0, this.#changed);
		end.name = server.name;
		this.join(end);
		server.#state.pending.push(end);
		this.#changed();
		return 0;
	}

	/** The next one that connected; undefined: nobody yet. */
	accept(): UnixSocket | undefined {
		if (this.#state.kind !== 'listening') throw new SysError('EINVAL');
		const next = this.#state.pending.shift();
		if (next !== undefined) this.#changed();
		return next;
	}

	read(into: Buffer): number | undefined {
		const taken = this.receive(into, false);
		for (const file of taken?.files ?? []) file.release();
		return taken?.bytes;
	}

	/** recvmsg(2). The files in what it gives are held for whoever takes them. undefined: nothing there yet. */
	receive(into: Buffer, keep: boolean): Taken | undefined {
		if (this.#state.kind !== 'connected') throw new SysError(this.type === SOCK_STREAM ? 'EINVAL' : 'ENOTCONN');
		const { incoming } = this.#state;
		if (incoming.queue.empty) {
			if (incoming.unread) return { bytes: 0, length: 0, files: [] };
			// A datagram socket does not notice that the other one is gone. unix(7)
			if (incoming.ended && this.type !== SOCK_DGRAM) return { bytes: 0, length: 0, files: [] };
			return undefined;
		}
		const taken = incoming.queue.take(into, keep);
		if (!keep) this.#changed();
		return taken;
	}

	write(bytes: Buffer): number | undefined {
		return this.send(bytes, []);
	}

	/** sendmsg(2). undefined: no room yet. EPIPE, ECONNREFUSED, EMSGSIZE, ENOTCONN. */
	send(bytes: Buffer, files: readonly OpenFile[]): number | undefined {
		if (this.#state.kind !== 'connected') throw new SysError('ENOTCONN');
		const { outgoing } = this.#state;
		if (outgoing.ended) throw new SysError('EPIPE');
		if (outgoing.unread) throw new SysError(this.type === SOCK_DGRAM ? 'ECONNREFUSED' : 'EPIPE');
		if (this.type !== SOCK_STREAM && bytes.length > capacity - 64) throw new SysError('EMSGSIZE');
		if (this.type === SOCK_STREAM && bytes.length === 0) return 0;
		const put = outgoing.queue.push(bytes, files);
		if (put !== undefined) this.#changed();
		return put;
	}

	/** shutdown(2): 0 reading, 1 writing, 2 both. */
	shutdown(how: number): void {
		if (how < 0 || how > 2) throw new SysError('EINVAL');
		if (this.#state.kind !== 'connected') throw new SysError('ENOTCONN');
		const { incoming, outgoing } = this.#state;
		if (how !== 1) incoming.unread = true;
		if (how !== 0) outgoing.ended = true;
		incoming.queue.activity += 1;
		outgoing.queue.activity += 1;
		this.#changed();
	}

	poll(): number {
		const state = this.#state;
		switch (state.kind) {
			case 'fresh':
				return POLLOUT | (this.type === SOCK_DGRAM ? 0 : POLLHUP);
			case 'listening':
				return state.pending.length > 0 ? POLLIN : 0;
			case 'connected': {
				const { incoming, outgoing } = state;
				const ended = (incoming.ended && this.type !== SOCK_DGRAM) || incoming.unread;
				const deaf = outgoing.ended || (outgoing.unread && this.type !== SOCK_DGRAM);
				return (
					(!incoming.queue.empty || ended ? POLLIN : 0) |
					(outgoing.queue.room > 0 || deaf ? POLLOUT : 0) |
					(ended ? POLLRDHUP : 0) |
					(ended && deaf ? POLLHUP : 0)
				);
			}
		}
	}

	stat(): Stat {
		return this.#stat;
	}

	get label(): string {
		return `socket:[${this.#stat.ino}]`;
	}

	/** For an end that nobody accepted, and that no descriptor ever held. */
	abandon(): void {
		this.dispose();
	}

	protected dispose(): void {
		const state = this.#state;
		if (state.kind === 'listening') for (const end of state.pending) end.abandon();
		if (state.kind === 'connected') {
			state.incoming.unread = true;
			state.incoming.queue.clear();
			state.incoming.queue.activity += 1;
			state.outgoing.ended = true;
			state.outgoing.queue.activity += 1;
		}
		this.#state = { kind: 'fresh' };
		this.#changed();
	}
}

function newDirection(type: UnixSocketType): Direction {
	return { queue: new MessageQueue(type !== SOCK_STREAM, capacity), ended: false, unread: false };
}
