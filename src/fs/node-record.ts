/** Nodes out of records. */
import type { DirectoryNode, Node } from './node.ts';
import type { NodeRecord, TreeRecord } from './record.ts';

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

/**
 * Whole literals for the two kinds that there are many of: V8 makes a hash table of what is spread out of an object of so many
 * fields, which costs ten times the time and six times the memory.
 */
export function toNode(record: NodeRecord): Node {
	const { id, order, origin, lower, uid, gid, mode } = record;
	const [ino, dev, mtimeNs] = [BigInt(record.ino), BigInt(record.dev), BigInt(record.mtime)];
	// What the guest makes has three times that are one.
	const atimeNs = record.atime === record.mtime ? mtimeNs : BigInt(record.atime);
	const ctimeNs = record.ctime === record.mtime ? mtimeNs : BigInt(record.ctime);
	switch (record.kind) {
		case 'file':
			return {
				kind: 'file',
				id,
				order,
				origin,
				lower,
				content: undefined,
				ino,
				dev,
				uid,
				gid,
				ownerSet: false,
				mode,
				modeSet: false,
				atimeNs,
				mtimeNs,
				ctimeNs,
				timesSet: false,
				links: 0,
				opens: 0,
				size: 0,
				orphan: false,
				dirty: false,
				revision: 0,
			};
		case 'directory':
			return {
				kind: 'directory',
				id,
				order,
				origin,
				lower,
				ino,
				dev,
				uid,
				gid,
				ownerSet: false,
				mode,
				modeSet: false,
				atimeNs,
				mtimeNs,
				ctimeNs,
				timesSet: false,
				links: 0,
				opens: 0,
				children: new Map(),
				subdirectories: 0,
			};
		case 'symlink':
		case 'fifo':
		case 'socket': {
			const unset = { ownerSet: false, modeSet: false, timesSet: false, links: 0, opens: 0 };
			const common = { id, order, origin, ino, dev, uid, gid, mode, atimeNs, mtimeNs, ctimeNs, ...unset };
			return record.kind === 'symlink'
				? { ...common, kind: 'symlink', target: record.target ?? '' }
				: { ...common, kind: record.kind };
		}
	}
}
