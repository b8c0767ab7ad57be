/** What a path of the machine is now, in the form a change remembers it. */
import { createHash } from 'node:crypto';
import { encodeName } from '../abi/bytes.ts';
import { SysError } from '../abi/errno.ts';
import type { Base, NodeType } from '../model/change.ts';
import type { HostFiles, Stat } from './api.ts';
import { formatOf, S_IFDIR, S_IFLNK, S_IFREG } from './mode.ts';

/** Above this many bytes inode, size and ctime have to tell. */
export const hashLimit = 64 << 20;

/** `hash`: also read a file's bytes. A file that the user may not read has none. */
export function baseOf(host: HostFiles, path: string, stat: Stat, hash: boolean): Base {
	const base: Base = {
		type: typeName(stat),
		mode: stat.mode & 0o7777,
		size: stat.size,
		ino: String(stat.ino),
		mtimeNs: String(stat.mtimeNs),
		ctimeNs: String(stat.ctimeNs),
	};
	const sha256 =
		base.type === 'symlink' ? hashText(host.readlink(path)) : hash ? hashFile(host, path, base) : undefined;
	return sha256 === undefined ? base : { ...base, sha256 };
}

/** The base with its hash, where that was left out and the file is still the same one. */
export function withHash(host: HostFiles, path: string, base: Base): Base {
	if (base.type !== 'file' || base.sha256 !== undefined) return base;
	const stat = host.lstat(path);
	if (stat === undefined || !isUnchanged(base, stat)) return base;
	const sha256 = hashFile(host, path, base);
	return sha256 === undefined ? base : { ...base, sha256 };
}

/** Whether nothing has touched the path since: the same inode, size and times. */
export function isUnchanged(base: Base, stat: Stat): boolean {
	return (
		base.ino === String(stat.ino) &&
		base.size === stat.size &&
		base.mtimeNs === String(stat.mtimeNs) &&
		base.ctimeNs === String(stat.ctimeNs)
	);
}

/** SHA-256 in hex of a symlink's target. */
export function hashText(text: string): string {
	return createHash('sha256').update(encodeName(text)).digest('hex');
}

function hashFile(host: HostFiles, path: string, base: Base): string | undefined {
	if (base.type !== 'file' || base.size > hashLimit) return undefined;
	try {
		return host.hash(path);
	} catch (error) {
		if (error instanceof SysError) return undefined;
		throw error;
	}
}

function typeName(stat: Stat): NodeType | 'other' {
	switch (formatOf(stat)) {
		case S_IFREG:
			return 'file';
		case S_IFDIR:
			return 'directory';
		case S_IFLNK:
			return 'symlink';
		default:
			return 'other';
	}
}
