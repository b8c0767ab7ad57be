/** Calls that make, move and remove names: directories, links, renaming. path_resolution(7), "naming". */
import { SysError } from '../abi/errno.ts';
import { isType, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFMT, S_IFREG, S_IFSOCK } from '../abi/file-mode.ts';
import type { Place } from '../fs/api.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { Context, Handler } from './context.ts';
import { refuseDenied, type Wish, wantAll, wantPath } from './effects.ts';
import { AT_EMPTY_PATH, acting, at, existing, naming } from './place.ts';

const AT_REMOVEDIR = 0x200;
const AT_SYMLINK_FOLLOW = 0x400;
const DT_DIR = 4;
/** A renamed directory may hold so many files and directories. */
const mostMoved = 20_000;
const RENAME_NOREPLACE = 1;
const RENAME_EXCHANGE = 2;

/** Implements mkdir(2). */
export const mkdir: Handler = (c) => makeDirectory(c, naming(c, undefined, 0), c.int(1));
/** Implements mkdirat(2). */
export const mkdirat: Handler = (c) => makeDirectory(c, naming(c, 0, 1), c.int(2));
/** Implements rmdir(2). */
export const rmdir: Handler = (c) => removeDirectory(c, naming(c, undefined, 0), c.path(0));
/** Implements unlink(2). */
export const unlink: Handler = (c) => removeFile(c, naming(c, undefined, 0));
/** Implements unlinkat(2). */
export const unlinkat: Handler = (c) => {
	const flags = c.int(2);
	if ((flags & ~AT_REMOVEDIR) !== 0) throw new SysError('EINVAL');
	const place = naming(c, 0, 1);
	return (flags & AT_REMOVEDIR) !== 0 ? removeDirectory(c, place, c.path(1)) : removeFile(c, place);
};

/** Implements rename(2). */
export const rename: Handler = (c) => moveNamed(c, [undefined, 0], [undefined, 1], 0);
/** Implements renameat(2). */
export const renameat: Handler = (c) => moveNamed(c, [0, 1], [2, 3], 0);
/** Implements renameat2(2) without RENAME_WHITEOUT. */
export const renameat2: Handler = (c) => moveNamed(c, [0, 1], [2, 3], c.int(4));

/** Implements link(2). */
export const link: Handler = (c) => hardLink(c, at(c, undefined, 0, { follow: false }), naming(c, undefined, 1));
/** Implements linkat(2) without AT_EMPTY_PATH, which needs CAP_DAC_READ_SEARCH (ENOENT). */
export const linkat: Handler = (c) => {
	const flags = c.int(4);
	if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) !== 0) throw new SysError('EINVAL');
	return hardLink(c, at(c, 0, 1, { follow: (flags & AT_SYMLINK_FOLLOW) !== 0 }), naming(c, 2, 3));
};

/** Implements symlink(2). */
export const symlink: Handler = (c) => makeSymlink(c, c.path(0), naming(c, undefined, 1));
/** Implements symlinkat(2). */
export const symlinkat: Handler = (c) => makeSymlink(c, c.path(0), naming(c, 1, 2));

/** Implements mknod(2) and mknodat(2) for regular files, FIFOs and sockets; devices are EPERM. */
export const mknod: Handler = (c) => makeNode(c, naming(c, undefined, 0), c.int(1));
export const mknodat: Handler = (c) => makeNode(c, naming(c, 0, 1), c.int(2));

function makeDirectory(c: Context, place: Place, mode: number): Outcome {
	if (place.stat !== undefined) throw new SysError('EEXIST');
	return wantPath(c, 'write', place, () => {
		c.kernel.fs.mkdir(acting(place), mode & 0o1777 & ~c.process.umask);
		return 0;
	});
}

function removeDirectory(c: Context, place: Place, path: string): Outcome {
	if (place.path === '/') throw new SysError('EBUSY');
	if (/(^|\/)\.\/*$/.test(path)) throw new SysError('EINVAL');
	if (/(^|\/)\.\.\/*$/.test(path)) throw new SysError('ENOTEMPTY');
	if (!isType(existing(place).mode, S_IFDIR)) throw new SysError('ENOTDIR');
	return wantPath(c, 'delete', place, () => {
		c.kernel.fs.rmdir(acting(place));
		return 0;
	});
}

function removeFile(c: Context, place: Place): Outcome {
	if (isType(existing(place).mode, S_IFDIR)) throw new SysError('EISDIR');
	if (place.slash === true) throw new SysError('ENOTDIR');
	return wantPath(c, 'delete', place, () => {
		c.kernel.fs.unlink(place.path);
		return 0;
	});
}

type PathArgument = readonly [dirfd: number | undefined, index: number];

function moveNamed(c: Context, from: PathArgument, to: PathArgument, flags: number): Outcome {
	const [source, target] = [naming(c, ...from), naming(c, ...to)];
	// `.` and `..` are no names that could be moved or replaced. rename(2), EBUSY.
	if ([from, to].some(([, index]) => /(^|\/)\.\.?\/*$/.test(c.path(index)))) throw new SysError('EBUSY');
	return move(c, source, target, flags);
}

function move(c: Context, from: Place, to: Place, flags: number): Outcome {
	if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) !== 0) throw new SysError('EINVAL');
	const directory = isType(existing(from).mode, S_IFDIR);
	checkKinds(from, to, flags);
	const exchange = (flags & RENAME_EXCHANGE) !== 0;
	if (from.domain === 'host' || to.domain === 'host') {
		if (directory) judgeMoved(c, from, to);
		if (exchange && isType(existing(to).mode, S_IFDIR)) judgeMoved(c, to, from);
	}
	if ((flags & RENAME_NOREPLACE) !== 0 && to.stat !== undefined) throw new SysError('EEXIST');
	const back: Wish[] = [
		['read', to],
		['delete', to],
		['write', from],
	];
	return wantAll(
		c,
		[
			// Else a file that must not be read could be read under a new name.
			['read', from],
			['delete', from],
			['write', to],
			...(exchange ? back : []),
		],
		() => {
			c.kernel.fs.rename(acting(from), acting(to), { noReplace: (flags & RENAME_NOREPLACE) !== 0, exchange });
			c.kernel.moved(from.path, to.path, exchange);
			return 0;
		},
	);
}

/** A slash at the end names a directory; asked before the policy is, so that nothing is recorded that cannot happen. */
function checkKinds(from: Place, to: Place, flags: number): void {
	if (isType(existing(from).mode, S_IFDIR)) return;
	if (from.slash === true || (to.slash === true && (flags & RENAME_EXCHANGE) === 0)) throw new SysError('ENOTDIR');
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

function hardLink(c: Context, from: Place, to: Place): Outcome {
	if (isType(existing(from).mode, S_IFDIR)) throw new SysError('EPERM');
	if (to.stat !== undefined) throw new SysError('EEXIST');
	if (to.slash === true) throw new SysError('ENOENT');
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

function makeSymlink(c: Context, target: string, place: Place): Outcome {
	if (place.stat !== undefined) throw new SysError('EEXIST');
	if (place.slash === true) throw new SysError('ENOENT');
	return wantPath(c, 'write', place, () => {
		c.kernel.fs.symlink(target, place.path);
		return 0;
	});
}

function makeNode(c: Context, place: Place, mode: number): Outcome {
	if (place.stat !== undefined) throw new SysError('EEXIST');
	if (place.slash === true) throw new SysError('ENOENT');
	const type = mode & S_IFMT;
	if (type === S_IFDIR) throw new SysError('EPERM');
	if (type === S_IFIFO || type === S_IFSOCK) {
		return wantPath(c, 'write', place, () => {
			c.kernel.fs.special(place.path, type === S_IFIFO ? 'fifo' : 'socket', mode & 0o7777 & ~c.process.umask);
			return 0;
		});
	}
	if (type === S_IFCHR || type === S_IFBLK) throw new SysError('EPERM');
	if (type !== S_IFREG && type !== 0) throw new SysError('EINVAL');
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
