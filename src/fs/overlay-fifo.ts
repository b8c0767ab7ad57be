/** A FIFO's node while somebody has it open: its stat, mode and times. The bytes that go through it are the kernel's. */
import { SysError } from '../abi/errno.ts';
import type { DirectoryEntry, Domain, OpenNode, Stat } from './api.ts';
import type { SpecialNode } from './node.ts';
import type { Overlay } from './overlay.ts';
import { changeMode, changeOwner, changeTimes } from './overlay-file.ts';

export class OverlayFifo implements OpenNode {
	readonly path: string;
	readonly domain: Domain;
	readonly type = 'fifo';
	readonly #overlay: Overlay;
	readonly #node: SpecialNode;
	#closed = false;

	constructor(overlay: Overlay, node: SpecialNode, path: string) {
		this.path = path;
		this.domain = overlay.domain;
		this.#overlay = overlay;
		this.#node = node;
		node.opens++;
	}

	read(): number {
		throw new SysError('ESPIPE');
	}

	write(): number {
		throw new SysError('ESPIPE');
	}

	truncate(): void {
		throw new SysError('EINVAL');
	}

	stat(): Stat {
		return this.#overlay.statOf(this.#node);
	}

	list(): DirectoryEntry[] {
		throw new SysError('ENOTDIR');
	}

	chmod(mode: number): void {
		changeMode(this.#overlay, this.#node, mode);
	}

	chown(uid: number, gid: number): void {
		changeOwner(this.#overlay, this.#node, uid, gid);
	}

	utimes(atimeNs: bigint | undefined, mtimeNs: bigint | undefined, touch = false): void {
		changeTimes(this.#overlay, this.#node, atimeNs, mtimeNs, touch);
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#node.opens--;
		if (this.#node.opens === 0 && this.#node.links === 0) this.#overlay.tree.nodes.delete(this.#node.id);
	}
}
