/** The worker's way to the network: the process that holds the sockets, and the host's knowledge of names. */
import { SysError } from '../abi/errno.ts';
import type { Found } from '../kernel/guest-network.ts';
import type { Network } from '../kernel/network.ts';
import type { Machine } from '../replay/machine.ts';
import type { FromWorker, ToWorker } from './messages.ts';

type State = { readonly kind: 'none' | 'starting' | 'failed' } | { readonly kind: 'open'; readonly network: Network };

export class NetworkLink {
	readonly #send: (message: FromWorker) => void;
	readonly #machine: Machine;
	readonly #lookUps = new Map<number, (found: Found) => void>();
	#state: State = { kind: 'none' };
	#resolver: ReturnType<Machine['resolver']> | undefined;
	#next = 0;

	constructor(send: (message: FromWorker) => void, machine: Machine) {
		this.#send = send;
		this.#machine = machine;
	}

	/** Starts what holds the sockets when it is asked for first. EAFNOSUPPORT where that can not be. */
	network(): Network | undefined {
		if (this.#state.kind === 'open') return this.#state.network;
		if (this.#state.kind === 'failed') throw new SysError('EAFNOSUPPORT');
		if (this.#state.kind === 'none') this.#send({ kind: 'want-network' });
		this.#state = { kind: 'starting' };
		return undefined;
	}

	lookUp(name: string, answered: (found: Found) => void): void {
		this.#next += 1;
		this.#lookUps.set(this.#next, answered);
		this.#send({ kind: 'look-up', id: this.#next, name });
	}

	get resolver(): ReturnType<Machine['resolver']> {
		this.#resolver ??= this.#machine.resolver();
		return this.#resolver;
	}

	receive(message: Extract<ToWorker, { kind: 'network' | 'looked-up' }>): void {
		if (message.kind === 'looked-up') {
			const answered = this.#lookUps.get(message.id);
			this.#lookUps.delete(message.id);
			return answered?.(message.found);
		}
		const { privateLoopback } = message;
		if (privateLoopback === undefined) this.#state = { kind: 'failed' };
		else this.#state = { kind: 'open', network: this.#machine.openNetwork(privateLoopback) };
	}
}
