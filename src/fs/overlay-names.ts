/** Names in a directory of an overlay: making and removing them, with the checks of Linux in its order. */
import { nameLength } from '../abi/bytes.ts';
import { SysError } from '../abi/errno.ts';
import { owns, R_OK, S_IFDIR, S_IFREG, S_ISGID, S_ISUID, S_ISVTX, W_OK, X_OK } from './mode.ts';
import type { DirectoryNode, FileNode, Node } from './node.ts';
import { isEmpty } from './overlay-directory.ts';
import type { OverlayVnode } from './overlay-vnode.ts';
import { PATH_MAX } from './path.ts';
import type { NodeRecord, TreeRecord } from './record.ts';

export function createFile(parent: OverlayVnode, name: string, mode: number): FileNode {
	const { overlay } = parent;
	const node = make(parent, name, 'file', mode, undefined, (id) => overlay.content.create(id, String(id)));
	if (node.kind !== 'file') throw new Error('a file was made as something else');
	// Its times were logged just now: the first write need not log them again.
	node.dirty = true;
	return node;
}

export function makeDirectory(parent: OverlayVnode, name: string, mode: number): void {
	make(parent, name, 'directory', mode);
}

/** A FIFO or a socket of the session: no change of the machine. */
export function makeSpecial(parent: OverlayVnode, name: string, kind: 'fifo' | 'socket', mode: number): void {
	make(parent, name, kind, mode);
}

export function makeSymlink(parent: OverlayVnode, name: string, target: string): void {
	if (target === '') throw new SysError('ENOENT');
	if (nameLength(target) >= PATH_MAX) throw new SysError('ENAMETOOLONG');
	make(parent, name, 'symlink', 0o777, target);
}

export function linkFile(parent: OverlayVnode, name: string, source: OverlayVnode): void {
	const { overlay } = parent;
	mayLink(source);
	mayChangeNames(parent);
	if (source.format === S_IFDIR) throw new SysError('EPERM');
	const node = source.upper();
	const directory = parent.directory();
	overlay.quota.files(1);
	const at = String(overlay.now());
	overlay.commit([
		...overlay.baseRecords(node.origin, {}),
		{ op: 'attr', id: node.id, ctime: at },
		{ op: 'set', dir: directory.id, name, id: node.id, order: overlay.tree.nextOrder++, sub: 0, at },
	]);
}

export function unlinkFile(parent: OverlayVnode, name: string, child: OverlayVnode): void {
	mayRemove(parent, child);
	if (child.format === S_IFDIR) throw new SysError('EISDIR');
	remove(parent, name, child);
}

export function removeDirectory(parent: OverlayVnode, name: string, child: OverlayVnode): void {
	mayRemove(parent, child);
	if (child.format !== S_IFDIR) throw new SysError('ENOTDIR');
	if (!isEmpty(parent.overlay, child.spot())) throw new SysError('ENOTEMPTY');
	remove(parent, name, child);
}

/** EACCES or EROFS where no name of that directory may change. */
export function mayChangeNames(parent: OverlayVnode): void {
	parent.access(W_OK | X_OK);
}

/** The same for the name of `child`; in a sticky directory only its owner, the directory's and root may (EPERM). */
export function mayRemove(parent: OverlayVnode, child: OverlayVnode): void {
	mayChangeNames(parent);
	const directory = parent.stat();
	const who = parent.overlay.identity;
	if ((directory.mode & S_ISVTX) === 0 || owns(who, directory.uid) || owns(who, child.stat().uid)) return;
	throw new SysError('EPERM');
}

/**
 * A thing that leaves its name for good: what was its base, its place among the changes, and that no open file of it gets a
 * name again.
 */
export function farewell(child: OverlayVnode): TreeRecord[] {
	const { overlay, subject } = child;
	const records = overlay.baseRecords(child.origin, { hash: true, removed: true });
	if (subject.kind === 'upper') {
		if (subject.node.links > 1) records.push({ op: 'attr', id: subject.node.id, ctime: String(overlay.now()) });
		return records;
	}
	const open = overlay.untouched.get(subject.path);
	if (open !== undefined) {
		open.orphan = true;
		overlay.untouched.delete(subject.path);
	}
	return records;
}

function remove(parent: OverlayVnode, name: string, child: OverlayVnode): void {
	const { overlay } = parent;
	const directory = parent.directory();
	const isBelow = child.subject.kind === 'lower' || overlay.hasBelow(directory, name);
	overlay.commit([
		...farewell(child),
		{
			op: isBelow ? 'hide' : 'clear',
			dir: directory.id,
			name,
			sub: child.format === S_IFDIR ? -1 : 0,
			at: String(overlay.now()),
		},
	]);
}

/** `prepare` gets the new node's id just before the node is there. */
function make(
	parent: OverlayVnode,
	name: string,
	kind: Node['kind'],
	mode: number,
	target?: string,
	prepare: (id: number) => void = () => {},
): Node {
	const { overlay } = parent;
	mayChangeNames(parent);
	const above = parent.stat();
	const plain = overlay.newNode(kind, mode & 0o7777, above, target);
	const inherits = (above.mode & S_ISGID) !== 0;
	const inherited = inherits && kind === 'directory' ? plain.mode | S_ISGID : plain.mode;
	const record = inherits ? { ...plain, gid: above.gid, mode: inherited } : plain;
	const directory: DirectoryNode = parent.directory();
	overlay.quota.files(1);
	try {
		prepare(record.id);
		overlay.commit(
			kind === 'file' ? [fileRecord(record, directory, name)] : [record, setRecord(record, directory, name)],
		);
	} catch (error) {
		// The session's own disk is full: nothing was made.
		overlay.quota.files(-1);
		overlay.content.close(record);
		throw error;
	}
	return overlay.tree.node(record.id);
}

function fileRecord(record: NodeRecord, { id: dir }: DirectoryNode, name: string): TreeRecord {
	const { id, order, ino, dev, uid, gid, mode, mtime: at } = record;
	return { op: 'file', id, order, ino, dev, uid, gid, mode, at, dir, name };
}

function setRecord(record: NodeRecord, { id: dir }: DirectoryNode, name: string): TreeRecord {
	const { id, order, kind, mtime: at } = record;
	return { op: 'set', dir, name, id, order, sub: kind === 'directory' ? 1 : 0, at };
}

/** fs.protected_hardlinks: another user's file can only be linked where it is plain, and readable and writable (EPERM). */
function mayLink(source: OverlayVnode): void {
	const who = source.overlay.identity;
	const stat = source.stat();
	if (owns(who, stat.uid)) return;
	const setId = (stat.mode & S_ISUID) !== 0 || (stat.mode & (S_ISGID | 0o010)) === (S_ISGID | 0o010);
	try {
		if (source.format !== S_IFREG || setId) throw new SysError('EPERM');
		source.access(R_OK | W_OK);
	} catch {
		throw new SysError('EPERM');
	}
}
