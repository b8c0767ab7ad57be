/** What of a socket's datagrams Linux does not know: whom they are heard from, and those that the controller answers itself. */
import { addressKey, type Received } from './network.ts';

const MSG_PEEK = 0x2;

export class Datagrams {
	/** Datagrams that the controller answered itself. */
	readonly answers: { readonly from: Buffer; readonly bytes: Buffer }[] = [];
	/** Whom datagrams are heard from on the host's side. */
	readonly #friends = new Set<string>();

	/** Datagrams of this address (struct sockaddr) are heard from now on. */
	hear(address: Buffer): void {
		this.#friends.add(addressKey(address));
	}

	isHeard(name: Buffer): boolean {
		return name.length === 0 || this.#friends.has(addressKey(name));
	}

	/** What a receive gives of the controller's own answers; undefined: none is there. */
	take(length: number, flags: number): Received | undefined {
		const own = this.answers[0];
		if (own === undefined) return undefined;
		if ((flags & MSG_PEEK) === 0) this.answers.shift();
		const result = own.bytes.length;
		return { result, data: own.bytes.subarray(0, length), name: own.from, control: Buffer.alloc(0), flags: 0 };
	}
}
