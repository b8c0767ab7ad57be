/** What a replay came to. */

/** The first thing that is not as in the record. */
export type Difference = {
	/** What it is about, in a few words: `a command`, `the content of /x`. */
	readonly about: string;
	/** What the record has, and what came now; undefined: nothing. */
	readonly recorded: string | undefined;
	readonly now: string | undefined;
	/** The line of the script where it came from, as far as the script says. */
	readonly origin?: { readonly file: string; readonly line: number };
};

export type Counts = {
	readonly reads: number;
	readonly commands: number;
	readonly connections: number;
	readonly changes: number;
	readonly printed: number;
	readonly calls: number;
};

export type Replayed = {
	readonly result:
		| { readonly kind: 'same' }
		| { readonly kind: 'differs'; readonly difference: Difference }
		/** The record does not reach further, or what it points to was changed since. */
		| { readonly kind: 'unknown'; readonly why: string };
	/** Of what was the same; undefined where nothing came of it. */
	readonly counts: Counts | undefined;
	/** Sentences on what a reader has to know about the result. */
	readonly notes: readonly string[];
};
