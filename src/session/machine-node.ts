/** Compares what stands on the machine now with what was recorded of it. */
import { createHash, type Hash } from 'node:crypto';
import { encodeName } from '../abi/bytes.ts';
import { SysError } from '../abi/errno.ts';
import { isType, S_IFDIR, S_IFLNK, S_IFREG } from '../abi/file-mode.ts';
import type { Stat } from '../fs/api.ts';
import type { Tree } from '../host/atomic-tree.ts';
import type { SessionFiles } from '../host/session-files.ts';
import type { Base } from '../model/change.ts';
import type { Saved, StagedNode, StagedRecord } from './transaction.ts';

/** Bytes that are copied or hashed at a time. */
export const chunkSize = 1 << 20;

export function typeOf(stat: Stat): Base['type'] {
	if (isType(stat.mode, S_IFREG)) return 'file';
	if (isType(stat.mode, S_IFDIR)) return 'directory';
	if (isType(stat.mode, S_IFLNK)) return 'symlink';
	return 'other';
}

/** What stands at a path; nothing where a symlink or a file stands on the way to it. */
export function lookAt(tree: Tree, path: string): Stat | undefined {
	try {
		return tree.lstat(path);
	} catch (error) {
		if (error instanceof SysError && (error.code === 'ENOTDIR' || error.code === 'ELOOP')) return undefined;
		throw error;
	}
}

export function permissions(stat: Stat): number {
	return stat.mode & 0o7777;
}

/**
 * Whether a path is what the guest based its change on. Equal inode, size and times are enough; else equal bytes, mode
 * and type are. A directory is the same while it is one with the same mode: its entries are judged one by one.
 */
export function isBase(tree: Tree, path: string, now: Stat, base: Base): boolean {
	if (typeOf(now) !== base.type) return false;
	if (base.type === 'symlink') return sameStat(now, base) || hashTarget(tree.readlink(path)) === base.sha256;
	if (permissions(now) !== base.mode) return false;
	if (base.type === 'directory' || sameStat(now, base)) return true;
	if (base.type === 'other' || base.sha256 === undefined || now.size !== base.size) return false;
	return hashFile(tree, path) === base.sha256;
}

/** Whether a path still holds what a transaction put there. */
export function isStaged(tree: Tree, path: string, now: Stat, node: StagedNode, record: StagedRecord): boolean {
	switch (node.type) {
		case 'directory':
			return typeOf(now) === 'directory';
		case 'symlink':
			return typeOf(now) === 'symlink' && tree.readlink(path) === node.target;
		case 'file':
			if (typeOf(now) !== 'file' || permissions(now) !== node.mode) return false;
			return sameFile(tree, path, now, record);
		case 'link':
			return typeOf(now) !== 'directory' && now.ino.toString() === record.ino;
	}
}

/** Whether a path holds what was saved of it: the same node, or its equal put back. */
export function isSaved(tree: Tree, path: string, now: Stat, saved: Saved): boolean {
	if (typeOf(now) !== saved.type) return false;
	switch (saved.type) {
		case 'directory':
			return true;
		case 'symlink':
			return tree.readlink(path) === saved.target;
		case 'file':
			return permissions(now) === saved.mode && sameFile(tree, path, now, saved);
	}
}

export function hashFile(tree: Tree, path: string): string {
	const fd = tree.openRead(path);
	try {
		const hash = createHash('sha256');
		readThrough(tree, fd, hash, () => undefined);
		return hash.digest('hex');
	} finally {
		tree.close(fd);
	}
}

/** SHA-256 in hex of a file of the session; undefined where it cannot be read. */
export function hashContent(files: SessionFiles, path: string): string | undefined {
	try {
		const fd = files.openRead(path);
		try {
			const hash = createHash('sha256');
			readThrough(files, fd, hash, () => undefined);
			return hash.digest('hex');
		} finally {
			files.close(fd);
		}
	} catch (error) {
		if (error instanceof SysError) return undefined;
		throw error;
	}
}

/** Reads `fd` to its end, hashing each chunk and handing it on. The bytes read. */
export function readThrough(
	from: { read(fd: number, into: Uint8Array): number },
	fd: number,
	hash: Hash,
	take: (chunk: Uint8Array) => void,
	sizeHint = chunkSize,
): number {
	// One byte more than is expected, so that a file which is as long as it should be ends with one short read.
	const buffer = Buffer.allocUnsafe(Math.min(chunkSize, sizeHint + 1));
	let total = 0;
	for (;;) {
		const got = from.read(fd, buffer);
		if (got === 0) return total;
		const chunk = buffer.subarray(0, got);
		hash.update(chunk);
		take(chunk);
		total += got;
	}
}

/** SHA-256 in hex of a symlink's target. */
function hashTarget(text: string): string {
	return createHash('sha256').update(encodeName(text)).digest('hex');
}

function sameStat(now: Stat, base: Base): boolean {
	return (
		now.ino.toString() === base.ino &&
		now.size === base.size &&
		now.mtimeNs.toString() === base.mtimeNs &&
		now.ctimeNs.toString() === base.ctimeNs
	);
}

function sameFile(
	tree: Tree,
	path: string,
	now: Stat,
	record: { ino: string; size: number; mtimeNs: string; sha256?: string },
): boolean {
	if (now.size !== record.size) return false;
	if (now.ino.toString() === record.ino && now.mtimeNs.toString() === record.mtimeNs) return true;
	return hashFile(tree, path) === record.sha256;
}
