/** Bytes of overlay files: copy-up at the first change, and the open file that the kernel holds. */
import { SysError } from '../abi/errno.ts';
import type { Attributes } from './attributes.ts';
import type { FileNode } from './node.ts';
import type { Overlay } from './overlay.ts';
import { withoutSetId } from './overlay-attributes.ts';
import { OverlayOpen } from './overlay-open.ts';

/** Beyond this a JavaScript number cannot count bytes exactly. */
const maxSize = Number.MAX_SAFE_INTEGER;

/** An open file of an overlay. Its descriptors of ours are shared with all others who have the node open. */
export class OverlayFile extends OverlayOpen<FileNode> {
	readonly type = 'file';

	/** `read`: the caller will read, so a lower file that cannot be opened fails now. */
	constructor(overlay: Overlay, node: FileNode, path: string, read: boolean) {
		if (read) overlay.content.openLower(node);
		super(overlay, node, path);
	}

	read(into: Uint8Array, position: number): number {
		const { node } = this;
		const count = this.overlay.content.read(node, into, position);
		// relatime: only where the last change is younger than the last read. Not logged: it is no part of a change.
		if (node.lower === undefined && node.atimeNs <= node.mtimeNs) node.atimeNs = this.overlay.now();
		return count;
	}

	write(bytes: Uint8Array, position: number): number {
		return writeFile(this.overlay, this.node, bytes, position);
	}

	truncate(size: number): void {
		truncateFile(this.overlay, this.node, size);
	}

	attributes(): Attributes {
		return this.overlay.attributesOf(this.node);
	}

	protected closed(): void {
		const { overlay, node } = this;
		settle(overlay, node);
		if (node.opens > 0) return;
		if (node.links > 0) overlay.content.close(node);
		else if (node.lower !== undefined && !node.orphan) {
			overlay.content.close(node);
			overlay.release(node);
		} else overlay.discard(node);
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
