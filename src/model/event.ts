import type { Approval } from './decision.ts';
import type { Effect } from './effect.ts';
import type { LimitName } from './limits.ts';

/** What happened in a run, in order, as it goes to events.jsonl. `at` is milliseconds since the epoch. */
export type RunEvent =
	| {
			readonly kind: 'started';
			readonly at: number;
			readonly script: string;
			readonly policy: string;
			readonly runtime: string;
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
	| { readonly kind: 'failed'; readonly at: number; readonly error: string }
	/** The script ended by itself. */
	| { readonly kind: 'ended'; readonly at: number; readonly status: number; readonly signal?: number }
	/** A change of the change set was decided (by a rule at the end, or by a person). */
	| { readonly kind: 'decided'; readonly at: number; readonly effect: Effect; readonly approval: Approval }
	| { readonly kind: 'applied'; readonly at: number; readonly paths: readonly string[] }
	| { readonly kind: 'rolled-back'; readonly at: number; readonly paths: readonly string[] }
	| { readonly kind: 'discarded'; readonly at: number };
