import type { Approval, DecidedBy, Edit, EditWay } from './decision.ts';
import type { Effect } from './effect.ts';
import type { Limits, LimitsUsed } from './limits.ts';
import type { Remembering } from './remember.ts';

/** One row of the review: an effect in program order and what has become of it. */
export type ReviewItem = {
	/** Unique in the session, in program order. */
	readonly id: number;
	readonly effect: Effect;
	/** For a write or delete: what kind of change. */
	readonly change?: 'create' | 'modify' | 'replace' | 'delete' | 'rename';
	/** A rename's old path. */
	readonly from?: string;
	readonly state: ItemState;
	/** Lines added and removed, once the diff was computed. */
	readonly added?: number;
	readonly removed?: number;
	/** Differs whenever what the item would do differs: what was seen or decided of another version does not count. */
	readonly version?: string;
	/** What a person made of it: approving it approves this. */
	readonly edit?: Edit;
	/** Where in the script it was asked for, as the script's own interpreter says: a hint that a hostile script can forge. */
	readonly origin?: Origin;
};

/** A line of the script, from 1. Untrusted. */
export type Origin = { readonly file: string; readonly line: number };

export type ItemState =
	/** `live`: the script stands still until it is answered. `because`: why it is asked, where the policy says more than that. */
	| { readonly kind: 'pending'; readonly live: boolean; readonly because?: string }
	| { readonly kind: 'approved'; readonly by: DecidedBy; readonly because?: string }
	| { readonly kind: 'denied'; readonly by: DecidedBy; readonly because?: string }
	/** A command that was approved and ran; or runs, while `status` is missing. */
	| { readonly kind: 'ran'; readonly by: DecidedBy; readonly status?: number; readonly signal?: string }
	/** A change that is on the machine already (approved before a command ran). */
	| { readonly kind: 'applied'; readonly by: DecidedBy };

/** One line of a diff. Numbers count from 1. `text` is the guest's, unsafe for a terminal, and has no line end. */
export type DiffLine =
	| { readonly kind: 'same'; readonly before: number; readonly after: number; readonly text: string }
	| {
			readonly kind: 'removed';
			readonly before: number;
			readonly text: string;
			readonly changed?: readonly Span[] | undefined;
	  }
	| {
			readonly kind: 'added';
			readonly after: number;
			readonly text: string;
			readonly changed?: readonly Span[] | undefined;
	  }
	/** A header (`@@ -1,5 +1,6 @@`), a missing newline at the end: our words. */
	| { readonly kind: 'note'; readonly text: string }
	/** Unchanged lines that are not shown: our words. `DiffLines.unfold` shows them. */
	| { readonly kind: 'fold'; readonly text: string };

/** The part of a line, in UTF-16 units from `start` to before `end`, that differs from its partner line. */
export type Span = { readonly start: number; readonly end: number };

/** Lines that are computed when asked for, so that a large file costs what is on the screen. */
export interface DiffLines {
	readonly length: number;
	at(index: number): DiffLine;
	/** The same diff with more of the fold that is line `index`. */
	unfold?(index: number): DiffLines;
	/** The same, old and new side by side. */
	pairs?(): DiffPairs;
	/** Absent: parts of it cannot be left out. */
	readonly parts?: DiffParts;
}

/** Both sides of a row; a side is undefined where the other one has more lines. */
export type DiffPair =
	| { readonly kind: 'whole'; readonly line: DiffLine }
	| { readonly kind: 'sides'; readonly before: DiffLine | undefined; readonly after: DiffLine | undefined };

export interface DiffPairs {
	readonly length: number;
	at(index: number): DiffPair;
	/** The row in which a line (by its index in the one-sided diff) stands; and back. */
	rowOf(line: number): number;
	lineOf(row: number): number;
}

/** Lines that are replaced: numbers from 1, up to before `end`; equal where there are none. */
export type DiffPart = { readonly removed: LineRange; readonly added: LineRange };

export type LineRange = { readonly start: number; readonly end: number };

/** The changes of a diff, each of which can be left out. */
export interface DiffParts {
	/** Hunks, each as the changes it holds, in order. */
	readonly hunks: readonly (readonly DiffPart[])[];
	/** The line of the diff at which a part begins. */
	lineOf(part: DiffPart): number;
	/** The new file with these parts of the change alone. Parts of a part count too. */
	take(parts: readonly DiffPart[]): Uint8Array;
}

/** What the right side shows of an item. */
export type Detail =
	| Told
	| /** It could not be shown; why. Such an item can be denied but not approved. */ {
			readonly kind: 'failed';
			readonly why: string;
	  };

/** `notes`: what is dangerous about it, our words, to be read first. */
type Told = { readonly notes?: readonly string[] } & (
	| {
			readonly kind: 'diff';
			/** Facts above the diff: `new file, mode 0644`, `mode 0644 → 0755`, `renamed from …`. */
			readonly facts: readonly string[];
			readonly lines: DiffLines;
			readonly added: number;
			readonly removed: number;
			/** SHA-256 of the new bytes, in hex: an approval is bound to them. */
			readonly content?: string;
	  }
	/** A binary file: facts, and its bytes (or those that change) in hexadecimal. */
	| { readonly kind: 'bytes'; readonly facts: readonly string[]; readonly lines: DiffLines; readonly content?: string }
	/** Binary file, directory, symlink, deletion without text: facts alone. */
	| { readonly kind: 'facts'; readonly facts: readonly string[]; readonly content?: string }
	| {
			readonly kind: 'command';
			readonly argv: readonly string[];
			readonly program: string;
			readonly cwd: string;
			readonly env: Readonly<Record<string, string>>;
			readonly facts: readonly string[];
			/** What the script wanted, where a person edited it. */
			readonly wanted?: readonly string[];
	  }
);

/** What the run is doing. */
export type RunPhase =
	| { readonly kind: 'running' }
	/** The script waits for a line on its standard input, which is the terminal. */
	| { readonly kind: 'input' }
	| { readonly kind: 'ended'; readonly status: number; readonly why: string };

export type ReviewState = {
	readonly session: string;
	readonly script: string;
	readonly policy: string;
	/** The script's working directory: the list shows paths below it without it. */
	readonly cwd?: string;
	readonly phase: RunPhase;
	/** In the order of their ids. The list itself goes on changing with the run (each item is frozen): copy it to keep it. */
	readonly items: readonly ReviewItem[];
	readonly counts: ReviewCounts;
	readonly used?: LimitsUsed;
	readonly limits?: Limits;
	/** Ids that have been on the screen with their whole detail reachable. */
	readonly seen: ReadonlySet<number>;
};

/** How the items stand. */
export type ReviewCounts = {
	readonly pending: number;
	/** The first question for which the script stands still. */
	readonly live: number | undefined;
	/** Those that ran or are applied too. */
	readonly approved: number;
	readonly denied: number;
	/** Approved changes that are not applied yet. */
	readonly toApply: number;
	/** Changes of files, however they stand. */
	readonly changes: number;
};

export type Draft =
	/** `name`: of the file, so that an editor knows its language. */
	| { readonly kind: 'draft'; readonly name: string; readonly bytes: Uint8Array }
	| { readonly kind: 'refused'; readonly why: string };

/** A text to read beside the review. */
export type Source =
	/** `name`: of the file, as the script says it. `about`: what to know of it first, our words. Both texts are unsafe for a terminal. */
	| { readonly kind: 'text'; readonly name: string; readonly text: string; readonly about?: string }
	/** It cannot be shown; why. */
	| { readonly kind: 'none'; readonly why: string };

/** A file or directory that the script asked to read. `path` is unsafe for a terminal. */
export type ReadFile = { readonly path: string; readonly approved: boolean };

/** What a person may want to look at beside what is to be decided. */
export interface Beside {
	/** The text of the script, or of a file of its own that an origin names. Never rejects. */
	source(file: string | undefined): Promise<Source>;
	/** In program order. The list itself goes on growing with the run. */
	reads(): readonly ReadFile[];
}

/** How the review ended. */
export type ReviewEnd = 'apply' | 'later' | 'discard';

/** All that the screen may see and do. Implemented by gate/, rendered by ui/. */
export interface Review {
	state(): ReviewState;
	/** Calls `listener` after each change of state or output; returns how to stop that. */
	subscribe(listener: () => void): () => void;
	/** The script's last output, at most 64 KiB of it, decoded; unsafe for a terminal. */
	output(): string;
	detail(id: number): Promise<Detail>;
	/** What an editor is given of an item that is not decided for good: its new bytes, or the words of its command. */
	draft(id: number, version: string | undefined): Promise<Draft>;
	/** Takes an edited draft (or what is left of a change) in place of what the script wanted. Why not, where it cannot be. */
	revise(id: number, version: string | undefined, bytes: Uint8Array, how: EditWay): Promise<string | undefined>;
	/** `version` is that of the item which was on the screen; nothing happens when it is another by now. */
	markSeen(id: number, version?: string): void;
	/**
	 * Decides a pending item, or changes the decision on a change that is not applied yet. Does nothing when `version`
	 * is no longer the item's, when a rule denied it, or when it is approved though its detail could not be shown.
	 */
	decide(id: number, approval: Approval, version?: string): void;
	/** Approves each pending item that was seen; how many. */
	approveSeen(person: string): number;
	/** Rules from what was asked; absent: there is no policy to put them into. */
	readonly remembering?: Remembering;
	/** Whether something is dangerous about it that its detail tells. */
	careful?(item: ReviewItem): boolean;
	/** The script itself and what it read; absent: nobody knows them. */
	readonly beside?: Beside;
	/** A line for the script's standard input; undefined is its end (Ctrl-D). */
	input(line: string | undefined): void;
	/** Stops the script (Ctrl-C while it runs). */
	stop(): void;
	finish(end: ReviewEnd): void;
}
