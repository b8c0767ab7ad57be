/** A node of an overlay while somebody has it open: what is the same of files and FIFOs. */
import { SysError } from '../abi/errno.ts';
import type { DirectoryEntry, Domain, OpenNode, Stat } from './api.ts';
import type { FileNode, SpecialNode } from './node.ts';
import type { Overlay } from './overlay.ts';
import { changeMode, changeOwner, changeTimes } from './overlay-attributes.ts';

export abstract class OverlayOpen<Kept extends FileNode | SpecialNode> implements OpenNode {
	abstract readonly type: OpenNode['type'];
	readonly path: string;
	readonly domain: Domain;
	protected readonly overlay: Overlay;
	protected readonly node: Kept;
	#isClosed = false;

	constructor(overlay: Overlay, node: Kept, path: string) {
		this.path = path;
		this.domain = overlay.domain;
		this.overlay = overlay;
		this.node = node;
		node.opens++;
	}

	abstract read(into: Uint8Array, position: number): number;
	abstract write(bytes: Uint8Array, position: number): number;
	abstract truncate(size: number): void;
	/** One less has it open. */
	protected abstract closed(): void;

	stat(): Stat {
		return this.overlay.statOf(this.node);
	}

	list(): DirectoryEntry[] {
		throw new SysError('ENOTDIR');
	}

	chmod(mode: number): void {
		changeMode(this.overlay, this.node, mode);
	}

	chown(uid: number, gid: number): void {
		changeOwner(this.overlay, this.node, uid, gid);
	}

	utimes(atimeNs: bigint | undefined, mtimeNs: bigint | undefined, touch = false): void {
		changeTimes(this.overlay, this.node, atimeNs, mtimeNs, touch);
	}

	close(): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.node.opens--;
		this.closed();
	}
}
