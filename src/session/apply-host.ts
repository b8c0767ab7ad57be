/** What apply, recover and rollback need of the machine. */
import type { Tree } from '../host/atomic-tree.ts';
import type { Processes } from '../host/process-identity.ts';
import type { SessionFiles } from '../host/session-files.ts';

/** A session's place on disk. `root` holds all sessions of the user. */
export type SessionPlace = { readonly id: string; readonly root: string; readonly folder: string };

export type ApplyHost = {
	readonly tree: Tree;
	readonly files: SessionFiles;
	readonly processes: Processes;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
	/** 0 to below 1; good enough that a temporary name cannot be guessed. */
	readonly random: () => number;
};
