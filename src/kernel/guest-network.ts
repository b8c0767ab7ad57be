/** The guest's part of the network: its sockets, which ports are its own, which names it was told of, what was decided. */
import type { Approval } from '../model/decision.ts';
import type { InetSocket } from './inet-socket.ts';
import type { Network, Traffic } from './network.ts';
import { SOCK_DGRAM } from './unix-end.ts';

/** Where sockets are known by the numbers they have outside. */
export type SocketTable = {
	readonly network: Network;
	readonly sockets: Map<number, InetSocket>;
	/** Somebody who waits may go on. */
	readonly changed: () => void;
};

/** A question about a host, and its answer once there is one. It holds for the run: nobody is asked for each connection. */
export type Judgement = {
	readonly id: number;
	approval: Approval | undefined;
	readonly later: ((approval: Approval) => void)[];
};

/** What the host knows of a name. `exists`: false where there is no such name, undefined where nobody could say. */
export type Found =
	| { readonly kind: 'found'; readonly addresses: readonly string[] }
	| { readonly kind: 'failed'; readonly exists?: false };

/** As many different names and addresses as a guest can make us remember. */
const mostNames = 65_536;

export class GuestNetwork implements SocketTable {
	readonly network: Network;
	readonly sockets = new Map<number, InetSocket>();
	readonly changed: () => void;
	/** What was asked about hosts and ports, by effect and `host:port`. */
	readonly judgements = new Map<string, Judgement>();
	/** Watches a connection that a decision let be made, by its number; `client`: whose it is, where it came from outside. */
	readonly trafficOf: (id: number, client?: string) => Traffic;
	readonly #ports = new Map<string, Set<InetSocket>>();
	readonly #names = new Map<string, Set<string>>();

	readonly #found = new Map<string, Found | ((found: Found) => void)[]>();

	constructor(network: Network, changed: () => void, trafficOf: (id: number, client?: string) => Traffic) {
		this.network = network;
		this.changed = changed;
		this.trafficOf = trafficOf;
	}

	/** Sockets of these numbers have news. */
	news(numbers: readonly number[]): void {
		for (const number of numbers) this.sockets.get(number)?.news();
		this.changed();
	}

	/** A socket of the guest has this port until it is closed. */
	owns(file: InetSocket, port: number): void {
		if (port === 0) return;
		const key = keyOf(file.type, port);
		const holders = this.#ports.get(key) ?? new Set<InetSocket>();
		if (holders.has(file)) return;
		this.#ports.set(key, holders);
		holders.add(file);
		file.whenClosed(() => void holders.delete(file));
	}

	/** Whether a socket of the guest had it once. */
	owned(type: number, port: number): boolean {
		return this.#ports.has(keyOf(type, port));
	}

	/** A socket of the guest that has this port. */
	ownerOf(type: number, port: number): InetSocket | undefined {
		const [first] = this.#ports.get(keyOf(type, port)) ?? [];
		return first;
	}

	/** Asks the host for a name's addresses, once in a run where it has an answer. */
	lookUp(
		name: string,
		ask: (name: string, answered: (found: Found) => void) => void,
		then: (found: Found) => void,
	): void {
		const known = this.#found.get(name);
		if (known !== undefined) {
			if (Array.isArray(known)) known.push(then);
			else if ('kind' in known) then(known);
			return;
		}
		const waiting = [then];
		this.#found.set(name, waiting);
		ask(name, (found) => {
			if (found.kind === 'found' && this.#found.size <= mostNames) this.#found.set(name, found);
			else this.#found.delete(name);
			for (const run of waiting) run(found);
			this.changed();
		});
	}

	/** The guest was told that a name has these addresses. */
	learn(name: string, addresses: readonly string[]): void {
		for (const address of addresses) {
			const names = this.#names.get(address) ?? new Set<string>();
			if (this.#names.size >= mostNames || names.size >= 64) return;
			this.#names.set(address, names.add(name));
		}
	}

	/** Names under which the guest may mean an address. */
	namesOf(address: string): readonly string[] {
		return [...(this.#names.get(address) ?? [])];
	}
}

function keyOf(type: number, port: number): string {
	return `${type === SOCK_DGRAM ? 'udp' : 'tcp'}:${port}`;
}
