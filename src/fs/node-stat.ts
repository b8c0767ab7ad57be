/** What stat(2) tells of a node of the upper tree. */
import { nameLength } from '../abi/bytes.ts';
import type { Stat } from './api.ts';
import { S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG, S_IFSOCK } from './mode.ts';
import type { Node } from './node.ts';

export const formats = {
	file: S_IFREG,
	directory: S_IFDIR,
	symlink: S_IFLNK,
	fifo: S_IFIFO,
	socket: S_IFSOCK,
} as const;

/** `lower`: the stat of what the node is merged with, or has its bytes from. */
export function statOfNode(node: Node, lower: Stat | undefined): Stat {
	const kept = lower !== undefined && !node.timesSet;
	const size = sizeOf(node, lower);
	return {
		dev: node.dev,
		ino: node.ino,
		mode: formats[node.kind] | (lower !== undefined && !node.modeSet ? lower.mode & 0o7777 : node.mode),
		nlink: linksOf(node, lower),
		uid: lower?.uid ?? node.uid,
		gid: lower?.gid ?? node.gid,
		rdev: 0n,
		size,
		blksize: 4096,
		blocks: lower?.blocks ?? (node.kind === 'symlink' || size === 0 ? 0 : Math.ceil(size / 4096) * 8),
		atimeNs: kept ? later(lower.atimeNs, node.atimeNs) : node.atimeNs,
		// A directory changes by what the guest does in it and by what a command does in the real one.
		mtimeNs: kept ? (node.kind === 'directory' ? later(lower.mtimeNs, node.mtimeNs) : lower.mtimeNs) : node.mtimeNs,
		ctimeNs: lower === undefined ? node.ctimeNs : later(lower.ctimeNs, node.ctimeNs),
	};
}

function sizeOf(node: Node, lower: Stat | undefined): number {
	switch (node.kind) {
		case 'file':
			return lower?.size ?? node.size;
		case 'directory':
			return lower?.size ?? 4096;
		case 'symlink':
			return nameLength(node.target);
		case 'fifo':
		case 'socket':
			return 0;
	}
}

function linksOf(node: Node, lower: Stat | undefined): number {
	if (node.kind === 'directory') {
		if (node.links === 0) return 0;
		// File systems that do not count subdirectories say 1.
		if (lower !== undefined) return lower.nlink < 2 ? 1 : lower.nlink + node.subdirectories;
		return 2 + node.subdirectories;
	}
	if (lower === undefined) return node.links;
	if (node.kind === 'file' && node.orphan) return 0;
	return lower.nlink + Math.max(0, node.links - 1);
}

function later(a: bigint, b: bigint): bigint {
	return a > b ? a : b;
}
