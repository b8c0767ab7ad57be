/** Calls on what a name leads to: stat and its kin, readlink, modes, owners, sizes, directories. path_resolution(7). */

import { encodeName } from '../abi/bytes.ts';
import { SysError } from '../abi/errno.ts';
import { isType, S_IFDIR, S_IFLNK } from '../abi/file-mode.ts';
import { packDirent, packStatfs, putStat, putStatx, statBytes, statxBytes } from '../abi/structs.ts';
import type { Place, Stat } from '../fs/api.ts';
import { NodeFile } from '../kernel/node-file.ts';
import type { Context, Handler } from './context.ts';
import { wantPath } from './effects.ts';
import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW, at, atFlags, existing, there } from './place.ts';

const AT_EACCESS = 0x200;

/** Implements stat(2). */
export const stat: Handler = (c) => giveStat(c, existing(at(c, undefined, 0, { follow: true })), 1);
/** Implements lstat(2). */
export const lstat: Handler = (c) => giveStat(c, existing(at(c, undefined, 0, { follow: false })), 1);
/** Implements fstat(2). */
export const fstat: Handler = (c) => giveStat(c, c.handle(0).stat(), 1);

/** Implements newfstatat(2). */
export const newfstatat: Handler = (c) => giveStat(c, statAt(c, c.int(3)), 2);

/** Implements statx(2): the basic fields; no birth time. */
export const statx: Handler = (c) => {
	const facts = statAt(c, c.int(2));
	c.link.compose(c.long(4), statxBytes, (out, start) => putStatx(out, start, facts));
	return 0;
};

/** Implements access(2). */
export const access: Handler = (c) => {
	c.kernel.fs.access(there(at(c, undefined, 0, { follow: true })).path, checkMode(c.int(1)));
	return 0;
};

/** Implements faccessat(2) and faccessat2(2). Real and effective ids are the same here. */
export const faccessat: Handler = (c) => {
	const flags = c.call.signature.startsWith('faccessat2') ? c.int(3) : 0;
	if ((flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) throw new SysError('EINVAL');
	const place = there(atFlags(c, 0, 1, flags));
	c.kernel.fs.access(place.path, checkMode(c.int(2)));
	return 0;
};

/** Implements readlink(2). */
export const readlink: Handler = (c) => giveLink(c, at(c, undefined, 0, { follow: false }), 1);
/** Implements readlinkat(2). */
export const readlinkat: Handler = (c) => giveLink(c, at(c, 0, 1, { follow: false }), 2);

/** Implements chmod(2). */
export const chmod: Handler = (c) => changeMode(c, there(at(c, undefined, 0, { follow: true })), c.int(1));
/** Implements fchmodat(2). */
export const fchmodat: Handler = (c) => changeMode(c, there(at(c, 0, 1, { follow: true })), c.int(2));
/** Implements fchmodat2(2). The mode of a symlink cannot be changed. */
export const fchmodat2: Handler = (c) => {
	const flags = c.int(3);
	if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) throw new SysError('EINVAL');
	const place = there(atFlags(c, 0, 1, flags));
	if (isType(existing(place).mode, S_IFLNK)) throw new SysError('EOPNOTSUPP');
	return changeMode(c, place, c.int(2));
};
/** Implements fchmod(2). */
export const fchmod: Handler = (c) => {
	const file = nodeOf(c);
	return wantPath(c, 'write', { path: file.path, domain: file.node.domain, stat: undefined }, () => {
		file.node.chmod(c.int(1) & 0o7777);
		return 0;
	});
};

/** Implements chown(2), lchown(2), fchownat(2): what the guest made; a file of the machine keeps its owner (EPERM). */
export const chown: Handler = (c) => changeOwner(c, there(at(c, undefined, 0, { follow: true })), c.int(1), c.int(2));
export const lchown: Handler = (c) => changeOwner(c, there(at(c, undefined, 0, { follow: false })), c.int(1), c.int(2));
export const fchownat: Handler = (c) => {
	const flags = c.int(4);
	if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) throw new SysError('EINVAL');
	return changeOwner(c, there(atFlags(c, 0, 1, flags)), c.int(2), c.int(3));
};
export const fchown: Handler = (c) => {
	const file = c.file(0);
	const [uid, gid] = [c.int(1), c.int(2)];
	if (!(file instanceof NodeFile)) return keepOwner(file.stat(), uid, gid);
	if (keepsOwner(file.stat(), uid, gid)) return 0;
	return wantPath(c, 'write', { path: file.path, domain: file.node.domain, stat: undefined }, () => {
		file.node.chown(uid, gid);
		return 0;
	});
};

/** Implements truncate(2). */
export const truncate: Handler = (c) => {
	const length = c.long(1);
	if (length < 0) throw new SysError('EINVAL');
	const place = there(at(c, undefined, 0, { follow: true }));
	if (isType(place.stat?.mode ?? 0, S_IFDIR)) throw new SysError('EISDIR');
	return wantPath(c, 'write', place, () => {
		c.kernel.fs.truncate(place.path, length);
		return 0;
	});
};

/** Implements getdents64(2). */
export const getdents64: Handler = (c) => {
	const file = nodeOf(c);
	const room = c.long(2);
	const parts: Buffer[] = [];
	let length = 0;
	for (const entry of file.entries()) {
		const record = packDirent(entry, encodeName(entry.name), file.offset + parts.length + 1);
		if (length + record.length > room) {
			if (parts.length === 0) throw new SysError('EINVAL');
			break;
		}
		parts.push(record);
		length += record.length;
	}
	c.link.write(c.long(1), Buffer.concat(parts));
	// Only what the guest has got is behind it.
	file.offset += parts.length;
	return length;
};

/** Implements chdir(2). */
export const chdir: Handler = (c) => {
	const place = there(at(c, undefined, 0, { follow: true }));
	if (!isType(place.stat?.mode ?? 0, S_IFDIR)) throw new SysError('ENOTDIR');
	c.kernel.fs.access(place.path, 1);
	c.process.cwd = place.path;
	return 0;
};

/** Implements fchdir(2). */
export const fchdir: Handler = (c) => {
	const file = c.handle(0);
	if (!(file instanceof NodeFile) || file.node.type !== 'directory') throw new SysError('ENOTDIR');
	c.process.cwd = file.path;
	return 0;
};

/** Implements getcwd(2): the length with its NUL. */
export const getcwd: Handler = (c) => {
	const path = Buffer.concat([encodeName(c.process.cwd), Buffer.alloc(1)]);
	if (c.kernel.fs.resolve(c.process.cwd, '/').stat === undefined) throw new SysError('ENOENT');
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

const blocks = 1 << 24;

/** What statfs(2) and statvfs(3) tell of any file system. The type is that of an overlay. */
export const fileSystemFacts = {
	type: 0x794c7630,
	blockSize: 4096,
	blocks,
	free: blocks / 2,
	available: blocks / 2,
	files: blocks,
	filesFree: blocks / 2,
};

/** Implements statfs(2) and fstatfs(2): what the session may still use, not what the machine has. */
export const statfs: Handler = (c) => {
	existing(at(c, undefined, 0, { follow: true }));
	return giveStatfs(c);
};
export const fstatfs: Handler = (c) => {
	c.handle(0);
	return giveStatfs(c);
};

function statAt(c: Context, flags: number): Stat {
	if ((flags & AT_EMPTY_PATH) !== 0 && c.text(1) === '') {
		const fd = c.int(0);
		return fd === AT_FDCWD ? c.kernel.fs.stat(c.process.cwd) : c.process.descriptors.get(fd).stat();
	}
	return existing(at(c, 0, 1, { follow: (flags & AT_SYMLINK_NOFOLLOW) === 0 }));
}

function giveStat(c: Context, facts: Stat, index: number): number {
	const { architecture } = c;
	c.link.compose(c.long(index), statBytes(architecture), (out, start) => putStat(out, start, facts, architecture));
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
	c.link.write(c.long(1), packStatfs(fileSystemFacts));
	return 0;
}

function changeMode(c: Context, place: Place, mode: number): ReturnType<Handler> {
	return wantPath(c, 'write', place, () => {
		c.kernel.fs.chmod(place.path, mode & 0o7777);
		return 0;
	});
}

/** What stays the same is no change to review: tools set the owner of each file that they copy. */
function changeOwner(c: Context, place: Place, uid: number, gid: number): ReturnType<Handler> {
	if (keepsOwner(existing(place), uid, gid)) return 0;
	return wantPath(c, 'write', place, () => {
		c.kernel.fs.chown(place.path, uid, gid);
		return 0;
	});
}

function keepsOwner(facts: Stat, uid: number, gid: number): boolean {
	return (uid === -1 || uid === facts.uid) && (gid === -1 || gid === facts.gid);
}

function keepOwner(facts: Stat, uid: number, gid: number): number {
	if (!keepsOwner(facts, uid, gid)) throw new SysError('EPERM');
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
