import type { Approval, DecidedBy } from './decision.ts';
import type { Effect } from './effect.ts';
import type { LimitName } from './limits.ts';

/** SHA-256 in hex. */
export type RunHashes = {
	/** The script's bytes when the run began; of `-c`, the code; of `-`, the input. */
	readonly script: string;
	/** The policy's text. */
	readonly policy: string;
	/** The interpreter's library. */
	readonly interpreter: string;
};

/** machine: as it was found; script: what the script wanted; merged: the changes of both; edited: by the person. */
export type ResolvedHow = 'machine' | 'script' | 'merged' | 'edited';

/** What happened in a run, in order, as it goes to events.jsonl. `at` is milliseconds since the epoch. */
export type RunEvent =
	| {
			readonly kind: 'started';
			readonly at: number;
			readonly script: string;
			readonly policy: string;
			readonly runtime: string;
			/** Of approve-run. */
			readonly version?: string;
			readonly mode?: 'review' | 'plan' | 'unattended';
			readonly hashes?: RunHashes;
	  }
	/** A person opened the review; what `decided` and `effect` say of a person until the next one was decided there. */
	| {
			readonly kind: 'review-opened';
			readonly at: number;
			readonly person: string;
			readonly uid: number;
			/** Such as /dev/pts/3. */
			readonly terminal?: string;
	  }
	/** An effect and its final answer. `id` counts from 1 in program order. */
	| {
			readonly kind: 'effect';
			readonly at: number;
			readonly id: number;
			readonly effect: Effect;
			readonly approval: Approval;
	  }
	/** A command ended: its exit status, or the signal's name. */
	| {
			readonly kind: 'command-ended';
			readonly at: number;
			readonly id: number;
			readonly status: number;
			readonly signal?: string;
	  }
	/** A call that nobody implements; told once per name. */
	| { readonly kind: 'unsupported'; readonly at: number; readonly call: string }
	| { readonly kind: 'limit'; readonly at: number; readonly limit: LimitName; readonly allowed: number }
	/** What the run took from the machine was kept, to be played again; of the tape's log. */
	| { readonly kind: 'taped'; readonly at: number; readonly sha256: string }
	| { readonly kind: 'failed'; readonly at: number; readonly error: string }
	/** The script ended by itself. */
	| { readonly kind: 'ended'; readonly at: number; readonly status: number; readonly signal?: number }
	/** A change of the change set was decided (by a rule at the end, or by a person). */
	| { readonly kind: 'decided'; readonly at: number; readonly effect: Effect; readonly approval: Approval }
	/** The machine had changed since the script saw it, and somebody said what becomes of that. */
	| {
			readonly kind: 'resolved';
			readonly at: number;
			readonly path: string;
			/** What stands at the path afterwards. */
			readonly how: ResolvedHow;
			readonly by: DecidedBy;
			/** Of the bytes that were put there. */
			readonly sha256?: string;
	  }
	| { readonly kind: 'applied'; readonly at: number; readonly paths: readonly string[] }
	| { readonly kind: 'rolled-back'; readonly at: number; readonly paths: readonly string[] }
	| { readonly kind: 'discarded'; readonly at: number };
