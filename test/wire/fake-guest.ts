/** The other end of a GuestLink: a task with some memory that obeys commands, as the launcher's commands.c does. */
import type { Transport } from '../../src/wire/guest-link.ts';

const base = 0x10000;

export type Result =
	| { readonly kind: 'result'; readonly value: number }
	| { readonly kind: 'exit'; readonly status: number };

export class FakeGuest implements Transport {
	/** Bytes at the addresses from 0x10000 on; all else is a bad address. */
	readonly memory = Buffer.alloc(4 * 1024 * 1024);
	/** What each channel was given, in order. */
	readonly results = new Map<number, Result[]>();
	/** Nanoseconds of each command `T`. */
	readonly timers: bigint[] = [];
	/** Bytes that were asked of it in one command, at most. */
	mostAsked = 0;
	/** Sent in place of the honest answer to `R` and `Z`. */
	lie: ((channel: number) => Buffer) | undefined;
	/** Its memory goes away, or its process, in the middle of an answer. */
	last = 0;
	readonly #in = new Map<number, Buffer>();
	readonly #out = new Map<number, Buffer>();
	readonly #faults = new Set<number>();

	/** Puts bytes into memory; their address. */
	put(bytes: string | Buffer, at = 0): number {
		Buffer.from(bytes).copy(this.memory, at);
		return base + at;
	}

	get(address: number, length: number): Buffer {
		return Buffer.from(this.memory.subarray(address - base, address - base + length));
	}

	/** The last result on a channel; undefined while its task waits. */
	result(channel: number): number | undefined {
		const last = this.results.get(channel)?.at(-1);
		return last?.kind === 'result' ? last.value : undefined;
	}

	send(channel: number, bytes: Uint8Array, length: number): void {
		this.#in.set(channel, Buffer.concat([this.#in.get(channel) ?? Buffer.alloc(0), bytes.subarray(0, length)]));
		while (this.#obey(channel));
	}

	receive(channel: number, into: Uint8Array): void {
		const waiting = this.#out.get(channel) ?? Buffer.alloc(0);
		if (waiting.length < into.length) throw new Error(`the controller waits for ${into.length} bytes that never come`);
		into.set(waiting.subarray(0, into.length));
		this.#out.set(channel, Buffer.from(waiting.subarray(into.length)));
	}

	/** One command, if all of it is there. */
	#obey(channel: number): boolean {
		const bytes = this.#in.get(channel) ?? Buffer.alloc(0);
		const code = String.fromCharCode(bytes[0] ?? 0);
		const needed = { R: 17, Z: 17, W: 17, T: 9, X: 5, i: 9 }[code];
		if (bytes.length === 0) return false;
		if (needed === undefined) throw new Error(`the controller sent ${code}, which is no command`);
		if (bytes.length < needed) return false;
		const address = code === 'X' ? 0 : Number(bytes.readBigInt64LE(1));
		const length = needed === 17 ? Number(bytes.readBigInt64LE(9)) : 0;
		const whole = code === 'W' ? needed + length : needed;
		if (bytes.length < whole) return false;
		this.#in.set(channel, Buffer.from(bytes.subarray(whole)));
		this.mostAsked = Math.max(this.mostAsked, length);
		switch (code) {
			case 'R':
				this.#answer(channel, this.#readable(address, length));
				break;
			case 'Z':
				this.#answer(channel, this.#string(address, length));
				break;
			case 'W':
				if (this.#readable(address, length)?.length !== length) this.#faults.add(channel);
				else bytes.copy(this.memory, address - base, needed, whole);
				break;
			case 'T':
				this.timers.push(bytes.readBigInt64LE(1));
				break;
			case 'X':
				this.#finish(channel, { kind: 'exit', status: bytes.readInt32LE(1) });
				break;
			default:
				this.#finish(channel, { kind: 'result', value: this.#faults.delete(channel) ? -14 : address });
		}
		return true;
	}

	#finish(channel: number, result: Result): void {
		this.results.set(channel, [...(this.results.get(channel) ?? []), result]);
	}

	#answer(channel: number, bytes: Buffer | undefined): void {
		const length = Buffer.alloc(8);
		length.writeBigInt64LE(BigInt(bytes?.length ?? -1));
		const some = bytes !== undefined && bytes.length > 0;
		const honest = Buffer.concat([length, bytes ?? Buffer.alloc(0), some ? Buffer.of(this.last) : Buffer.alloc(0)]);
		const answer = this.lie?.(channel) ?? honest;
		this.#out.set(channel, Buffer.concat([this.#out.get(channel) ?? Buffer.alloc(0), answer]));
	}

	/** As much of it as can be read. */
	#readable(address: number, length: number): Buffer {
		if (address < base || address > base + this.memory.length) return Buffer.alloc(0);
		return this.memory.subarray(address - base, Math.min(address - base + length, this.memory.length));
	}

	#string(address: number, max: number): Buffer | undefined {
		if (address < base || address >= base + this.memory.length) return undefined;
		const bytes = this.#readable(address, max);
		const end = bytes.indexOf(0);
		return end < 0 ? bytes : bytes.subarray(0, end);
	}
}
