/** What a file system for one guest is made of. */
import type { Limits } from '../model/limits.ts';
import type { HostFiles } from './api.ts';
import type { Identity } from './mode.ts';
import type { SpecialFiles } from './special.ts';

export type FileSystemOptions = {
	readonly host: HostFiles;
	/** Absolute. `upper/` and `scratch/` in it are ours; an `upper/` that is there already is gone on with. */
	readonly sessionFolder: string;
	/** Directories that are private and empty at start (`/tmp`). Absolute; /dev/shm is always one. */
	readonly scratch: readonly string[];
	/** Directories of the machine that stay what they are although they lie in scratch. */
	readonly exposed: readonly string[];
	/** The interpreter's own folders: read only, no effects. */
	readonly runtime: readonly string[];
	readonly limits: Pick<Limits, 'disk' | 'files'>;
	/** Called each time a limit refuses something (the guest sees ENOSPC). */
	readonly onLimit: (limit: 'disk' | 'files') => void;
	/** /proc. */
	readonly proc: SpecialFiles;
	/** /dev/tty, stdin, stdout, stderr, fd and pts. */
	readonly device: SpecialFiles;
	/** Fills with random bytes, for /dev/random and urandom. */
	readonly random: (into: Uint8Array) => void;
	/** Nanoseconds since the epoch. */
	readonly now: () => bigint;
	/** The real user: its rights are the guest's. */
	readonly identity: Identity;
	/** Whether a resolved path of the machine is not there for the guest, nor what is in it. Left out: none. */
	readonly hidden?: (path: string) => boolean;
};
