/** Counts what goes over connections to hosts, keeps what can be shown of it, and holds the limits on bytes. */
import type { Traffic as Connection } from '../kernel/network.ts';
import { HeadReader } from '../kernel/request-head.ts';
import type { Client, Traffic } from '../model/traffic.ts';

type CountedClient = { -readonly [key in keyof Client]: Client[key] };

type Counted = {
	connections: number;
	sent: number;
	received: number;
	readonly requests: string[];
	readonly tls: Set<string>;
	readonly secrets: Set<string>;
	readonly clients: Map<string, CountedClient>;
	readonly heard: Set<string>;
	/** Bytes when it was told last. */
	told: number;
};

/** What is kept for one decision, and for all of them together. */
const mostRequests = 100;
const mostNames = 20;
/** Addresses that are told apart; what others do is counted together. */
const mostClients = 100;
const otherClients = 'others';
const mostText = 4 * 1024 * 1024;

export type TrafficLogOptions = {
	readonly limits: { readonly sent: number; readonly received: number };
	readonly exceeded: (limit: 'sent' | 'received') => void;
	/** Told when there is something new to show, and now and then of counts. */
	readonly tell: (id: number, traffic: Traffic) => void;
};

export class TrafficLog {
	readonly #options: TrafficLogOptions;
	readonly #counted = new Map<number, Counted>();
	#sent = 0;
	#received = 0;
	#text = 0;

	constructor(options: TrafficLogOptions) {
		this.#options = options;
	}

	get used(): { readonly sent: number; readonly received: number } {
		return { sent: this.#sent, received: this.#received };
	}

	/** A new connection that decision `id` let be made; `from`: the address of whoever made it, where that is not the guest. */
	connection(id: number, from?: string): Connection {
		const counted = this.#of(id);
		counted.connections += 1;
		const client = from === undefined ? undefined : clientOf(counted, from);
		if (client?.connections === 1) this.#tell(id, counted);
		const heads = new HeadReader({
			request: (head) =>
				this.#keep(id, counted.requests.length < mostRequests, head, () => counted.requests.push(head)),
			tls: (name) => this.#keep(id, counted.tls.size < mostNames, name, () => counted.tls.add(name)),
		});
		const { limits, exceeded } = this.#options;
		let heard = false;
		return {
			sending: (bytes) => {
				const more = bytes.reduce((sum, part) => sum + part.length, 0);
				if (this.#sent + more <= limits.sent) return true;
				exceeded('sent');
				return false;
			},
			sent: (bytes, taken) => {
				if (heard) heads.answered();
				heard = false;
				let left = taken;
				for (const part of bytes) {
					if (left > 0) heads.sent(part.subarray(0, left));
					left -= part.length;
				}
				this.#sent += taken;
				counted.sent += taken;
				if (client !== undefined) client.sent += taken;
				this.#tellCounts(id, counted);
			},
			secret: (name) => {
				if (counted.secrets.has(name)) return;
				counted.secrets.add(name);
				this.#tell(id, counted);
			},
			received: (bytes) => {
				heard = true;
				this.#received += bytes;
				counted.received += bytes;
				if (client !== undefined) client.received += bytes;
				if (this.#received > limits.received) exceeded('received');
				this.#tellCounts(id, counted);
			},
		};
	}

	/** Others can connect at `address`, for decision `id` lets them. */
	heard(id: number, address: string): void {
		const counted = this.#of(id);
		if (counted.heard.has(address) || counted.heard.size >= mostNames) return;
		counted.heard.add(address);
		this.#tell(id, counted);
	}

	/** Tells all counts as they are now. */
	tellAll(): void {
		for (const [id, counted] of this.#counted) this.#tell(id, counted);
	}

	#of(id: number): Counted {
		let counted = this.#counted.get(id);
		if (counted === undefined) {
			counted = {
				connections: 0,
				sent: 0,
				received: 0,
				requests: [],
				tls: new Set(),
				secrets: new Set(),
				clients: new Map(),
				heard: new Set(),
				told: 0,
			};
			this.#counted.set(id, counted);
		}
		return counted;
	}

	#keep(id: number, room: boolean, text: string, keep: () => void): void {
		if (!room || this.#text + text.length > mostText) return;
		this.#text += text.length;
		keep();
		this.#tell(id, this.#of(id));
	}

	/** Each time they have doubled: a screen needs no more, and a hot path no message for each call. */
	#tellCounts(id: number, counted: Counted): void {
		if (counted.sent + counted.received >= 2 * counted.told) this.#tell(id, counted);
	}

	#tell(id: number, counted: Counted): void {
		const { connections, sent, received, secrets, clients, heard } = counted;
		counted.told = Math.max(1, sent + received);
		this.#options.tell(id, {
			connections,
			sent,
			received,
			requests: [...counted.requests],
			secrets: [...secrets],
			tls: [...counted.tls],
			...(heard.size === 0 ? {} : { heard: [...heard] }),
			...(clients.size === 0 ? {} : { clients: [...clients.values()].map((client) => ({ ...client })) }),
		});
	}
}

function clientOf({ clients }: Counted, from: string): CountedClient {
	const address = clients.has(from) || clients.size < mostClients ? from : otherClients;
	const client = clients.get(address) ?? { address, connections: 0, sent: 0, received: 0 };
	client.connections += 1;
	clients.set(address, client);
	return client;
}
