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
	if (record.ctime !== undefined) node.ctimeNs = BigInt(record.ctime);
	if (record.timesSet !== undefined) node.timesSet = record.timesSet;
}

export function touch(directory: DirectoryNode, atNs: bigint): void {
	directory.mtimeNs = atNs;
	directory.ctimeNs = atNs;
	directory.timesSet = false;
}

export function toNode(record: NodeRecord): Node {
	const common = {
		id: record.id,
		order: record.order,
		origin: record.origin,
		ino: BigInt(record.ino),
		dev: BigInt(record.dev),
		uid: record.uid,
		gid: record.gid,
		mode: record.mode,
		modeSet: false,
		ownerSet: false,
		atimeNs: BigInt(record.atime),
		mtimeNs: BigInt(record.mtime),
		ctimeNs: BigInt(record.ctime),
		timesSet: false,
		links: 0,
		opens: 0,
	};
	switch (record.kind) {
		case 'file':
			return {
				...common,
				kind: 'file',
				lower: record.lower,
				content: undefined,
				size: 0,
				orphan: false,
				dirty: false,
				revision: 0,
			};
		case 'directory':
			return { ...common, kind: 'directory', lower: record.lower, children: new Map(), subdirectories: 0 };
		case 'symlink':
			return { ...common, kind: 'symlink', target: record.target ?? '' };
		case 'fifo':
		case 'socket':
			return { ...common, kind: record.kind };
	}
}
