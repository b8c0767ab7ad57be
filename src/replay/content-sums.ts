/**
 * Checksums of what the guest writes into the session, made as it is written: reading it all again at the end would cost as much as
 * writing it. They are of the same bytes in the same places, however they were cut into pieces.
 */
import { createHash, type Hash } from 'node:crypto';
import type { HostFiles } from '../fs/api.ts';

type Sum = { readonly hash: Hash; next: number };

/** Bytes beyond this are not looked at: then lengths alone are compared. */
const mostBytes = 256 << 20;

export class ContentSums {
	/** What a content's path begins with. */
	readonly #folder: string;
	readonly #sums = new Map<string, Sum>();
	readonly #open = new Map<number, string>();
	#bytes = 0;

	constructor(folder: string) {
		this.#folder = `${folder}/upper/content/`;
	}

	/** A content begins with bytes of the machine, which `what` tells. */
	copied(path: string, what: string): void {
		if (!path.startsWith(this.#folder)) return;
		this.#sums.delete(path);
		this.#sumOf(path).hash.update(`=${what}\n`);
	}

	/** The calls by which files of the session are written, each summed. */
	summing(files: HostFiles): Pick<HostFiles, 'openSession' | 'write' | 'ftruncate' | 'close'> {
		return {
			openSession: (path, how) => {
				const fd = files.openSession(path, how);
				if (path.startsWith(this.#folder)) {
					if (how === 'create') this.#sums.delete(path);
					this.#open.set(fd, path);
				}
				return fd;
			},
			write: (fd, bytes, position) => {
				this.#wrote(fd, bytes, position);
				return files.write(fd, bytes, position);
			},
			ftruncate: (fd, size) => {
				const path = this.#open.get(fd);
				if (path !== undefined) this.#sumOf(path).hash.update(`#${size}\n`);
				files.ftruncate(fd, size);
			},
			close: (fd) => {
				this.#open.delete(fd);
				files.close(fd);
			},
		};
	}

	/** By the content's name. Ends the summing. */
	all(): Record<string, string> {
		const entries = [...this.#sums].map(([path, { hash }]) => [path.slice(this.#folder.length), hash.digest('hex')]);
		return Object.fromEntries(entries);
	}

	#wrote(fd: number, bytes: Uint8Array, position: number): void {
		const path = this.#open.get(fd);
		if (path === undefined) return;
		const sum = this.#sumOf(path);
		if (position !== sum.next) sum.hash.update(`@${position}\n`);
		sum.next = position + bytes.length;
		this.#bytes += bytes.length;
		sum.hash.update(this.#bytes > mostBytes ? `${bytes.length}\n` : bytes);
	}

	#sumOf(path: string): Sum {
		const known = this.#sums.get(path);
		if (known !== undefined) return known;
		const fresh = { hash: createHash('sha256'), next: 0 };
		this.#sums.set(path, fresh);
		return fresh;
	}
}
