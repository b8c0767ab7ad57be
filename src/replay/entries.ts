/**
 * The lines of a tape. An answer of the machine is written when it is another one than the last to the same question, with how many
 * times that last one was given: a path that is looked up a thousand times costs one line.
 */

/** Raised when a line's meaning changes. */
export const tapeVersion = 1;

/** Bytes in the file `bytes`: where, how many, SHA-256. */
export type Blob = readonly [offset: number, length: number, sha256: string];

/** What one file of the machine was when it was first read. `bytes`: left out where it is too large, or the system's own. */
export type FileVersion = {
	readonly path: string;
	/** Inode, size, times: tells whether it was changed since. */
	readonly stamp: string;
	readonly bytes?: Blob;
};

/** How the run ended, as far as it can be compared. */
export type TapeEnd = {
	readonly end: { readonly kind: string; readonly status?: number; readonly message?: string };
	/** Each change as JSON. */
	readonly changes: readonly string[];
	/** A checksum of what was written to each content, by its name. */
	readonly contents: Readonly<Record<string, string>>;
	readonly printed: readonly [Printed, Printed];
	readonly calls: number;
};

/** Of standard output or error: how much, its SHA-256, and its beginning. */
export type Printed = { readonly length: number; readonly sha256: string; readonly start?: Blob };

export type Entry =
	/** What the run was started with. */
	| readonly ['start', version: number, start: unknown]
	/** A signature gets the next number, from 0. */
	| readonly ['sig', string]
	/** Messages of tasks, in order: the number of a signature; -1 - n before those of task n (0 is the first); times noted before one, after it. */
	| readonly ['f', readonly (number | string)[]]
	/** A message of the main thread. */
	| readonly ['m', unknown]
	/** A word of the supervisor. */
	| readonly ['r', signature: string, args: readonly number[]]
	/** News of sockets. */
	| readonly ['n', readonly number[]]
	/** Waiting tasks looked again. */
	| readonly ['s']
	/** What goes out to the main thread: an effect, a question, a command. */
	| readonly ['o', text: string, id?: number]
	/** An answer to a new question. */
	| readonly ['q', question: string, answer: string]
	/** Another answer to question number n, from 0; the one before was given so many times. */
	| readonly ['a', number: number, answer: string, count: number]
	/** A file version gets the next number, from 0. */
	| readonly ['v', FileVersion]
	/** Bytes that a read of a version gave and that are not in it. */
	| readonly ['c', version: number, position: number, length: number, Blob]
	| readonly ['end', TapeEnd]
	/** Nothing more was kept. */
	| readonly ['full', why: string];
