/**
 * The machine's tree as apply and rollback change it. Each path is walked component by component from `/` with
 * O_NOFOLLOW, and every operation is relative to the directory descriptor so found (`/proc/self/fd/N/name`): a symlink
 * that is swapped in between check and use is never followed, it is ENOTDIR. Linux only (needs /proc).
 */
import {
	chmodSync,
	chownSync,
	closeSync,
	constants,
	fchmodSync,
	fchownSync,
	fstatSync,
	fsyncSync,
	ftruncateSync,
	futimesSync,
	lchownSync,
	linkSync,
	lstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	readlinkSync,
	readSync,
	renameSync,
	rmdirSync,
	symlinkSync,
	unlinkSync,
	utimesSync,
	writeSync,
} from 'node:fs';
import { decodeName, encodeName } from '../abi/bytes.ts';
import { SysError } from '../abi/errno.ts';
import type { Stat } from '../fs/api.ts';
import { toStat, withPath } from './host-stat.ts';
import { syncFileSystemOf } from './sync-file-system.ts';

export type Attributes = {
	/** Permission bits, 0..0o7777. */
	readonly mode?: number;
	/** Modification time, nanoseconds since the epoch; node:fs keeps about a microsecond of it. */
	readonly mtimeNs?: bigint;
	/** Given up silently where we may not (EPERM): only root gives files away. */
	readonly owner?: { readonly uid: number; readonly gid: number };
};

/** All paths are absolute and hold no `.`, `..` or empty part. Every failure is a SysError that names the path. */
export interface Tree {
	/** The effective user id; 0 where the system has none. */
	readonly user: number;
	/** Undefined: nothing is there, or its directory is missing. ENOTDIR: the way leads through something else. */
	lstat(path: string): Stat | undefined;
	readlink(path: string): string;
	list(path: string): string[];
	/** A regular file, for reading. EINVAL for any other type; it never blocks on a FIFO. */
	openRead(path: string): number;
	/** A new file, mode 0600, for writing. EEXIST where anything is there already. */
	create(path: string): number;
	read(fd: number, into: Uint8Array): number;
	/** At `position`, or behind what was written last. */
	write(fd: number, bytes: Uint8Array, position?: number): void;
	/** ftruncate(2): what nobody wrote before `size` is a hole. */
	resize(fd: number, size: number): void;
	/** Owner, then mode (a change of owner clears set-user-id), then time. */
	settle(fd: number, attributes: Attributes): void;
	fstat(fd: number): Stat;
	syncFile(fd: number): void;
	close(fd: number): void;
	/** A new directory, mode 0700. */
	mkdir(path: string): void;
	symlink(target: string, path: string, owner?: { readonly uid: number; readonly gid: number }): void;
	/** link(2): a symlink at `from` is not followed. */
	link(from: string, path: string): void;
	rename(from: string, path: string): void;
	unlink(path: string): void;
	rmdir(path: string): void;
	/** For a file or directory; EINVAL for a symlink. */
	setAttributes(path: string, attributes: Attributes): void;
	syncDirectory(path: string): void;
	/** syncfs(2) of every file system that these directories are on. */
	syncFileSystems(directories: readonly string[]): void;
	/** Lets go of the directories it holds open. */
	release(): void;
}

/** Holds at most this many directories open. */
const heldDirectories = 64;

/** open(2)'s O_PATH; the same number on x86-64 and aarch64, and missing from node's constants. */
const O_PATH = 0o10000000;
const directoryFlags = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** The machine's tree. Not for two threads at a time. */
export function openTree(): Tree {
	const held = new Map<string, number>();
	const release = () => {
		for (const fd of held.values()) closeSync(fd);
		held.clear();
	};
	const directory = (path: string): number => {
		const known = held.get(path);
		if (known !== undefined) return known;
		const opened =
			path === '/'
				? openSync('/', directoryFlags)
				: openSync(below(directory(parentOf(path)), lastOf(path)), directoryFlags);
		held.set(path, opened);
		return opened;
	};
	/** The path through the descriptor of the directory that holds it. */
	const at = (path: string): Buffer => below(directory(parentOf(path)), lastOf(path));
	/** A directory that moves or goes makes what we hold below it stale. */
	const changed = (path: string) => {
		for (const [name, fd] of held) {
			if (name !== path && !name.startsWith(`${path}/`)) continue;
			closeSync(fd);
			held.delete(name);
		}
	};

	/** Lets go between operations and never within one: the paths that `at` gave must stay good. */
	const act = <T>(path: string, work: () => T): T => {
		if (held.size >= heldDirectories) release();
		return withPath(path, work);
	};

	return {
		user: process.geteuid?.() ?? 0,
		lstat: (path) =>
			act(path, () => {
				try {
					return toStat(path === '/' ? lstatSync('/', { bigint: true }) : lstatSync(at(path), { bigint: true }));
				} catch (error) {
					if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
					throw error;
				}
			}),
		readlink: (path) => act(path, () => decodeName(readlinkSync(at(path), { encoding: 'buffer' }))),
		list: (path) =>
			act(path, () =>
				readdirSync(Buffer.from(`/proc/self/fd/${directory(path)}`), { encoding: 'buffer' }).map((name) =>
					decodeName(name),
				),
			),
		openRead: (path) =>
			act(path, () => {
				const fd = openSync(at(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
				if (fstatSync(fd).isFile()) return fd;
				closeSync(fd);
				throw new SysError('EINVAL', 'not a regular file');
			}),
		create: (path) =>
			act(path, () =>
				openSync(at(path), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600),
			),
		read: (fd, into) => act('a file being read', () => readSync(fd, into, 0, into.length, null)),
		write: (fd, bytes, position) =>
			act('a file being written', () => {
				for (let done = 0; done < bytes.length; ) {
					const at = position === undefined ? null : position + done;
					done += writeSync(fd, bytes, done, bytes.length - done, at);
				}
			}),
		resize: (fd, size) => act('a file being written', () => ftruncateSync(fd, size)),
		settle: (fd, attributes) =>
			act('a file being written', () => {
				const { owner, mode, mtimeNs } = attributes;
				if (owner !== undefined) mayFail(() => fchownSync(fd, owner.uid, owner.gid));
				if (mode !== undefined) fchmodSync(fd, mode);
				if (mtimeNs !== undefined) futimesSync(fd, seconds(mtimeNs), seconds(mtimeNs));
			}),
		fstat: (fd) => act('an open file', () => toStat(fstatSync(fd, { bigint: true }))),
		syncFile: (fd) => act('an open file', () => fsyncSync(fd)),
		close: (fd) => closeSync(fd),
		mkdir: (path) => act(path, () => mkdirSync(at(path), 0o700)),
		symlink: (target, path, owner) =>
			act(path, () => {
				const place = at(path);
				symlinkSync(encodeName(target), place);
				if (owner !== undefined) mayFail(() => lchownSync(place, owner.uid, owner.gid));
			}),
		link: (from, path) =>
			act(path, () => {
				linkSync(at(from), at(path));
			}),
		rename: (from, path) =>
			act(path, () => {
				renameSync(at(from), at(path));
				changed(from);
				changed(path);
			}),
		unlink: (path) => act(path, () => unlinkSync(at(path))),
		rmdir: (path) =>
			act(path, () => {
				rmdirSync(at(path));
				changed(path);
			}),
		setAttributes: (path, attributes) =>
			act(path, () => {
				// Through O_PATH, because a file of mode 0200 cannot be opened for reading.
				const fd = openSync(at(path), O_PATH | constants.O_NOFOLLOW);
				try {
					const stats = fstatSync(fd);
					if (!stats.isFile() && !stats.isDirectory()) throw new SysError('EINVAL', 'not a file or directory');
					const self = `/proc/self/fd/${fd}`;
					const { mode, mtimeNs, owner } = attributes;
					if (owner !== undefined) mayFail(() => chownSync(self, owner.uid, owner.gid));
					if (mode !== undefined) chmodSync(self, mode);
					if (mtimeNs !== undefined) utimesSync(self, seconds(mtimeNs), seconds(mtimeNs));
				} finally {
					closeSync(fd);
				}
			}),
		syncDirectory: (path) =>
			act(path, () => {
				const fd = openSync(`/proc/self/fd/${directory(path)}`, constants.O_RDONLY | constants.O_DIRECTORY);
				try {
					fsyncSync(fd);
				} finally {
					closeSync(fd);
				}
			}),
		syncFileSystems: (directories) => {
			const done = new Set<number>();
			for (const path of directories) {
				act(path, () => {
					const fd = directory(path);
					const device = fstatSync(fd).dev;
					if (!done.has(device)) syncFileSystemOf(fd);
					done.add(device);
				});
			}
		},
		release,
	};
}

function below(fd: number, name: string): Buffer {
	return Buffer.concat([Buffer.from(`/proc/self/fd/${fd}/`), encodeName(name)]);
}

function parentOf(path: string): string {
	const slash = path.lastIndexOf('/');
	return slash <= 0 ? '/' : path.slice(0, slash);
}

/** The last part of a path. `.` and `..` would leave the directory that was checked. */
function lastOf(path: string): string {
	const name = path.slice(path.lastIndexOf('/') + 1);
	if (!path.startsWith('/') || name === '' || name === '.' || name === '..' || name.includes('\0')) {
		throw new SysError('EINVAL', 'not a resolved path');
	}
	return name;
}

function seconds(ns: bigint): number {
	return Number(ns) / 1e9;
}

function mayFail(change: () => void): void {
	try {
		change();
	} catch (error) {
		if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) throw error;
	}
}
