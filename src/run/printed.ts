/** What the script printed: how much, a hash of it, and its beginning. */
import { createHash } from 'node:crypto';

/** Bytes of the beginning that are kept. */
export const mostStart = 64 << 10;

export class PrintedSum {
	readonly #hash = createHash('sha256');
	#start = Buffer.alloc(0);
	#length = 0;

	add(bytes: Uint8Array): void {
		this.#hash.update(bytes);
		this.#length += bytes.length;
		const room = mostStart - this.#start.length;
		if (room > 0) this.#start = Buffer.concat([this.#start, bytes.subarray(0, room)]);
	}

	/** Ends the summing. */
	end(): { readonly length: number; readonly sha256: string; readonly start: Buffer } {
		return { length: this.#length, sha256: this.#hash.digest('hex'), start: this.#start };
	}
}
