/** The machine's files for the kernel: reads of anything the user may read, writes inside the session's folder alone. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';
import { decodeName, hostPath } from '../abi/bytes.ts';
import { asSysError, SysError } from '../abi/errno.ts';
import type { DirectoryEntry, HostFiles, Stat } from '../fs/api.ts';
import { toStat } from './host-stat.ts';

const { O_CREAT, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_TRUNC } = fs.constants;

/**
 * HostFiles over node:fs, synchronous. `sessionFolder` is absolute; every path given to openSession, copyIn and
 * removeSession must lie below it, anything else is a bug of ours and throws a plain Error.
 */
export function createHostFiles(sessionFolder: string): HostFiles {
	const folder = path.resolve(sessionFolder);
	const inside = (name: string) => insideSession(folder, name);
	// The session's own files are where we put them, even if its folder is reached through a symlink.
	const isOurs = (name: string) => name.startsWith(`${folder}/`);
	const keep = keeperIn(folder);
	const openAny = (name: string) => openRead(name, isOurs(name));
	return {
		lstat,
		readlink: (name) => attempt(() => decodeName(fs.readlinkSync(hostPath(name), { encoding: 'buffer' }))),
		list,
		names: (name) => (fs.existsSync(inside(name)) ? names(name) : []),
		access: (name, mode) => attempt(() => fs.accessSync(hostPath(name), mode)),
		openRead: openAny,
		openSession: (name, how) => attempt(() => openSession(inside(name), how)),
		read: (fd, into, position) => attempt(() => fs.readSync(fd, into, 0, into.length, position)),
		write: (fd, bytes, position) => attempt(() => writeAll(fd, bytes, position)),
		fstat: (fd) => attempt(() => toStat(fs.fstatSync(fd, { bigint: true }))),
		ftruncate: (fd, size) => attempt(() => fs.ftruncateSync(fd, size)),
		close: (fd) => attempt(() => fs.closeSync(fd)),
		copyIn: (from, to) => copyIn(from, inside(to)),
		removeSession: (name) => attempt(() => fs.rmSync(hostPath(inside(name)), { force: true, recursive: true })),
		hash: (name) => hash(openAny(name), isOurs(name) ? undefined : keep),
	};
}

/** Keeps what the guest is about to change, as long as it is small: to merge with, should somebody else change it meanwhile. */
function keeperIn(folder: string): (sha256: string, bytes: Uint8Array) => void {
	let left = keptAltogether;
	return (sha256, bytes) => {
		const name = `${folder}/upper/base/${sha256}`;
		if (bytes.length > left || fs.existsSync(name)) return;
		try {
			fs.mkdirSync(path.dirname(name), { mode: 0o700 });
		} catch {
			// It is there already; or the next line says what is wrong.
		}
		try {
			fs.writeFileSync(name, bytes, { mode: 0o600, flag: 'wx' });
			left -= bytes.length;
		} catch {
			// Nothing is lost but the merge.
		}
	};
}

function attempt<T>(act: () => T): T {
	try {
		return act();
	} catch (error) {
		throw toSysError(error);
	}
}

/** Any refusal of the host is an errno for the guest; one that we have no name for is EIO. */
function toSysError(error: unknown): unknown {
	const known = asSysError(error);
	if (known instanceof SysError || !(error instanceof Error) || !('syscall' in error)) return known;
	return 'code' in error && error.code === 'ENOTSUP' ? new SysError('EOPNOTSUPP') : new SysError('EIO', error.message);
}

const statOptions = { bigint: true, throwIfNoEntry: false } as const;

/** Undefined where nothing is there, or where a part of the way is no directory. Measured: 2 µs, 1 µs for a miss. */
function lstat(name: string): Stat | undefined {
	try {
		const stat = fs.lstatSync(name.isWellFormed() ? name : hostPath(name), statOptions);
		return stat === undefined ? undefined : toStat(stat);
	} catch (error) {
		const known = toSysError(error);
		if (known instanceof SysError && known.code === 'ENOTDIR') return undefined;
		throw known;
	}
}

/** Entries without `.` and `..`, in the host's own order. Node gives no d_ino, so each entry costs one lstat. */
function list(name: string): DirectoryEntry[] {
	const entries: DirectoryEntry[] = [];
	for (const child of names(name)) {
		const stat = lstat(name === '/' ? `/${child}` : `${name}/${child}`);
		if (stat !== undefined) entries.push({ name: child, ino: stat.ino, type: (stat.mode & 0o170000) >> 12 });
	}
	return entries;
}

function names(name: string): string[] {
	return attempt(() => {
		const found = fs.readdirSync(hostPath(name));
		// U+FFFD stands for bytes that are not UTF-8 (or for itself): read the names again as bytes.
		if (!found.some((child) => child.includes('\ufffd'))) return found;
		return fs.readdirSync(hostPath(name), { encoding: 'buffer' }).map((name) => decodeName(name));
	});
}

/**
 * Opens a regular file for reading and nothing else: opening a FIFO or a device can block or act on the machine (EACCES).
 * The path was resolved before; a symlink that was swapped in since, anywhere on the way, is refused with ELOOP.
 */
function openRead(name: string, trusted: boolean): number {
	const fd = attempt(() => fs.openSync(hostPath(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
	try {
		if (!fs.fstatSync(fd).isFile()) throw new SysError('EACCES', 'not a regular file');
		if (!trusted && !opened(fd, name)) throw new SysError('ELOOP', 'the path leads elsewhere now');
		return fd;
	} catch (error) {
		fs.closeSync(fd);
		throw toSysError(error);
	}
}

/** Whether the kernel says that descriptor `fd` is the file of that very path. */
function opened(fd: number, name: string): boolean {
	if (process.platform !== 'linux') return true;
	const real = decodeName(fs.readlinkSync(`/proc/self/fd/${fd}`, { encoding: 'buffer' }));
	return real === name || real === `${name} (deleted)`;
}

function insideSession(folder: string, name: string): string {
	const full = path.resolve(name);
	if (!full.startsWith(`${folder}${path.sep}`)) throw new Error(`${name} is not in the session's folder ${folder}`);
	return full;
}

function openSession(name: string, how: 'create' | 'write'): number {
	const flags = O_RDWR | O_NOFOLLOW | (how === 'create' ? O_CREAT | O_TRUNC : 0);
	const where = hostPath(name);
	try {
		return fs.openSync(where, flags, 0o600);
	} catch (error) {
		if (how !== 'create' || !(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
		fs.mkdirSync(hostPath(path.dirname(name)), { recursive: true, mode: 0o700 });
		return fs.openSync(where, flags, 0o600);
	}
}

function writeAll(fd: number, bytes: Uint8Array, position: number): number {
	let done = 0;
	while (done < bytes.length) done += fs.writeSync(fd, bytes, done, bytes.length - done, position + done);
	return done;
}

function copyIn(from: string, to: string): number {
	const fd = openRead(from, false);
	try {
		fs.closeSync(openSession(to, 'create'));
		// Through the open descriptor, so that what was checked is what is copied; a reflink where the file system has them.
		const source = process.platform === 'linux' ? `/proc/self/fd/${fd}` : hostPath(from);
		fs.copyFileSync(source, hostPath(to), fs.constants.COPYFILE_FICLONE);
		fs.chmodSync(hostPath(to), 0o600);
		return fs.statSync(hostPath(to)).size;
	} catch (error) {
		throw toSysError(error);
	} finally {
		fs.closeSync(fd);
	}
}

const hashChunk = 1 << 20;
/** Bytes that are kept of files as they were before, in one session. */
const keptAltogether = 64 << 20;

/** `keep` gets the bytes of a file of less than 1 MiB. */
function hash(fd: number, keep: ((sha256: string, bytes: Uint8Array) => void) | undefined): string {
	try {
		const sum = createHash('sha256');
		const chunk = new Uint8Array(Math.min(hashChunk, Math.max(1, fs.fstatSync(fd).size + 1)));
		let first: Uint8Array | undefined;
		for (let reads = 0; ; reads++) {
			const count = fs.readSync(fd, chunk, 0, chunk.length, null);
			if (count === 0) {
				const sha256 = sum.digest('hex');
				if (first !== undefined) keep?.(sha256, first);
				return sha256;
			}
			sum.update(chunk.subarray(0, count));
			// Whole after one read: the buffer has room for one byte more than the file.
			first = reads === 0 && count < chunk.length ? chunk.slice(0, count) : undefined;
		}
	} catch (error) {
		throw toSysError(error);
	} finally {
		fs.closeSync(fd);
	}
}
