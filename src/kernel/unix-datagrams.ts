/** Datagram sockets of AF_UNIX. Each has one queue, into which whoever knows its name may put messages. unix(7). */
import { SysError } from '../abi/errno.ts';
import type { Stat } from '../fs/api.ts';
import { type Credentials, MessageQueue, type Taken } from './messages.ts';
import { type OpenFile, POLLHUP, POLLIN, POLLOUT, POLLRDHUP } from './open-file.ts';
import { defaultBuffer, overhead, SOCK_DGRAM, UnixEnd } from './unix-end.ts';

/** net.unix.max_dgram_qlen: when so many wait the next one is the last. Two that are connected to each other have no such bound. */
const longestQueue = 10;

export class UnixDatagrams extends UnixEnd {
	readonly type = SOCK_DGRAM;
	sendBuffer = defaultBuffer;
	readonly #inbox = new MessageQueue(true, defaultBuffer);
	#peer: UnixDatagrams | undefined;
	/** Shut down for reading, for writing; the last descriptor was closed. */
	#deaf = false;
	#mute = false;
	#gone = false;
	#activity = 0;

	constructor(stat: Stat, flags: number, changed: () => void) {
		super(stat, flags, changed);
	}

	get peerName(): string {
		if (this.#peer === undefined) throw new SysError('ENOTCONN');
		return this.#peer.name;
	}

	override get pending(): number {
		return this.#inbox.pending;
	}

	override get activity(): number {
		const there = this.#peer === undefined ? 0 : this.#peer.#inbox.activity;
		return this.#activity + this.#inbox.activity + there;
	}

	/** Joins two new sockets. */
	join(other: UnixDatagrams): void {
		this.#peer = other;
		other.#peer = this;
	}

	/** connect(2): where messages go from now on, and from whom alone they come. undefined: dissolves that. EPERM. */
	connect(to: UnixDatagrams | undefined): void {
		if (to !== undefined && !to.#hears(this)) throw new SysError('EPERM');
		// What others sent before is not from whom it hears now.
		if (this.#peer !== undefined && this.#peer !== to) this.#inbox.clear();
		this.#peer = to;
		this.#news();
	}

	receive(into: Buffer, keep: boolean): Taken | undefined {
		if (this.#inbox.empty) return this.#deaf ? { bytes: 0, length: 0, files: [], from: '' } : undefined;
		const taken = this.#inbox.take(into, keep);
		if (!keep) this.changed();
		return taken;
	}

	/** Also EPIPE, ECONNREFUSED, EPERM. `to`: another one than it is connected to. */
	send(bytes: Buffer, files: readonly OpenFile[], by?: Credentials, to = this.#peer): number | undefined {
		if (to === undefined) throw new SysError('ENOTCONN');
		if (bytes.length > this.sendBuffer - overhead) throw new SysError('EMSGSIZE');
		if (this.#mute) throw new SysError('EPIPE');
		if (to.#gone) {
			// Noticed now, and forgotten: the next send is ENOTCONN.
			if (this.#peer === to) this.#peer = undefined;
			throw new SysError('ECONNREFUSED');
		}
		if (!to.#hears(this)) throw new SysError('EPERM');
		if (to.#deaf) throw new SysError('EPIPE');
		if (!this.#roomAt(to)) return undefined;
		const put = to.#inbox.push(bytes, files, this.name, by);
		if (put !== undefined) this.changed();
		return put;
	}

	shutdown(how: number): void {
		if (how < 0 || how > 2) throw new SysError('EINVAL');
		if (how !== 1) this.#deaf = true;
		if (how !== 0) this.#mute = true;
		this.#news();
	}

	poll(): number {
		const input = !this.#inbox.empty || this.#deaf;
		const output = this.#peer === undefined || this.#peer.#gone || this.#roomAt(this.#peer);
		return (
			(input ? POLLIN : 0) |
			(output ? POLLOUT : 0) |
			(this.#deaf ? POLLRDHUP : 0) |
			(this.#deaf && this.#mute ? POLLHUP : 0)
		);
	}

	protected dispose(): void {
		this.#gone = true;
		this.#peer = undefined;
		this.#inbox.clear();
		this.#news();
	}

	/** One that is connected hears nobody else. */
	#hears(other: UnixDatagrams): boolean {
		return this.#peer === undefined || this.#peer === other;
	}

	#roomAt(to: UnixDatagrams): boolean {
		return to.#inbox.room > 0 && (to.#peer === this || to.#inbox.messages <= longestQueue);
	}

	#news(): void {
		this.#activity += 1;
		this.changed();
	}
}
