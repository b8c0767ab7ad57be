/** The files of the sessions' own folders: never a path that the guest named. */
import {
	appendFileSync,
	closeSync,
	constants,
	fstatSync,
	fsyncSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	renameSync,
	rmdirSync,
	rmSync,
	truncateSync,
	unlinkSync,
	writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SysError } from '../abi/errno.ts';
import { withPath } from './host-stat.ts';
import { syncFileSystemOf } from './sync-file-system.ts';

/** Every failure is a SysError that names the path. */
export interface SessionFiles {
	/** Makes a folder and those above it, mode 0700. EACCES where it exists and is not the user's own or others may enter it. */
	makePrivateFolder(path: string): void;
	/** Undefined: there is no such file. EINVAL: it is something else than a file; a FIFO would never end. */
	readWhole(path: string): Buffer | undefined;
	/** The last bytes of a file, `most` of them; undefined: there is no such file. */
	readEnd(path: string, most: number): Buffer | undefined;
	/** Replaces a file in one step (0600). `sync`: it and its folder are on the disk when this returns. */
	writeWhole(path: string, bytes: Uint8Array, sync: boolean): void;
	/** Names in a folder; empty where it is missing. */
	list(path: string): string[];
	/** Those of folders. */
	listFolders(path: string): string[];
	exists(path: string): boolean;
	openRead(path: string): number;
	/** A new file (0600) to write; EEXIST where there is one. */
	create(path: string): number;
	/** A file to append to, made (0600) where it is missing. */
	openAppend(path: string): number;
	read(fd: number, into: Uint8Array): number;
	write(fd: number, bytes: Uint8Array): void;
	append(path: string, bytes: Uint8Array): void;
	truncate(path: string, size: number): void;
	sync(fd: number): void;
	syncFolder(path: string): void;
	close(fd: number): void;
	/** rename(2) within the session. */
	move(from: string, to: string): void;
	/** syncfs(2) of the file system that a folder is on. */
	syncFileSystem(path: string): void;
	/** Bytes on the disk of all that is below a folder; symlinks are not followed, what vanishes meanwhile counts nothing. */
	sizeBelow(path: string): number;
	/** Removes one file; it need not be there. */
	remove(path: string): void;
	/** Removes a folder with all that is in it; symlinks in it are not followed. */
	removeFolder(path: string): void;
}

/** A new folder (0700) for what is thrown away. */
export function makeTemporaryFolder(beginning: string): string {
	return withPath(tmpdir(), () => mkdtempSync(join(tmpdir(), beginning)));
}

export function openSessionFiles(): SessionFiles {
	return sessionFiles;
}

const sessionFiles: SessionFiles = {
	makePrivateFolder: (path) =>
		withPath(path, () => {
			mkdirSync(path, { recursive: true, mode: 0o700 });
			const stats = lstatSync(path);
			const mine = process.geteuid === undefined || stats.uid === process.geteuid();
			if (!stats.isDirectory() || !mine || (stats.mode & 0o077) !== 0) {
				throw new SysError('EACCES', `${path} must be a directory of your own with mode 0700`);
			}
		}),
	readWhole: (path) => withPath(path, () => unlessMissing(() => readWhole(path))),
	readEnd: (path, most) => withPath(path, () => unlessMissing(() => readEnd(path, most))),
	writeWhole: (path, bytes, sync) =>
		withPath(path, () => {
			const temporary = `${path}.new`;
			const fd = openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600);
			try {
				writeAll(fd, bytes);
				if (sync) fsyncSync(fd);
			} finally {
				closeSync(fd);
			}
			renameSync(temporary, path);
			if (sync) syncFolder(dirname(path));
		}),
	list: (path) => withPath(path, () => unlessMissing(() => readdirSync(path)) ?? []),
	listFolders: (path) =>
		withPath(path, () =>
			(unlessMissing(() => readdirSync(path, { withFileTypes: true })) ?? [])
				.filter((entry) => entry.isDirectory())
				.map(({ name }) => name),
		),
	exists: (path) => withPath(path, () => unlessMissing(() => lstatSync(path)) !== undefined),
	openRead: (path) => withPath(path, () => openSync(path, reading)),
	create: (path) =>
		withPath(path, () => openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)),
	openAppend: (path) =>
		withPath(path, () => openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND, 0o600)),
	read: (fd, into) => withPath('a file of the session', () => readSync(fd, into, 0, into.length, null)),
	write: (fd, bytes) => withPath('a file of the session', () => writeAll(fd, bytes)),
	append: (path, bytes) => withPath(path, () => appendFileSync(path, bytes, { mode: 0o600 })),
	truncate: (path, size) => withPath(path, () => truncateSync(path, size)),
	sync: (fd) => withPath('a file of the session', () => fsyncSync(fd)),
	syncFolder: (path) => withPath(path, () => syncFolder(path)),
	close: (fd) => closeSync(fd),
	move: (from, to) => withPath(to, () => renameSync(from, to)),
	syncFileSystem: (path) =>
		withPath(path, () => {
			const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
			try {
				syncFileSystemOf(fd);
			} finally {
				closeSync(fd);
			}
		}),
	sizeBelow: (path) => withPath(path, () => sizeBelow(path)),
	remove: (path) => withPath(path, () => unlessMissing(() => unlinkSync(path))),
	removeFolder: (path) =>
		withPath(path, () => {
			if (!removeFlat(path)) rmSync(path, { recursive: true, force: true });
		}),
};

/** A folder of files alone, such as a run's forty FIFOs: a third of the time of rmSync, which looks at each first. */
function removeFlat(path: string): boolean {
	try {
		// Never through a symlink: its target's files are not ours.
		if (!lstatSync(path).isDirectory()) return false;
		for (const name of readdirSync(path)) unlinkSync(join(path, name));
		rmdirSync(path);
		return true;
	} catch {
		return false;
	}
}

/** Neither a symlink nor a FIFO that nobody writes to holds us up: a session's folder may have been made by somebody else. */
const reading = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function readWhole(path: string): Buffer {
	const fd = openSync(path, reading);
	try {
		if (!fstatSync(fd).isFile()) throw new SysError('EINVAL', `${path} is no file`);
		return readFileSync(fd);
	} finally {
		closeSync(fd);
	}
}

function readEnd(path: string, most: number): Buffer {
	const fd = openSync(path, reading);
	try {
		const { size } = fstatSync(fd);
		const bytes = Buffer.alloc(Math.min(most, size));
		return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, size - bytes.length));
	} finally {
		closeSync(fd);
	}
}

function syncFolder(path: string): void {
	const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
	try {
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}

function sizeBelow(path: string): number {
	const stats = unlessMissing(() => lstatSync(path));
	if (stats === undefined) return 0;
	// st_blocks counts 512 bytes (stat(2)): a sparse file holds what it holds.
	const own = stats.blocks * 512;
	if (!stats.isDirectory()) return own;
	const names = unlessMissing(() => readdirSync(path)) ?? [];
	return names.reduce((sum, name) => sum + sizeBelow(`${path}/${name}`), own);
}

function writeAll(fd: number, bytes: Uint8Array): void {
	for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}

function unlessMissing<T>(work: () => T): T | undefined {
	try {
		return work();
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
		throw error;
	}
}
