/** The rows of the review's list that stand for changes. */
import type { Change } from '../model/change.ts';
import type { Approval } from '../model/decision.ts';
import type { PathEffect } from '../model/effect.ts';
import type { ItemState, ReviewItem } from '../model/review.ts';
import type { DecidedChange } from './change-decisions.ts';

/** `row`: made once for each state of a change, for one decision among 100,000 does not make all rows anew. */
export type Judged = DecidedChange & { row: ReviewItem | undefined };

export function rowOf(one: Judged): ReviewItem {
	one.row ??= Object.freeze(itemOf(one, stateOf(one.approval)));
	return one.row;
}

export function itemOf({ change, edit }: DecidedChange, state: ItemState): ReviewItem {
	const { order: id, kind, path } = change;
	const effect: PathEffect = { kind: kind === 'delete' ? 'delete' : 'write', path };
	const version = versionOf(change);
	// Whole literals for what there are many of: to spread into one costs as much as all else.
	if (kind !== 'rename' && edit === undefined) return { id, effect, change: kind, state, version };
	const from = kind === 'rename' ? { from: change.from } : {};
	return { id, effect, change: kind, ...from, state, version, ...(edit === undefined ? {} : { edit }) };
}

const pending: ItemState = Object.freeze({ kind: 'pending', live: false });

function stateOf(approval: Approval | undefined): ItemState {
	if (approval === undefined) return pending;
	const { approved, by, because } = approval;
	const kind = approved ? 'approved' : 'denied';
	return because === undefined ? { kind, by } : { kind, by, because };
}

/** Tells two states of a change apart: an approval is bound to the one that was shown. */
export function versionOf(change: Change): string {
	return JSON.stringify(change);
}
