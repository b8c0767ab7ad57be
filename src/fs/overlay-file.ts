/** Bytes, mode and times of overlay files: copy-up at the first change, and the open file that the kernel holds. */
import { SysError } from '../abi/errno.ts';
import type { DirectoryEntry, Domain, OpenNode, Stat } from './api.ts';
import type { Attributes } from './attributes.ts';
import { inGroup, owns, permits, S_ISGID, S_ISUID, W_OK, X_OK } from './mode.ts';
import type { FileNode, Node } from './node.ts';
import type { Overlay } from './overlay.ts';
import type { TreeRecord } from './record.ts';

/** Beyond this a JavaScript number cannot count bytes exactly. */
const maxSize = Number.MAX_SAFE_INTEGER;

/** An open file of an overlay. Its descriptors of ours are shared with all others who have the node open. */
export class OverlayFile implements OpenNode {
	readonly path: string;
	readonly domain: Domain;
	readonly type = 'file';
	readonly #overlay: Overlay;
	readonly #node: FileNode;
	#closed = false;

	/** `read`: the caller will read, so a lower file that cannot be opened fails now. */
	constructor(overlay: Overlay, node: FileNode, path: string, read: boolean) {
		this.path = path;
		this.domain = overlay.domain;
		this.#overlay = overlay;
		this.#node = node;
		if (read) overlay.content.openLower(node);
		node.opens++;
	}

	read(into: Uint8Array, position: number): number {
		const node = this.#node;
		const count = this.#overlay.content.read(node, into, position);
		// relatime: only where the last change is younger than the last read. Not logged: it is no part of a change.
		if (node.lower === undefined && node.atimeNs <= node.mtimeNs) node.atimeNs = this.#overlay.now();
		return count;
	}

	write(bytes: Uint8Array, position: number): number {
		return writeFile(this.#overlay, this.#node, bytes, position);
	}

	truncate(size: number): void {
		truncateFile(this.#overlay, this.#node, size);
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

	attributes(): Attributes {
		return this.#overlay.attributesOf(this.#node);
	}

	utimes(atimeNs: bigint | undefined, mtimeNs: bigint | undefined, touch = false): void {
		changeTimes(this.#overlay, this.#node, atimeNs, mtimeNs, touch);
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		const node = this.#node;
		node.opens--;
		settle(this.#overlay, node);
		if (node.opens > 0) return;
		if (node.links > 0) this.#overlay.content.close(node);
		else if (node.lower !== undefined && !node.orphan) {
			this.#overlay.content.close(node);
			this.#overlay.release(node);
		} else this.#overlay.discard(node);
	}
}

export function writeFile(overlay: Overlay, node: FileNode, bytes: Uint8Array, position: number): number {
	const end = position + bytes.length;
	if (end > maxSize) throw new SysError('EFBIG');
	if (bytes.length === 0) return 0;
	copyUp(overlay, node, true);
	const growth = Math.max(0, end - node.size);
	overlay.quota.disk(growth);
	try {
		overlay.content.write(node, bytes, position);
	} catch (error) {
		overlay.quota.disk(-growth);
		throw error;
	}
	node.size = Math.max(node.size, end);
	modified(overlay, node);
	return bytes.length;
}

export function truncateFile(overlay: Overlay, node: FileNode, size: number): void {
	if (size < 0) throw new SysError('EINVAL');
	if (size > maxSize) throw new SysError('EFBIG');
	copyUp(overlay, node, size > 0);
	const growth = size - node.size;
	overlay.quota.disk(growth);
	try {
		overlay.content.resize(node, size);
	} catch (error) {
		overlay.quota.disk(-growth);
		throw error;
	}
	node.size = size;
	modified(overlay, node);
}

/** Permission bits; EPERM for anyone but the owner and root, EROFS. */
export function changeMode(overlay: Overlay, node: Node, mode: number): void {
	if (overlay.readOnly) throw new SysError('EROFS');
	const stat = overlay.statOf(node);
	const who = overlay.identity;
	if (!owns(who, stat.uid)) throw new SysError('EPERM');
	const kept = who.uid !== 0 && !inGroup(who, stat.gid) ? mode & ~S_ISGID : mode;
	change(overlay, node, [{ op: 'attr', id: node.id, mode: kept & 0o7777, ctime: String(overlay.now()) }]);
}

/**
 * Owner and group; -1 leaves one as it is. As chown(2), by which set-user-ID goes; but EPERM for what is the machine's own,
 * whose owner stays. EROFS.
 */
export function changeOwner(overlay: Overlay, node: Node, uid: number, gid: number): void {
	if (overlay.readOnly) throw new SysError('EROFS');
	const stat = overlay.statOf(node);
	const who = overlay.identity;
	const owner = uid === -1 ? stat.uid : uid;
	const group = gid === -1 ? stat.gid : gid;
	const same = owner === stat.uid && group === stat.gid;
	if (who.uid !== 0 && !(owner === stat.uid && owns(who, stat.uid) && (group === stat.gid || inGroup(who, group)))) {
		if (!same || !owns(who, stat.uid)) throw new SysError('EPERM');
	}
	if (node.origin !== undefined && !same) throw new SysError('EPERM', 'a file of the machine keeps its owner');
	if (node.origin !== undefined) return;
	const bare = node.kind === 'file' ? withoutSetId(node.mode) : node.mode;
	const mode = bare === node.mode ? {} : { mode: bare };
	change(overlay, node, [{ op: 'attr', id: node.id, ...mode, uid: owner, gid: group, ctime: String(overlay.now()) }]);
}

/** `touch`: to the present time, for which the right to write is enough. EPERM, EACCES, EROFS. */
export function changeTimes(
	overlay: Overlay,
	node: Node,
	atimeNs: bigint | undefined,
	mtimeNs: bigint | undefined,
	touch: boolean,
): void {
	if (overlay.readOnly) throw new SysError('EROFS');
	const stat = overlay.statOf(node);
	if (!owns(overlay.identity, stat.uid) && !(touch && permits(overlay.identity, stat, W_OK))) {
		throw new SysError(touch ? 'EACCES' : 'EPERM');
	}
	change(overlay, node, [
		{
			op: 'attr',
			id: node.id,
			atime: String(atimeNs ?? stat.atimeNs),
			...(mtimeNs === undefined ? {} : { mtime: String(mtimeNs), timesSet: true }),
			ctime: String(overlay.now()),
		},
	]);
	if (node.kind === 'file') node.dirty = false;
}

/** Something of the node itself changes: it gets its name in the tree, and its base is remembered. */
function change(overlay: Overlay, node: Node, records: readonly TreeRecord[]): void {
	if (node.kind === 'file') overlay.insertFile(node);
	const base = node.links > 0 ? overlay.baseRecords(node.origin, {}) : [];
	overlay.amend(node, [...base, ...records]);
}

/** From now on the node's bytes are in the session. */
function copyUp(overlay: Overlay, node: FileNode, keep: boolean): void {
	if (node.lower === undefined) return;
	if (overlay.readOnly) throw new SysError('EROFS');
	overlay.insertFile(node);
	const stat = overlay.statOf(node);
	const size = keep ? stat.size : 0;
	const content = String(overlay.tree.nextId++);
	const base = node.links > 0 ? overlay.baseRecords(node.origin, { hash: true }) : [];
	overlay.quota.disk(size);
	try {
		if (keep) node.size = overlay.content.copy(node, content);
		else {
			overlay.content.create(node.id, content);
			node.size = 0;
		}
		overlay.quota.disk(node.size - size);
	} catch (error) {
		overlay.quota.disk(-size);
		throw error;
	}
	overlay.content.closeLower(node);
	overlay.amend(node, [
		...base,
		{
			op: 'attr',
			id: node.id,
			mode: stat.mode & 0o7777,
			atime: String(stat.atimeNs),
			mtime: String(stat.mtimeNs),
			ctime: String(stat.ctimeNs),
		},
		{ op: 'content', id: node.id, content },
	]);
}

/** mtime and ctime after a write. The log gets the first of a row; the last one when the file is closed. */
function modified(overlay: Overlay, node: FileNode): void {
	node.revision++;
	const now = overlay.now();
	const stripped = overlay.identity.uid === 0 ? node.mode : withoutSetId(node.mode);
	if (!node.dirty || stripped !== node.mode) {
		const at = String(now);
		const mode = stripped === node.mode ? {} : { mode: stripped };
		overlay.amend(node, [{ op: 'attr', id: node.id, ...mode, mtime: at, ctime: at, timesSet: false }]);
		node.dirty = true;
		return;
	}
	node.mtimeNs = now;
	node.ctimeNs = now;
}

/** Logs the time of the last write. */
function settle(overlay: Overlay, node: FileNode): void {
	if (!node.dirty || node.opens > 0) return;
	node.dirty = false;
	if (node.links === 0) return;
	const { id, mtimeNs, ctimeNs } = node;
	const at = String(mtimeNs);
	overlay.commit([
		mtimeNs === ctimeNs ? { op: 'wrote', id, at } : { op: 'attr', id, mtime: at, ctime: String(ctimeNs) },
	]);
}

/** A write by anyone but root takes set-user-ID away, and set-group-ID of an executable (chmod(2)). */
function withoutSetId(mode: number): number {
	return mode & ~S_ISUID & ((mode & (X_OK << 3)) === 0 ? ~0 : ~S_ISGID);
}
