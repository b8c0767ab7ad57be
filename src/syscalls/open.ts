/** open(2), openat(2), creat(2). */
import { SysError } from '../abi/errno.ts';
import { isType, S_IFDIR, S_IFLNK, S_IFSOCK } from '../abi/file-mode.ts';
import {
	O_ACCMODE,
	O_APPEND,
	O_CLOEXEC,
	O_CREAT,
	O_EXCL,
	O_NOCTTY,
	O_NONBLOCK,
	O_PATH,
	O_RDONLY,
	O_TRUNC,
	O_WRONLY,
	platformFlags,
} from '../abi/open-flags.ts';
import type { OpenNode } from '../fs/api.ts';
import type { OpenedFifo } from '../kernel/fifo.ts';
import { NodeFile } from '../kernel/node-file.ts';
import { type Outcome, waitFor } from '../kernel/outcome.ts';
import { pathNode } from '../kernel/path-node.ts';
import type { Context, Handler } from './context.ts';
import { type Wish, wantAll } from './effects.ts';
import { openTerminal } from './terminal-open.ts';

/** Implements open(2). */
export const open: Handler = (c) => openPath(c, c.process.cwd, c.path(0), c.int(1), c.int(2));

/** Implements openat(2). What O_TMPFILE makes lies in the session and can have no name later. */
export const openat: Handler = (c) => {
	const path = c.path(1);
	return openPath(c, c.base(c.int(0), path), path, c.int(2), c.int(3));
};

/** Implements creat(2). */
export const creat: Handler = (c) => openPath(c, c.process.cwd, c.path(0), O_CREAT | O_WRONLY | O_TRUNC, c.int(1));

function openPath(c: Context, base: string, path: string, flags: number, mode: number): Outcome {
	const platform = platformFlags[c.architecture];
	if ((flags & platform.O_TMPFILE) === platform.O_TMPFILE) return openTemporary(c, base, path, flags, mode);
	const access = flags & O_ACCMODE;
	const handleOnly = (flags & O_PATH) !== 0;
	const writes = !handleOnly && access !== O_RDONLY;
	const reads = !handleOnly && access !== O_WRONLY;
	const create = !handleOnly && (flags & O_CREAT) !== 0;
	const exclusive = create && (flags & O_EXCL) !== 0;
	const truncate = !handleOnly && (flags & O_TRUNC) !== 0;
	const noFollow = (flags & platform.O_NOFOLLOW) !== 0;
	const directory = (flags & platform.O_DIRECTORY) !== 0;

	// fs/open.c build_open_flags, since Linux 6.4: a directory cannot be created so.
	if (create && directory) throw new SysError('EINVAL');
	const place = c.kernel.fs.resolve(path, base, { follow: !noFollow && !exclusive, naming: create });
	const existing = place.stat;
	if (create && place.slash === true && !/^\/*$|(^|\/)\.\.?\/*$/.test(path)) throw new SysError('EISDIR');
	if (existing === undefined && !create) throw new SysError('ENOENT');
	if (existing !== undefined) {
		if (exclusive) throw new SysError('EEXIST');
		const isDirectory = isType(existing.mode, S_IFDIR);
		if (isDirectory && create) throw new SysError('EISDIR');
		if (!isDirectory && directory) throw new SysError('ENOTDIR');
		if (isType(existing.mode, S_IFLNK) && !handleOnly) throw new SysError('ELOOP');
		if (isDirectory && (writes || truncate)) throw new SysError('EISDIR');
		if (isType(existing.mode, S_IFSOCK) && !handleOnly) throw new SysError('ENXIO');
	}
	if (handleOnly) return addFile(c, new NodeFile(pathNode(c.kernel.fs, place), O_PATH), flags);

	const terminal = openTerminal(c, place.path, access | (flags & O_NONBLOCK), (flags & O_NOCTTY) === 0);
	if (terminal !== undefined) return c.process.descriptors.add(terminal, (flags & O_CLOEXEC) !== 0);

	const wishes: Wish[] = [];
	if (reads && existing !== undefined) wishes.push(['read', place]);
	if (writes || truncate || (create && existing === undefined)) wishes.push(['write', place]);
	return wantAll(c, wishes, () => {
		const node = c.kernel.fs.open(place.path, {
			read: reads,
			write: writes || truncate,
			create,
			exclusive,
			truncate,
			directory,
			mode: mode & 0o7777 & ~c.process.umask,
		});
		if (node.type === 'fifo') return openFifo(c, node, flags);
		return addFile(c, new NodeFile(node, access | (flags & (O_APPEND | O_NONBLOCK))), flags);
	});
}

/** O_TMPFILE: no change of the machine, so nobody is asked. */
function openTemporary(c: Context, base: string, path: string, flags: number, mode: number): number {
	const access = flags & O_ACCMODE;
	if (access === O_RDONLY || (flags & O_CREAT) !== 0) throw new SysError('EINVAL');
	const place = c.kernel.fs.resolve(path, base);
	if (place.stat === undefined) throw new SysError('ENOENT');
	if (!isType(place.stat.mode, S_IFDIR)) throw new SysError('ENOTDIR');
	c.kernel.fs.access(place.path, 3);
	const file = unnamedFile(c, access | (flags & (O_APPEND | O_NONBLOCK)), mode & 0o7777 & ~c.process.umask);
	file.path = `${place.path === '/' ? '' : place.path}/#${file.stat().ino}`;
	return addFile(c, file, flags);
}

/** A file of the session that has no name, and a name to show: `path` is to be set. */
export function unnamedFile(c: Context, flags: number, mode: number): NodeFile {
	const path = `/dev/shm/.unnamed-${c.kernel.nextMemoryFile()}`;
	const made = { read: true, write: true, create: true, exclusive: true, truncate: false, directory: false };
	const node = c.kernel.fs.open(path, { ...made, mode });
	c.kernel.fs.unlink(path);
	return new NodeFile(node, flags);
}

/** Waits for the other side, as fifo(7) says. */
function openFifo(c: Context, node: OpenNode, flags: number): Outcome {
	let opened: OpenedFifo;
	try {
		opened = c.kernel.fifos.open(node, flags & (O_ACCMODE | O_NONBLOCK));
	} catch (error) {
		node.close();
		throw error;
	}
	const { end, ready } = opened;
	end.hold();
	const give = (): number => {
		try {
			return c.process.descriptors.add(end, (flags & O_CLOEXEC) !== 0);
		} finally {
			end.release();
		}
	};
	return waitFor(() => (ready() ? give() : undefined), {
		onInterrupt: () => {
			end.release();
			return undefined;
		},
		onGone: () => end.release(),
	});
}

function addFile(c: Context, file: NodeFile, flags: number): number {
	try {
		return c.process.descriptors.add(file, (flags & O_CLOEXEC) !== 0);
	} catch (error) {
		file.node.close();
		throw error;
	}
}
