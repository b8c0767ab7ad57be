/**
 * What fs/ offers to kernel/ and syscalls/, and what it needs of host/. Everything here is synchronous: it runs in the
 * kernel's worker thread. Paths are absolute text (abi/bytes.ts). Every failure is a SysError with the errno that Linux gives.
 */
import type { StatFields } from '../abi/structs.ts';
import type { Attributes } from './attributes.ts';

/** A stat result, in the units of struct stat. Times are nanoseconds since the epoch. */
export type Stat = StatFields;

export type DirectoryEntry = {
	readonly name: string;
	readonly ino: bigint;
	/** d_type: DT_REG 8, DT_DIR 4, DT_LNK 10, … */
	readonly type: number;
};

/**
 * Where a path leads.
 * - host: the machine's own tree, changes captured: these are effects.
 * - runtime: the interpreter's own files; read only, no effect.
 * - scratch: the session's private files, no effect, thrown away.
 * - device, proc: made up.
 */
export type Domain = 'host' | 'runtime' | 'scratch' | 'device' | 'proc';

/** A resolved path: every symlink on the way followed, and the last one too where that was asked. */
export type Place = {
	readonly path: string;
	readonly domain: Domain;
	/** Undefined: nothing is there (but its directory is). */
	readonly stat: Stat | undefined;
	/**
	 * The machine's path that this came from, where the guest has moved or linked it to `path`: whoever may not read
	 * `origin` may not read this either, so a policy is asked about both.
	 */
	readonly origin?: string;
	/** The text ended in a slash: what is made there can only be a directory. */
	readonly slash?: boolean;
};

export type ResolveOptions = {
	/** Follow a symlink in the last part. Default true. */
	readonly follow?: boolean;
	/**
	 * For calls that make, move or remove the last name (mkdir, rmdir, unlink, symlink, link's new name, rename): a slash at the end
	 * is neither a reason to follow a symlink nor ENOTDIR. Pass `path + '/'` on to the acting call where Place.slash is true.
	 */
	readonly naming?: boolean;
};

/** An open file of the overlay, a device or a made-up file. It has no offset: the kernel keeps that. */
export interface OpenNode {
	readonly path: string;
	readonly domain: Domain;
	readonly type: 'file' | 'directory' | 'device' | 'fifo';
	/** Reads at `position` (ignored where there is none) into `into`; the bytes read, 0 at the end. */
	read(into: Uint8Array, position: number): number;
	/** Writes all of `bytes` at `position`; the bytes written. SysError ENOSPC when the session's disk limit is reached. */
	write(bytes: Uint8Array, position: number): number;
	truncate(size: number): void;
	stat(): Stat;
	/** Entries with `.` and `..` first; directories only. */
	list(): DirectoryEntry[];
	chmod(mode: number): void;
	/** -1 leaves one as it is. */
	chown(uid: number, gid: number): void;
	/** Left out where there can be none; EOPNOTSUPP where this file has none. */
	attributes?(): Attributes;
	/** `touch`: both are the present time, for which the right to write is enough (utimensat(2)). */
	utimes(atimeNs: bigint | undefined, mtimeNs: bigint | undefined, touch?: boolean): void;
	close(): void;
}

export type OpenOptions = {
	readonly read: boolean;
	readonly write: boolean;
	readonly create: boolean;
	/** With create: fail with EEXIST. */
	readonly exclusive: boolean;
	readonly truncate: boolean;
	readonly directory: boolean;
	/** Permission bits of a new file, umask already taken off. */
	readonly mode: number;
};

/** What is there already, to read it. */
export const forReading: OpenOptions = {
	read: true,
	write: false,
	create: false,
	exclusive: false,
	truncate: false,
	directory: false,
	mode: 0,
};

/**
 * The guest's file system. Callers resolve first, ask the policy about the Place, and then act on Place.path;
 * acting functions do not follow a symlink in the last part.
 */
export interface FileSystem {
	/** Throws ENOENT where a directory on the way is missing, ENOTDIR, ELOOP (40 links), ENAMETOOLONG, EACCES. */
	resolve(path: string, cwd: string, options?: ResolveOptions): Place;
	open(path: string, options: OpenOptions): OpenNode;
	stat(path: string): Stat;
	list(path: string): DirectoryEntry[];
	readlink(path: string): string;
	/** EACCES, EROFS as access(2); `mode` of R_OK 4, W_OK 2, X_OK 1, F_OK 0. */
	access(path: string, mode: number): void;
	mkdir(path: string, mode: number): void;
	rmdir(path: string): void;
	unlink(path: string): void;
	/** A FIFO or a socket: it lives as long as the run. */
	special(path: string, kind: 'fifo' | 'socket', mode: number): void;
	symlink(target: string, path: string): void;
	link(from: string, to: string): void;
	rename(from: string, to: string, flags: { readonly noReplace: boolean; readonly exchange: boolean }): void;
	chmod(path: string, mode: number): void;
	/** -1 leaves one as it is. EPERM for what is the machine's own. */
	chown(path: string, uid: number, gid: number): void;
	/** EOPNOTSUPP but in scratch; EACCES where the right to `write` or read is missing. */
	attributes(path: string, write: boolean): Attributes;
	/** undefined leaves a time as it is. `touch`: both are the present time, for which the right to write is enough. */
	utimes(path: string, atimeNs: bigint | undefined, mtimeNs: bigint | undefined, touch?: boolean): void;
	truncate(path: string, size: number): void;
	/** Bytes and files used in the session's upper layer and scratch. */
	used(): { readonly disk: number; readonly files: number };
}

/** The machine's files, as fs/ may see and keep them. Implemented in host/, the only folder with node:fs. */
export interface HostFiles {
	lstat(path: string): Stat | undefined;
	/** The target, or SysError EINVAL. */
	readlink(path: string): string;
	list(path: string): DirectoryEntry[];
	/** The names in a directory of the session. */
	names(path: string): string[];
	access(path: string, mode: number): void;
	openRead(path: string): number;
	/** Opens or makes a file of the session itself (upper, scratch), never one of the machine. */
	openSession(path: string, how: 'create' | 'write'): number;
	read(fd: number, into: Uint8Array, position: number): number;
	write(fd: number, bytes: Uint8Array, position: number): number;
	fstat(fd: number): Stat;
	ftruncate(fd: number, size: number): void;
	close(fd: number): void;
	/** Copies a file of the machine into the session, cheaply where the file system can; its size. */
	copyIn(from: string, sessionPath: string): number;
	removeSession(path: string): void;
	/** SHA-256 in hex of a file's bytes. */
	hash(path: string): string;
}
