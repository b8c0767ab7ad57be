/** What the pages of a shared mapping held when they were last alike in memory and in the file, by a hash of each. */
import { createHash } from 'node:crypto';

export const pageBytes = 4096;
const hashBytes = 8;

export class PageHashes {
	readonly #hashes: Buffer;

	/** `length` in bytes. */
	constructor(length: number) {
		this.#hashes = Buffer.alloc(Math.ceil(length / pageBytes) * hashBytes);
	}

	/** Notes pages as they are now; `bytes` begins with page `first`. A page that ends early is followed by zeros. */
	note(first: number, bytes: Buffer): void {
		for (let at = 0; at < bytes.length; at += pageBytes) {
			hashOf(bytes.subarray(at, at + pageBytes)).copy(this.#hashes, (first + at / pageBytes) * hashBytes);
		}
	}

	/** Whether a page is not what it was. */
	differs(page: number, bytes: Buffer): boolean {
		return !hashOf(bytes).equals(this.#hashes.subarray(page * hashBytes, (page + 1) * hashBytes));
	}
}

function hashOf(bytes: Buffer): Buffer {
	const page = bytes.length === pageBytes ? bytes : Buffer.concat([bytes, Buffer.alloc(pageBytes - bytes.length)]);
	return createHash('sha1').update(page).digest().subarray(0, hashBytes);
}
