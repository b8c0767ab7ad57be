/** Sockets that lead nowhere until the gate lets them, and where a socket of the guest is. */
import { SysError } from '../abi/errno.ts';
import { S_IFSOCK } from '../abi/file-mode.ts';
import { O_RDWR } from '../abi/open-flags.ts';
import type { Stat } from '../fs/api.ts';
import { OpenFile, POLLHUP, POLLOUT } from './open-file.ts';

/** A host is text as a policy has it; an address of IPv6 stands in brackets. */
export type SocketAddress =
	| { readonly family: 'inet'; readonly host: string; readonly port: number }
	| { readonly family: 'unix'; readonly path: string };

/** A socket of AF_INET or AF_INET6. It is never connected: a datagram socket only remembers whom it would send to. */
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
