/** The guest's real sockets: a process beside us holds them and does what is said here. See PROTOCOL.md, The network. */
import { sysErrorOf } from '../abi/errno.ts';

/** What can be done with a socket; the numbers are those of pypy/launcher/network.c. */
export const operation = {
	socket: 1,
	close: 2,
	bind: 3,
	connect: 4,
	listen: 5,
	accept: 6,
	name: 7,
	peer: 8,
	setOption: 9,
	getOption: 10,
	shutdown: 11,
	send: 12,
	receive: 13,
	poll: 14,
	query: 15,
} as const;

export type NetworkCall = {
	readonly operation: number;
	readonly socket: number;
	readonly a?: number;
	readonly b?: number;
	readonly c?: number;
	readonly bytes?: readonly Uint8Array[];
};

/** `result` below 0 is an errno. `bytes` may be overwritten by the next call. */
export type NetworkAnswer = { readonly result: number; readonly flags: number; readonly bytes: Buffer };

/** Nothing here waits for another machine: a socket that is not ready answers EAGAIN or EINPROGRESS. Implemented in host/. */
export interface Network {
	/** The guest has a loopback that nobody else can reach. */
	readonly privateLoopback: boolean;
	call(call: NetworkCall): NetworkAnswer;
	/**
	 * Receives from a stream straight into the memory of a guest process, which waits for it. `bytes` is what could not be put
	 * there: the last ones, or none. undefined: not on this machine, or not now.
	 */
	receiveInto(socket: number, place: GuestPlace): NetworkAnswer | undefined;
}

/** Memory of the guest process of that number (in its namespace) that is to be filled. */
export type GuestPlace = { readonly guest: number; readonly address: number; readonly length: number };

/** From so many bytes on they go straight to the guest. */
export const directBytes = 32 * 1024;

/** Whose network a socket is in: the guest's own loopback, or the host's. */
export type Side = 'guest' | 'host';

/** Bytes of data that one send or receive moves at most. */
export const mostData = 1024 * 1024;

/** What a receive gives. */
export type Received = {
	/** The result: bytes, or a datagram's whole length where MSG_TRUNC asked for it. */
	readonly result: number;
	readonly data: Buffer;
	readonly name: Buffer;
	readonly control: Buffer;
	readonly flags: number;
};

/** A call that throws SysError where Linux would give an errno. */
export function perform(network: Network, call: NetworkCall): NetworkAnswer {
	const answer = network.call(call);
	if (answer.result < 0) throw sysErrorOf(-answer.result);
	return answer;
}

/** What socket(2) is given. */
export type SocketKind = { readonly family: number; readonly type: number; readonly protocol: number };

/** A new real socket. Throws SysError. */
export function makeSocket(network: Network, side: Side, { family, type, protocol }: SocketKind): number {
	const call = { operation: operation.socket, socket: side === 'host' ? 1 : 0, a: family, b: type, c: protocol };
	return perform(network, call).result;
}

/** Splits what a receive answered. */
export function received({ result, flags, bytes }: NetworkAnswer): Received {
	const [name, control] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
	const data = 8 + name + control;
	return {
		result,
		flags,
		name: bytes.subarray(8, 8 + name),
		control: bytes.subarray(8 + name, data),
		data: bytes.subarray(data),
	};
}

/** Watches what goes over a connection to the host. Throws nothing; false: a limit was passed, and nothing may go. */
export interface Traffic {
	sending(bytes: readonly Uint8Array[]): boolean;
	/** So many of these bytes are on their way. */
	sent(bytes: readonly Uint8Array[], taken: number): void;
	received(bytes: number): void;
	/** The secret of this variable was put in for its stand-in. */
	secret(name: string): void;
}

/** The part of a struct sockaddr that is the address, without the port; of IPv4 inside IPv6 the same. */
export function addressKey(name: Buffer): string {
	if (name.readUInt16LE(0) === 2) return `00000000000000000000ffff${name.toString('hex', 4, 8)}`;
	return name.toString('hex', 8, 24);
}
