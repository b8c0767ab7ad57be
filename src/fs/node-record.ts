/** Nodes out of records. */
import { DirectoryNode, FileNode, type Node, SpecialNode, SymlinkNode } from './node.ts';
import type { FileRecord, NodeRecord, TreeRecord } from './record.ts';

export function setAttributes(node: Node, record: Extract<TreeRecord, { op: 'attr' }>): void {
	if (record.mode !== undefined) {
		node.mode = record.mode;
		node.modeSet = true;
	}
	if (record.uid !== undefined && record.gid !== undefined) {
		node.uid = record.uid;
		node.gid = record.gid;
		node.ownerSet = true;
	}
	if (record.atime !== undefined) node.atimeNs = BigInt(record.atime);
	if (record.mtime !== undefined) node.mtimeNs = BigInt(record.mtime);
	if (record.ctime !== undefined) {
		node.ctimeNs = record.ctime === record.mtime ? node.mtimeNs : BigInt(record.ctime);
	}
	if (record.timesSet !== undefined) node.timesSet = record.timesSet;
}

export function touch(directory: DirectoryNode, atNs: bigint): void {
	directory.mtimeNs = atNs;
	directory.ctimeNs = atNs;
	directory.timesSet = false;
}

/** The node of a new file, with its content. */
export function toNewFile({ id, order, ino, dev, uid, gid, mode, at }: FileRecord): FileNode {
	const times = BigInt(at);
	const start = { id, order, origin: undefined, ino: BigInt(ino), dev: BigInt(dev), uid, gid, mode };
	const node = new FileNode({ ...start, atimeNs: times, mtimeNs: times, ctimeNs: times }, undefined);
	node.content = String(id);
	return node;
}

export function toNode(record: NodeRecord): Node {
	const { id, order, origin, uid, gid, mode } = record;
	const [ino, dev, mtimeNs] = [BigInt(record.ino), BigInt(record.dev), BigInt(record.mtime)];
	// What the guest makes has three times that are one.
	const atimeNs = record.atime === record.mtime ? mtimeNs : BigInt(record.atime);
	const ctimeNs = record.ctime === record.mtime ? mtimeNs : BigInt(record.ctime);
	const start = { id, order, origin, ino, dev, uid, gid, mode, atimeNs, mtimeNs, ctimeNs };
	switch (record.kind) {
		case 'file':
			return new FileNode(start, record.lower);
		case 'directory':
			return new DirectoryNode(start, record.lower);
		case 'symlink':
			return new SymlinkNode(start, record.target ?? '');
		case 'fifo':
		case 'socket':
			return new SpecialNode(start, record.kind);
	}
}
