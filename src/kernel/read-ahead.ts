/** Bytes of a stream that were fetched before the guest asked for them: a call to the process beside us costs more than a copy. */
import { mostData, type Received } from './network.ts';

/** How much is fetched at one time of what comes in bulk. */
const aheadBytes = 512 * 1024;
const MSG_PEEK = 0x2;

export class ReadAhead {
	#kept: Buffer = Buffer.alloc(0);
	/** The last read got all it asked for: more is likely there. */
	#bulk = false;

	get length(): number {
		return this.#kept.length;
	}

	/** What a receive gives of what is kept; undefined: nothing. */
	take(length: number, flags: number): Received | undefined {
		if (this.#kept.length === 0 || (flags & ~MSG_PEEK) !== 0) return undefined;
		const data = this.#kept.subarray(0, length);
		if ((flags & MSG_PEEK) === 0) this.#kept = this.#kept.subarray(data.length);
		return { result: data.length, data, name: Buffer.alloc(0), control: Buffer.alloc(0), flags: 0 };
	}

	/** Keeps bytes where there are none. */
	put(bytes: Buffer): void {
		this.#kept = bytes;
	}

	/** How much to ask for where the guest asks for `length`. */
	wanted(length: number, plain: boolean): number {
		return Math.min(this.#bulk && plain ? Math.max(length, aheadBytes) : length, mostData);
	}

	/** Keeps what is more than the guest asked for. */
	keep(got: Received, length: number, wanted: number): Received {
		this.#bulk = got.data.length === wanted;
		if (got.data.length <= length) return got;
		this.#kept = Buffer.from(got.data.subarray(length));
		return { ...got, result: length, data: got.data.subarray(0, length) };
	}
}
