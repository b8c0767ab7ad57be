/** Calls on names: stat and its kin, links, directories, modes and times. path_resolution(7). */

import { encodeName } from '../abi/bytes.ts';
import { SysError } from '../abi/errno.ts';
import { isType, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../abi/file-mode.ts';
import { packDirent, packStat, packStatfs, packStatx } from '../abi/structs.ts';
import type { Place, Stat } from '../fs/api.ts';
import { NodeFile } from '../kernel/node-file.ts';
import type { Context, Handler } from './context.ts';
import { refuseDenied, wantAll, wantPath } from './effects.ts';

const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_REMOVEDIR = 0x200;
const AT_EACCESS = 0x200;
const AT_SYMLINK_FOLLOW = 0x400;
const AT_EMPTY_PATH = 0x1000;
const DT_DIR = 4;
/** A renamed directory may hold so many files and directories. */
const mostMoved = 20_000;
const RENAME_NOREPLACE = 1;
const RENAME_EXCHANGE = 2;

/** Implements stat(2). */
export const stat: Handler = (c) => giveStat(c, existing(at(c, undefined, 0, true)), 1);
/** Implements lstat(2). */
export const lstat: Handler = (c) => giveStat(c, existing(at(c, undefined, 0, false)), 1);
/** Implements fstat(2). */
export const fstat: Handler = (c) => giveStat(c, c.handle(0).stat(), 1);

/** Implements newfstatat(2). */
export const newfstatat: Handler = (c) => giveStat(c, statAt(c, c.int(3)), 2);

/** Implements statx(2): the basic fields; no birth time. */
export const statx: Handler = (c) => {
	c.link.write(c.long(4), packStatx(statAt(c, c.int(2))));
	return 0;
};

/** Implements access(2). */
export const access: Handler = (c) => {
	c.kernel.fs.access(there(at(c, undefined, 0, true)).path, checkMode(c.int(1)));
	return 0;
};

/** Implements faccessat(2) and faccessat2(2). Real and effective ids are the same here. */
export const faccessat: Handler = (c) => {
	const flags = c.call.signature.startsWith('faccessat2') ? c.int(3) : 0;
	if ((flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) throw new SysError('EINVAL');
	const place = there(at(c, 0, 1, (flags & AT_SYMLINK_NOFOLLOW) === 0));
	c.kernel.fs.access(place.path, checkMode(c.int(2)));
	return 0;
};

/** Implements mkdir(2). */
export const mkdir: Handler = (c) => makeDirectory(c, at(c, undefined, 0, false), c.int(1));
/** Implements mkdirat(2). */
export const mkdirat: Handler = (c) => makeDirectory(c, at(c, 0, 1, false), c.int(2));
/** Implements rmdir(2). */
export const rmdir: Handler = (c) => removeDirectory(c, at(c, undefined, 0, false), c.path(0));
/** Implements unlink(2). */
export const unlink: Handler = (c) => removeFile(c, at(c, undefined, 0, false));
/** Implements unlinkat(2). */
export const unlinkat: Handler = (c) => {
	const flags = c.int(2);
	if ((flags & ~AT_REMOVEDIR) !== 0) throw new SysError('EINVAL');
	const place = at(c, 0, 1, false);
	return (flags & AT_REMOVEDIR) !== 0 ? removeDirectory(c, place, c.path(1)) : removeFile(c, place);
};

/** Implements rename(2). */
export const rename: Handler = (c) => move(c, at(c, undefined, 0, false), at(c, undefined, 1, false), 0);
/** Implements renameat(2). */
export const renameat: Handler = (c) => move(c, at(c, 0, 1, false), at(c, 2, 3, false), 0);
/** Implements renameat2(2) without RENAME_WHITEOUT. */
export const renameat2: Handler = (c) => move(c, at(c, 0, 1, false), at(c, 2, 3, false), c.int(4));

/** Implements link(2). */
export const link: Handler = (c) => hardLink(c, at(c, undefined, 0, false), at(c, undefined, 1, false));
/** Implements linkat(2). */
export const linkat: Handler = (c) =>
	hardLink(c, at(c, 0, 1, (c.int(4) & AT_SYMLINK_FOLLOW) !== 0), at(c, 2, 3, false));

/** Implements symlink(2). */
export const symlink: Handler = (c) => makeSymlink(c, c.path(0), at(c, undefined, 1, false));
/** Implements symlinkat(2). */
export const symlinkat: Handler = (c) => makeSymlink(c, c.path(0), at(c, 1, 2, false));

/** Implements readlink(2). */
export const readlink: Handler = (c) => giveLink(c, at(c, undefined, 0, false), 1);
/** Implements readlinkat(2). */
export const readlinkat: Handler = (c) => giveLink(c, at(c, 0, 1, false), 2);

/** Implements chmod(2). */
export const chmod: Handler = (c) => changeMode(c, there(at(c, undefined, 0, true)), c.int(1));
/** Implements fchmodat(2). */
export const fchmodat: Handler = (c) => changeMode(c, there(at(c, 0, 1, true)), c.int(2));
/** Implements fchmod(2). */
export const fchmod: Handler = (c) => {
	const file = nodeOf(c);
	return wantPath(c, 'write', { path: file.node.path, domain: file.node.domain, stat: undefined }, () => {
		file.node.chmod(c.int(1) & 0o7777);
		return 0;
	});
};

/** Implements chown(2), lchown(2), fchownat(2): to the owner it has already, or EPERM. */
export const chown: Handler = (c) => keepOwner(c, existing(at(c, undefined, 0, true)), c.int(1), c.int(2));
export const lchown: Handler = (c) => keepOwner(c, existing(at(c, undefined, 0, false)), c.int(1), c.int(2));
export const fchownat: Handler = (c) => keepOwner(c, statAt(c, c.int(4)), c.int(2), c.int(3));
export const fchown: Handler = (c) => keepOwner(c, c.file(0).stat(), c.int(1), c.int(2));

/** Implements truncate(2). */
export const truncate: Handler = (c) => {
	const length = c.long(1);
	if (length < 0) throw new SysError('EINVAL');
	const place = there(at(c, undefined, 0, true));
	if (isType(place.stat?.mode ?? 0, S_IFDIR)) throw new SysError('EISDIR');
	return wantPath(c, 'write', place, () => {
		c.kernel.fs.truncate(place.path, length);
		return 0;
	});
};

/** Implements mknod(2) and mknodat(2) for regular files; devices are EPERM, FIFOs and sockets EOPNOTSUPP. */
export const mknod: Handler = (c) => makeNode(c, at(c, undefined, 0, false), c.int(1));
export const mknodat: Handler = (c) => makeNode(c, at(c, 0, 1, false), c.int(2));

/** Implements getdents64(2). */
export const getdents64: Handler = (c) => {
	const file = nodeOf(c);
	const room = c.long(2);
	const parts: Buffer[] = [];
	let length = 0;
	for (const entry of file.entries()) {
		const record = packDirent(entry, encodeName(entry.name), file.offset + 1);
		if (length + record.length > room) {
			if (parts.length === 0) throw new SysError('EINVAL');
			break;
		}
		parts.push(record);
		length += record.length;
		file.offset += 1;
	}
	c.link.write(c.long(1), Buffer.concat(parts));
	return length;
};

/** Implements chdir(2). */
export const chdir: Handler = (c) => {
	const place = there(at(c, undefined, 0, true));
	if (!isType(place.stat?.mode ?? 0, S_IFDIR)) throw new SysError('ENOTDIR');
	c.kernel.fs.access(place.path, 1);
	c.process.cwd = place.path;
	return 0;
};

/** Implements fchdir(2). */
export const fchdir: Handler = (c) => {
	const file = c.handle(0);
	if (!(file instanceof NodeFile) || file.node.type !== 'directory') throw new SysError('ENOTDIR');
	c.process.cwd = file.node.path;
	return 0;
};

/** Implements getcwd(2): the length with its NUL. */
export const getcwd: Handler = (c) => {
	const path = Buffer.concat([encodeName(c.process.cwd), Buffer.alloc(1)]);
	if (path.length > c.long(1)) throw new SysError('ERANGE');
	c.link.write(c.long(0), path);
	return path.length;
};

/** Implements umask(2). */
export const umask: Handler = (c) => {
	const before = c.process.umask;
	c.process.umask = c.int(0) & 0o777;
	return before;
};

/** Implements statfs(2) and fstatfs(2): what the session may still use, not what the machine has. */
export const statfs: Handler = (c) => {
	existing(at(c, undefined, 0, true));
	return giveStatfs(c);
};
export const fstatfs: Handler = (c) => {
	c.handle(0);
	return giveStatfs(c);
};

/** Resolves the path in argument `index`, relative to the directory descriptor in argument `dirfd` (none: the cwd). */
function at(c: Context, dirfd: number | undefined, index: number, follow: boolean): Place {
	const path = c.path(index);
	const base = dirfd === undefined ? c.process.cwd : c.base(c.int(dirfd), path);
	return c.kernel.fs.resolve(path, base, { follow });
}

function there(place: Place): Place {
	existing(place);
	return place;
}

function existing(place: Place): Stat {
	if (place.stat === undefined) throw new SysError('ENOENT');
	return place.stat;
}

function statAt(c: Context, flags: number): Stat {
	if ((flags & AT_EMPTY_PATH) !== 0 && c.text(1) === '') {
		const fd = c.int(0);
		return fd === -100 ? c.kernel.fs.stat(c.process.cwd) : c.process.descriptors.get(fd).stat();
	}
	return existing(at(c, 0, 1, (flags & AT_SYMLINK_NOFOLLOW) === 0));
}

function giveStat(c: Context, facts: Stat, index: number): number {
	c.link.write(c.long(index), packStat(facts, c.architecture));
	return 0;
}

function giveLink(c: Context, place: Place, index: number): ReturnType<Handler> {
	const facts = existing(place);
	if (c.long(index + 1) <= 0 || !isType(facts.mode, S_IFLNK)) throw new SysError('EINVAL');
	const target = encodeName(c.kernel.fs.readlink(place.path)).subarray(0, c.long(index + 1));
	c.link.write(c.long(index), target);
	return target.length;
}

function giveStatfs(c: Context): number {
	const blocks = 1 << 24;
	c.link.write(
		c.long(1),
		packStatfs({
			type: 0x794c7630,
			blockSize: 4096,
			blocks,
			free: blocks / 2,
			available: blocks / 2,
			files: blocks,
			filesFree: blocks / 2,
		}),
	);
	return 0;
}

function makeDirectory(c: Context, place: Place, mode: number): ReturnType<Handler> {
	if (place.stat !== undefined) throw new SysError('EEXIST');
	return wantPath(c, 'write', place, () => {
		c.kernel.fs.mkdir(place.path, mode & 0o1777 & ~c.process.umask);
		return 0;
	});
}

function removeDirectory(c: Context, place: Place, path: string): ReturnType<Handler> {
	if (/(^|\/)\.\/*$/.test(path)) throw new SysError('EINVAL');
	if (!isType(existing(place).mode, S_IFDIR)) throw new SysError('ENOTDIR');
	return wantPath(c, 'delete', place, () => {
		c.kernel.fs.rmdir(place.path);
		return 0;
	});
}

function removeFile(c: Context, place: Place): ReturnType<Handler> {
	if (isType(existing(place).mode, S_IFDIR)) throw new SysError('EISDIR');
	return wantPath(c, 'delete', place, () => {
		c.kernel.fs.unlink(place.path);
		return 0;
	});
}

function move(c: Context, from: Place, to: Place, flags: number): ReturnType<Handler> {
	if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) !== 0) throw new SysError('EINVAL');
	if (isType(existing(from).mode, S_IFDIR) && (from.domain === 'host' || to.domain === 'host')) judgeMoved(c, from, to);
	if ((flags & RENAME_NOREPLACE) !== 0 && to.stat !== undefined) throw new SysError('EEXIST');
	return wantAll(
		c,
		[
			// Else a file that must not be read could be read under a new name.
			['read', from],
			['delete', from],
			['write', to],
		],
		() => {
			c.kernel.fs.rename(from.path, to.path, {
				noReplace: (flags & RENAME_NOREPLACE) !== 0,
				exchange: (flags & RENAME_EXCHANGE) !== 0,
			});
			return 0;
		},
	);
}

/** A directory takes along what it holds: each of it leaves one path and comes to another, and any of that may be denied. */
function judgeMoved(c: Context, from: Place, to: Place): void {
	for (const rest of below(c, from.path)) {
		const origin = `${from.origin ?? from.path}${rest}`;
		// What has to be asked is asked when the caller copies it file by file.
		if (refuseDenied(c, { kind: 'read', path: origin }) === 'ask') throw new SysError('EXDEV');
		refuseDenied(c, { kind: 'delete', path: from.path + rest });
		refuseDenied(c, { kind: 'write', path: to.path + rest });
	}
}

/** Paths below a directory, from its own on. EXDEV where they are too many to judge: callers then copy and delete. */
function below(c: Context, directory: string): string[] {
	const found: string[] = [];
	const walk = (rest: string): void => {
		for (const { name, type } of c.kernel.fs.list(directory + rest)) {
			if (name === '.' || name === '..') continue;
			if (found.push(`${rest}/${name}`) > mostMoved) throw new SysError('EXDEV');
			if (type === DT_DIR) walk(`${rest}/${name}`);
		}
	};
	walk('');
	return found;
}

function hardLink(c: Context, from: Place, to: Place): ReturnType<Handler> {
	if (isType(existing(from).mode, S_IFDIR)) throw new SysError('EPERM');
	if (to.stat !== undefined) throw new SysError('EEXIST');
	return wantAll(
		c,
		[
			['read', from],
			['write', from],
			['write', to],
		],
		() => {
			c.kernel.fs.link(from.path, to.path);
			return 0;
		},
	);
}

function makeSymlink(c: Context, target: string, place: Place): ReturnType<Handler> {
	if (place.stat !== undefined) throw new SysError('EEXIST');
	return wantPath(c, 'write', place, () => {
		c.kernel.fs.symlink(target, place.path);
		return 0;
	});
}

function makeNode(c: Context, place: Place, mode: number): ReturnType<Handler> {
	if (place.stat !== undefined) throw new SysError('EEXIST');
	const type = mode & S_IFMT;
	if (type !== S_IFREG && type !== 0) throw new SysError('EPERM');
	return wantPath(c, 'write', place, () => {
		const permissions = mode & 0o7777 & ~c.process.umask;
		c.kernel.fs
			.open(place.path, {
				read: false,
				write: true,
				create: true,
				exclusive: true,
				truncate: false,
				directory: false,
				mode: permissions,
			})
			.close();
		return 0;
	});
}

function changeMode(c: Context, place: Place, mode: number): ReturnType<Handler> {
	return wantPath(c, 'write', place, () => {
		c.kernel.fs.chmod(place.path, mode & 0o7777);
		return 0;
	});
}

function keepOwner(_c: Context, facts: Stat, uid: number, gid: number): number {
	if ((uid !== -1 && uid !== facts.uid) || (gid !== -1 && gid !== facts.gid)) throw new SysError('EPERM');
	return 0;
}

function checkMode(mode: number): number {
	if ((mode & ~7) !== 0) throw new SysError('EINVAL');
	return mode;
}

function nodeOf(c: Context): NodeFile {
	const file = c.file(0);
	if (!(file instanceof NodeFile)) throw new SysError(c.call.signature.startsWith('fchmod') ? 'EINVAL' : 'ENOTDIR');
	return file;
}
