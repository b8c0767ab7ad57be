/** One real socket: its number in the process that holds it, and what is known of it without asking. */
import { SysError, sysErrorOf } from '../abi/errno.ts';
import {
	makeSocket,
	type Network,
	type NetworkAnswer,
	type NetworkCall,
	operation,
	perform,
	type Side,
	type SocketKind,
} from './network.ts';
import { POLLERR, POLLHUP } from './open-file.ts';
import { Readiness } from './readiness.ts';
import type { SocketOptions } from './socket-options.ts';

const EAGAIN = 11;
/** A number that no socket has: what is done with it is EBADF. */
const gone = -1;

export class RealSocket {
	readonly side: Side;
	readonly ready = new Readiness();
	readonly #network: Network;
	#number: number;

	constructor(network: Network, side: Side, number: number) {
		this.#network = network;
		this.side = side;
		this.#number = number;
	}

	/** Throws SysError. */
	static make(network: Network, side: Side, kind: SocketKind): RealSocket {
		return new RealSocket(network, side, makeSocket(network, side, kind));
	}

	/** One on the host's side, with the options of a socket of the guest, and with this name (struct sockaddr). Throws SysError. */
	static onHost(
		network: Network,
		like: SocketKind & { readonly options: SocketOptions },
		name: Buffer | undefined,
	): RealSocket {
		const made = RealSocket.make(network, 'host', like);
		try {
			like.options.repeat(network, made.number);
			if (name !== undefined) made.perform({ operation: operation.bind, bytes: [name] });
			return made;
		} catch (error) {
			made.close();
			throw error;
		}
	}

	get number(): number {
		return this.#number;
	}

	get closed(): boolean {
		return this.#number === gone;
	}

	/** Its own name, struct sockaddr. */
	get name(): Buffer {
		return Buffer.from(this.perform({ operation: operation.name }).bytes);
	}

	/** Throws SysError where Linux gives an errno. */
	perform(call: Omit<NetworkCall, 'socket'>): NetworkAnswer {
		return perform(this.#network, { ...call, socket: this.#number });
	}

	/** undefined for EAGAIN, and then `bits` are known not to hold. Throws SysError. */
	attempt(call: Omit<NetworkCall, 'socket'>, bits: number): NetworkAnswer | undefined {
		return this.unlessEmpty(this.#network.call({ ...call, socket: this.#number }), bits);
	}

	unlessEmpty(answer: NetworkAnswer, bits: number): NetworkAnswer | undefined {
		if (answer.result === -EAGAIN) {
			this.ready.isNot(bits);
			return undefined;
		}
		if (answer.result < 0) {
			this.ready.forget();
			throw sysErrorOf(-answer.result);
		}
		return answer;
	}

	/** Whether something of `bits` may hold, without asking. */
	mayBe(bits: number): boolean {
		return this.ready.mayBe(bits | POLLERR | POLLHUP);
	}

	/** What poll(2) says of it. */
	poll(): number {
		return this.ready.mask(() => this.perform({ operation: operation.poll }).result);
	}

	/** A task that still waits here must not meet the socket that gets this number next. */
	close(): void {
		if (this.closed) throw new SysError('EBADF');
		this.#network.call({ operation: operation.close, socket: this.#number });
		this.#number = gone;
	}
}
