/** Directories of an overlay: the merged list of names, and the open directory that the kernel holds. */
import { SysError } from '../abi/errno.ts';
import type { DirectoryEntry, Domain, OpenNode, Stat } from './api.ts';
import type { Attributes } from './attributes.ts';
import { entryType, S_IFDIR } from './mode.ts';
import type { DirectoryNode, Node } from './node.ts';
import { formats } from './node-stat.ts';
import type { Overlay } from './overlay.ts';
import { changeMode, changeOwner, changeTimes } from './overlay-attributes.ts';

/** Where a directory is: a node of the upper tree, or a path of the machine that nothing was changed of. */
export type DirectorySpot = DirectoryNode | string;

/** Names without `.` and `..`: those of the machine in its order, then the guest's own in the order they were made. */
export function listDirectory(overlay: Overlay, spot: DirectorySpot): DirectoryEntry[] {
	if (typeof spot === 'string') return overlay.host.list(spot);
	const below = spot.lower === undefined ? [] : listBelow(overlay, spot.lower);
	const entries = below.filter((entry) => !spot.children.has(entry.name));
	for (const [name, entry] of spot.children) {
		if (entry.kind === 'node') entries.push({ name, ino: entry.node.ino, type: typeOfNode(entry.node) });
	}
	return entries;
}

export function isEmpty(overlay: Overlay, spot: DirectorySpot): boolean {
	return listDirectory(overlay, spot).length === 0;
}

export class OverlayDirectory implements OpenNode {
	readonly path: string;
	readonly domain: Domain;
	readonly type = 'directory';
	readonly #overlay: Overlay;
	readonly #spot: DirectorySpot;
	readonly #parentIno: bigint;
	/** What a directory of the machine was when it was opened, in case its name goes. */
	readonly #stat: Stat;

	constructor(overlay: Overlay, spot: DirectorySpot, path: string, stat: Stat, parentIno: bigint) {
		this.path = path;
		this.domain = overlay.domain;
		this.#overlay = overlay;
		this.#spot = spot;
		this.#stat = stat;
		this.#parentIno = parentIno;
	}

	read(): number {
		throw new SysError('EISDIR');
	}

	write(): number {
		throw new SysError('EBADF');
	}

	truncate(): void {
		throw new SysError('EINVAL');
	}

	stat(): Stat {
		const node = this.#node();
		if (node !== undefined) return this.#overlay.statOf(node);
		const stat = typeof this.#spot === 'string' ? this.#overlay.lower.lstat(this.#spot) : undefined;
		return stat !== undefined && stat.ino === this.#stat.ino ? stat : { ...this.#stat, nlink: 0 };
	}

	list(): DirectoryEntry[] {
		const dots = [
			{ name: '.', ino: this.#stat.ino, type: entryType(S_IFDIR) },
			{ name: '..', ino: this.#parentIno, type: entryType(S_IFDIR) },
		];
		const node = this.#node();
		if (node !== undefined) return node.links === 0 ? dots : [...dots, ...listDirectory(this.#overlay, node)];
		const spot = this.#spot;
		if (typeof spot !== 'string' || this.#isGone(spot)) return dots;
		return [...dots, ...listDirectory(this.#overlay, spot)];
	}

	chmod(mode: number): void {
		changeMode(this.#overlay, this.#upper(), mode);
	}

	chown(uid: number, gid: number): void {
		changeOwner(this.#overlay, this.#upper(), uid, gid);
	}

	attributes(): Attributes {
		const node = this.#node();
		if (node === undefined) throw new SysError('EOPNOTSUPP');
		return this.#overlay.attributesOf(node);
	}

	utimes(atimeNs: bigint | undefined, mtimeNs: bigint | undefined, touch = false): void {
		changeTimes(this.#overlay, this.#upper(), atimeNs, mtimeNs, touch);
	}

	close(): void {}

	#node(): DirectoryNode | undefined {
		return typeof this.#spot === 'string' ? this.#overlay.tree.byLower.get(this.#spot) : this.#spot;
	}

	#upper(): DirectoryNode {
		return typeof this.#spot === 'string' ? this.#overlay.directoryAt(this.#spot) : this.#spot;
	}

	/** Removed by the guest: then no node shows it, and its own name is taken or hidden. */
	#isGone(path: string): boolean {
		return this.#overlay.isHidden(path);
	}
}

function listBelow(overlay: Overlay, path: string): DirectoryEntry[] {
	try {
		return overlay.host.list(path);
	} catch (error) {
		// Removed on the machine while the guest has names of its own in it.
		if (error instanceof SysError && error.code === 'ENOENT') return [];
		throw error;
	}
}

function typeOfNode(node: Node): number {
	return entryType(formats[node.kind]);
}
