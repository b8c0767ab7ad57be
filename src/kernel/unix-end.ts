/** What all sockets of AF_UNIX have: a name, options, and somebody who made them. unix(7). */
import { S_IFSOCK } from '../abi/file-mode.ts';
import { O_RDWR } from '../abi/open-flags.ts';
import type { Stat } from '../fs/api.ts';
import type { Credentials, Taken } from './messages.ts';
import { OpenFile } from './open-file.ts';

export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_SEQPACKET = 5;
export type UnixSocketType = typeof SOCK_STREAM | typeof SOCK_DGRAM | typeof SOCK_SEQPACKET;

/** net.core.wmem_default. */
export const defaultBuffer = 212_992;
/** Bytes of the send buffer that a message costs beside its own: net/unix/af_unix.c. */
export const overhead = 32;

export abstract class UnixEnd extends OpenFile {
	readonly kind = 'socket';
	abstract readonly type: UnixSocketType;
	/** What bind(2) named it: a path, or `\0` and an abstract name. Empty: nothing. */
	name = '';
	/** SO_PASSCRED: what it receives tells who sent it. */
	passesCredentials = false;
	receiveTimeoutNs: bigint | undefined;
	sendTimeoutNs: bigint | undefined;
	/** Options that mean nothing here, as they were set. */
	readonly options = new Map<number, number>();
	protected readonly changed: () => void;
	readonly #stat: Stat;

	constructor(stat: Stat, flags: number, changed: () => void) {
		super(O_RDWR | flags);
		this.#stat = { ...stat, mode: S_IFSOCK | 0o777 };
		this.changed = changed;
	}

	/** SO_SNDBUF: bytes that may be on their way. */
	abstract sendBuffer: number;
	/** The name of the other end. ENOTCONN. */
	abstract get peerName(): string;
	/** recvmsg(2). The files in what it gives are held for whoever takes them. undefined: nothing there yet. */
	abstract receive(into: Buffer, keep: boolean): Taken | undefined;
	/** sendmsg(2). undefined: no room yet. EPIPE, EMSGSIZE, ENOTCONN. */
	abstract send(bytes: Buffer, files: readonly OpenFile[], by?: Credentials): number | undefined;
	/** shutdown(2): 0 reading, 1 writing, 2 both. EINVAL. */
	abstract shutdown(how: number): void;

	read(into: Buffer): number | undefined {
		const taken = this.receive(into, false);
		for (const file of taken?.files ?? []) file.release();
		return taken?.bytes;
	}

	write(bytes: Buffer): number | undefined {
		return this.send(bytes, []);
	}

	stat(): Stat {
		return this.#stat;
	}

	get label(): string {
		return `socket:[${this.#stat.ino}]`;
	}
}
