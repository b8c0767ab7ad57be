/** Connected sockets between the guest's own tasks: pairs, and servers with a name. unix(7), socketpair(2). */
import { SysError } from '../abi/errno.ts';
import type { Stat } from '../fs/api.ts';
import { type Credentials, MessageQueue, type Taken } from './messages.ts';
import { type OpenFile, POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDHUP } from './open-file.ts';
import { defaultBuffer, overhead, type SOCK_SEQPACKET, SOCK_STREAM, UnixEnd } from './unix-end.ts';

/** SOMAXCONN. */
const longestBacklog = 4096;

type Direction = {
	readonly queue: MessageQueue;
	/** The writer shut it down or is gone. */
	ended: boolean;
	/** The reader shut it down or is gone. */
	unread: boolean;
	/** The writer is gone and had not read all: told once, after the last byte. */
	reset: boolean;
};

type State =
	| { readonly kind: 'fresh' }
	/** `deaf`: shut down, which wakes whoever waits in accept(2). */
	| { readonly kind: 'listening'; readonly pending: UnixSocket[]; readonly backlog: number; deaf: boolean }
	| { readonly kind: 'connected'; readonly incoming: Direction; readonly outgoing: Direction; readonly peer: Peer };

type Peer = { readonly name: string; readonly by: Credentials | undefined };

type ConnectedType = typeof SOCK_STREAM | typeof SOCK_SEQPACKET;

export class UnixSocket extends UnixEnd {
	readonly type: ConnectedType;
	/** Who made this end, connected it or listens. */
	by: Credentials | undefined;
	#sendBuffer = defaultBuffer;
	#state: State = { kind: 'fresh' };
	#arrivals = 0;

	constructor(type: ConnectedType, stat: Stat, flags: number, changed: () => void) {
		super(stat, flags, changed);
		this.type = type;
	}

	get listening(): boolean {
		return this.#state.kind === 'listening';
	}

	get connected(): boolean {
		return this.#state.kind === 'connected';
	}

	get peerName(): string {
		if (this.#state.kind !== 'connected') throw new SysError('ENOTCONN');
		return this.#state.peer.name;
	}

	/** Who was at the other end when it was connected: SO_PEERCRED. */
	get peerBy(): Credentials | undefined {
		return this.#state.kind === 'connected' ? this.#state.peer.by : undefined;
	}

	get sendBuffer(): number {
		return this.#sendBuffer;
	}

	set sendBuffer(bytes: number) {
		this.#sendBuffer = bytes;
		if (this.#state.kind === 'connected') this.#state.outgoing.queue.capacity = bytes;
	}

	/** The error that SO_ERROR tells, and forgets. */
	takeError(): SysError | undefined {
		if (this.#state.kind !== 'connected' || !this.#state.incoming.reset) return undefined;
		this.#state.incoming.reset = false;
		return new SysError('ECONNRESET');
	}

	override get pending(): number {
		return this.#state.kind === 'connected' ? this.#state.incoming.queue.pending : 0;
	}

	override get activity(): number {
		const state = this.#state;
		if (state.kind !== 'connected') return this.#arrivals;
		return state.incoming.queue.activity + state.outgoing.queue.activity;
	}

	/** Joins two sockets that are not connected yet. */
	join(other: UnixSocket): void {
		const [there, back] = [newDirection(this), newDirection(other)];
		this.#state = { kind: 'connected', incoming: back, outgoing: there, peer: { name: other.name, by: other.by } };
		other.#state = { kind: 'connected', incoming: there, outgoing: back, peer: { name: this.name, by: this.by } };
	}

	listen(backlog: number): void {
		if (this.name === '' || this.connected) throw new SysError('EINVAL');
		const { pending, deaf } = this.#state.kind === 'listening' ? this.#state : { pending: [], deaf: false };
		this.#state = { kind: 'listening', pending, backlog: Math.min(Math.max(backlog, 0), longestBacklog), deaf };
	}

	/** Connects to a listening socket: whoever accepts gets the other end. undefined: its backlog is full. */
	connect(server: UnixSocket, stat: Stat): 0 | undefined {
		const { kind } = this.#state;
		if (kind === 'connected') throw new SysError('EISCONN');
		if (server.type !== this.type) throw new SysError('EPROTOTYPE');
		if (server.#state.kind !== 'listening' || server.#state.deaf) throw new SysError('ECONNREFUSED');
		if (server.#state.pending.length > server.#state.backlog) return undefined;
		const end = new UnixSocket(this.type, stat, 0, this.changed);
		end.name = server.name;
		end.by = server.by;
		this.join(end);
		server.#state.pending.push(end);
		server.#arrivals += 1;
		this.changed();
		return 0;
	}

	/** The next one that connected; undefined: nobody yet. */
	accept(): UnixSocket | undefined {
		if (this.#state.kind !== 'listening') throw new SysError('EINVAL');
		const next = this.#state.pending.shift();
		if (next === undefined && this.#state.deaf) throw new SysError('EINVAL');
		if (next !== undefined) this.changed();
		return next;
	}

	receive(into: Buffer, keep: boolean): Taken | undefined {
		if (this.#state.kind !== 'connected') throw new SysError(this.type === SOCK_STREAM ? 'EINVAL' : 'ENOTCONN');
		const { incoming } = this.#state;
		if (incoming.queue.empty) {
			const error = this.takeError();
			if (error !== undefined) throw error;
			return incoming.unread || incoming.ended ? { bytes: 0, length: 0, files: [], from: '' } : undefined;
		}
		const taken = incoming.queue.take(into, keep, this.passesCredentials);
		if (!keep) this.changed();
		return taken;
	}

	send(bytes: Buffer, files: readonly OpenFile[], by?: Credentials): number | undefined {
		if (this.#state.kind !== 'connected') throw new SysError('ENOTCONN');
		const { outgoing } = this.#state;
		if (this.type !== SOCK_STREAM && bytes.length > this.#sendBuffer - overhead) throw new SysError('EMSGSIZE');
		if (outgoing.ended || outgoing.unread) throw new SysError('EPIPE');
		if (this.type === SOCK_STREAM && bytes.length === 0) return 0;
		const put = outgoing.queue.push(bytes, files, this.name, by);
		if (put !== undefined) this.changed();
		return put;
	}

	shutdown(how: number): void {
		if (how < 0 || how > 2) throw new SysError('EINVAL');
		if (this.#state.kind === 'listening' && how !== 1) {
			this.#state.deaf = true;
			this.changed();
		}
		if (this.#state.kind !== 'connected') return;
		const { incoming, outgoing } = this.#state;
		if (how !== 1) incoming.unread = true;
		if (how !== 0) outgoing.ended = true;
		incoming.queue.activity += 1;
		outgoing.queue.activity += 1;
		this.changed();
	}

	poll(): number {
		const state = this.#state;
		switch (state.kind) {
			case 'fresh':
				return POLLOUT | POLLHUP;
			case 'listening':
				return state.pending.length > 0 || state.deaf ? POLLIN : 0;
			case 'connected': {
				const { incoming, outgoing } = state;
				const ended = incoming.ended || incoming.unread;
				const deaf = outgoing.ended || outgoing.unread;
				return (
					(!incoming.queue.empty || ended ? POLLIN : 0) |
					(outgoing.queue.room > 0 || deaf ? POLLOUT : 0) |
					(ended ? POLLRDHUP : 0) |
					(incoming.reset ? POLLERR : 0) |
					(ended && deaf ? POLLHUP : 0)
				);
			}
		}
	}

	/** For an end that nobody accepted, and that no descriptor ever held. */
	abandon(): void {
		this.dispose();
	}

	protected dispose(): void {
		const state = this.#state;
		if (state.kind === 'listening') for (const end of state.pending) end.#end(true);
		this.#end(false);
	}

	/** `lost`: nobody ever held it. The other end learns of that, and of bytes that nobody read. */
	#end(lost: boolean): void {
		const state = this.#state;
		if (state.kind === 'connected') {
			if (lost || !state.incoming.queue.empty) state.outgoing.reset = true;
			state.incoming.unread = true;
			state.incoming.queue.clear();
			state.incoming.queue.activity += 1;
			state.outgoing.ended = true;
			state.outgoing.queue.activity += 1;
		}
		this.#state = { kind: 'fresh' };
		this.changed();
	}
}

/** From one end to the other. */
function newDirection({ type, sendBuffer }: UnixSocket): Direction {
	return { queue: new MessageQueue(type !== SOCK_STREAM, sendBuffer), ended: false, unread: false, reset: false };
}
