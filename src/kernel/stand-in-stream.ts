/** A connection to a host that secrets are for: what leaves has them in the place of their stand-ins, what comes back the other way round. */
import { type Form, formsOf, put, run, type StandIn, swap, tail } from './stand-in-form.ts';

/** From so many bytes on a piece of a stand-in is no chance, and a piece of a secret is not shown. */
const telling = 8;

/** Sends bytes; how many were taken, undefined: no room. */
type Send = (bytes: Buffer) => number | undefined;

export class StandInStream {
	readonly #out: readonly Form[];
	readonly #in: readonly Form[];
	readonly #used: (name: string) => void;
	/** What must go before anything else: the rest of a secret that is half sent. */
	#owed: Buffer = Buffer.alloc(0);
	/** What the guest sent last, and may be the beginning of a stand-in. */
	#held: Buffer = Buffer.alloc(0);
	/** What came last: as much as a secret that is not whole yet may have of it. */
	#came: Buffer = Buffer.alloc(0);
	readonly #longest: number;

	/** `used`: told each time a secret was put in. */
	constructor(standIns: readonly StandIn[], used: (name: string) => void) {
		this.#out = standIns.flatMap((one) => formsOf(one, 'out'));
		this.#in = standIns.flatMap((one) => formsOf(one, 'in'));
		this.#longest = Math.max(0, ...this.#in.map(({ steps }) => steps.length - 1));
		this.#used = used;
	}

	/** How many of the guest's bytes were taken; undefined: no room. Throws what `send` throws. */
	send(bytes: Buffer, send: Send): number | undefined {
		if (!this.#pay(send)) return undefined;
		const before = this.#held.length;
		const all = before === 0 ? bytes : Buffer.concat([this.#held, bytes]);
		const { bytes: out, matches } = swap(all, this.#out);
		const last = matches.reduce((end, match) => Math.max(end, match.end), 0);
		const held = tail(out.subarray(last), this.#out)?.length ?? 0;
		const ready = all.length - held;
		const sent = ready === 0 ? 0 : send(out.subarray(0, ready));
		if (sent === undefined) return undefined;
		for (const { name, start } of matches) if (start < sent) this.#used(name);
		if (sent === ready) {
			this.#held = Buffer.from(all.subarray(ready));
			return bytes.length;
		}
		// In the middle of a secret: the rest of it belongs to what was taken. What was held was taken long ago.
		const half = matches.find(({ start, end }) => start < sent && sent < end);
		const taken = Math.max(half?.end ?? sent, before);
		this.#owed = Buffer.from(out.subarray(sent, taken));
		this.#held = Buffer.alloc(0);
		return taken === before ? undefined : taken - before;
	}

	/**
	 * The guest does something else than sending: what looks like the beginning of a stand-in by chance is not held up, or a server would wait for
	 * it. `all`: nothing comes after this.
	 */
	flush(send: Send, all: boolean): void {
		try {
			if (!this.#pay(send) || this.#held.length === 0) return;
			if (!all && this.#held.length >= telling) return;
			this.#owed = this.#held;
			this.#held = Buffer.alloc(0);
			this.#pay(send);
		} catch {
			// The guest learns of it with its next call.
			this.#owed = Buffer.alloc(0);
		}
	}

	/**
	 * What the guest is shown of bytes that came. At most the first seven bytes of a secret that comes in pieces are in them. A secret may begin in
	 * what looks like another one's beginning (`key_key_…`), so all of what came last is looked at again, as it came.
	 */
	shown(bytes: Buffer): Buffer {
		const all = this.#came.length === 0 ? bytes : Buffer.concat([this.#came, bytes]);
		const out = Buffer.from(swap(all, this.#in).bytes);
		for (const { steps } of this.#in) {
			for (let length = Math.min(steps.length - 1, all.length); length >= telling; length--) {
				const at = all.length - length;
				if (run(steps, 0, all, at) === length) put(steps, 0, out, at, length);
			}
		}
		const before = all.length - bytes.length;
		this.#came = Buffer.from(all.subarray(Math.max(0, all.length - this.#longest)));
		return out.subarray(before);
	}

	/** Whether nothing is owed any more. */
	#pay(send: Send): boolean {
		if (this.#owed.length === 0) return true;
		const sent = send(this.#owed);
		if (sent !== undefined) this.#owed = this.#owed.subarray(sent);
		return this.#owed.length === 0;
	}
}

/** What a socket that connect(2) was called on has to do with secrets. */
export class Dialed {
	secrets: StandInStream | undefined;
	#to: Buffer | undefined;

	/**
	 * connect(2) is about to be called, with what secrets are for that address. A socket that has been connected to another one before gets none:
	 * Linux may say that it still is.
	 */
	dial(to: Buffer, secrets: StandInStream | undefined): void {
		if (this.#to === undefined) this.secrets = secrets;
		else if (!this.#to.equals(to)) this.secrets = undefined;
		this.#to ??= to;
	}
}
