/** What setsockopt(2) set, for another real socket that takes the place of the one. socket(7) */
import { type Network, operation } from './network.ts';

export type SocketOption = { readonly level: number; readonly name: number; readonly value: Buffer };

/** As many as anybody sets. */
const mostOptions = 64;
const [SOL_SOCKET, SO_LINGER] = [1, 13];

/** Closing what was not read resets the connection: tcp(7) leaves that to RFC 2525, 2.17. */
export const resetAtClose: SocketOption = {
	level: SOL_SOCKET,
	name: SO_LINGER,
	value: Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]),
};

export class SocketOptions {
	readonly #options: SocketOption[] = [];

	keep(option: SocketOption): void {
		if (this.#options.length < mostOptions) this.#options.push(option);
	}

	repeat(network: Network, socket: number): void {
		for (const option of this.#options) setOption(network, socket, option);
	}
}

/** Sets it; where Linux does not let it be set it stays as it is. */
export function setOption(network: Network, socket: number, { level, name, value }: SocketOption): void {
	network.call({ operation: operation.setOption, socket, a: level, b: name, bytes: [value] });
}
