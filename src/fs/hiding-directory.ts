/** An open directory without the names that a policy hides. */
import type { DirectoryEntry, Domain, OpenNode, Stat } from './api.ts';
import { join } from './path.ts';

export class HidingDirectory implements OpenNode {
	readonly path: string;
	readonly domain: Domain;
	readonly type = 'directory';
	readonly #node: OpenNode;
	readonly #hidden: (path: string) => boolean;

	constructor(node: OpenNode, hidden: (path: string) => boolean) {
		this.path = node.path;
		this.domain = node.domain;
		this.#node = node;
		this.#hidden = hidden;
	}

	read(into: Uint8Array, position: number): number {
		return this.#node.read(into, position);
	}

	write(bytes: Uint8Array, position: number): number {
		return this.#node.write(bytes, position);
	}

	truncate(size: number): void {
		this.#node.truncate(size);
	}

	stat(): Stat {
		return this.#node.stat();
	}

	list(): DirectoryEntry[] {
		return this.#node
			.list()
			.filter(({ name }) => name === '.' || name === '..' || !this.#hidden(join(this.path, name)));
	}

	chmod(mode: number): void {
		this.#node.chmod(mode);
	}

	chown(uid: number, gid: number): void {
		this.#node.chown(uid, gid);
	}

	utimes(atimeNs: bigint | undefined, mtimeNs: bigint | undefined, touch?: boolean): void {
		this.#node.utimes(atimeNs, mtimeNs, touch);
	}

	close(): void {
		this.#node.close();
	}
}
