/** An open directory in which other trees begin: their names are in it whether or not its own tree knows them. */
import { SysError } from '../abi/errno.ts';
import type { DirectoryEntry, Domain, OpenNode, Stat } from './api.ts';
import type { Attributes } from './attributes.ts';
import { entryType, S_IFDIR } from './mode.ts';
import type { MountPoint } from './mounts.ts';

export class MountedDirectory implements OpenNode {
	readonly path: string;
	readonly domain: Domain;
	readonly type = 'directory';
	readonly #node: OpenNode;
	readonly #mount: MountPoint;

	constructor(node: OpenNode, mount: MountPoint) {
		this.path = node.path;
		this.domain = node.domain;
		this.#node = node;
		this.#mount = mount;
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
		return addMounted(this.#mount, this.#node.list());
	}

	chmod(mode: number): void {
		this.#node.chmod(mode);
	}

	chown(uid: number, gid: number): void {
		this.#node.chown(uid, gid);
	}

	attributes(): Attributes {
		const attributes = this.#node.attributes?.();
		if (attributes === undefined) throw new SysError('EOPNOTSUPP');
		return attributes;
	}

	utimes(atimeNs: bigint | undefined, mtimeNs: bigint | undefined, touch?: boolean): void {
		this.#node.utimes(atimeNs, mtimeNs, touch);
	}

	close(): void {
		this.#node.close();
	}
}

/** The entries with those of the trees that begin in the directory, each name once. */
export function addMounted(mount: MountPoint | undefined, entries: DirectoryEntry[]): DirectoryEntry[] {
	const entered = [...(mount?.below ?? [])].filter(([, point]) => point.enter !== undefined);
	if (entered.length === 0) return entries;
	const mounted = new Map(entered);
	const others = entries.filter((entry) => !mounted.has(entry.name));
	const own = entered.map(([name, point]) => {
		return { name, ino: point.enter?.().stat().ino ?? 1n, type: entryType(S_IFDIR) };
	});
	return [...others, ...own];
}
