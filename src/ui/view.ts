/** What the person has on the screen, apart from the review itself. */
import type { Approval, EditWay } from '../model/decision.ts';
import type { Detail, DiffParts, ReviewCounts, ReviewEnd, ReviewItem, ReviewState } from '../model/review.ts';
import type { AsideKind } from './aside.ts';
import type { BesideWants } from './beside.ts';
import type { Document } from './document.ts';
import type { Choice } from './hunk-choice.ts';
import type { Layout } from './layout.ts';
import type { Line } from './line-editor.ts';

export type Mode =
	| { readonly kind: 'items' }
	| { readonly kind: 'search'; readonly line: Line }
	/** The script's output, all of the screen; `up`: rows above its end. */
	| { readonly kind: 'output'; readonly up: number; readonly side: number }
	| { readonly kind: 'help'; readonly scroll: number }
	/** What is no decision, all of the screen; `scroll` is undefined until it is known where the line looked for stands. */
	| (BesideWants & { readonly kind: 'beside'; readonly scroll: number | undefined; readonly side: number })
	| { readonly kind: 'confirm'; readonly what: 'finish' | 'leave'; readonly count: number }
	/** A line for the script's standard input. */
	| { readonly kind: 'input'; readonly line: Line }
	/** Why an item is denied; `item`: as it was on the screen. */
	| { readonly kind: 'reason'; readonly line: Line; readonly item: ReviewItem }
	/** Parts of a change, to be taken or left out; `version`: of what was on the screen. */
	| {
			readonly kind: 'hunks';
			readonly choice: Choice;
			readonly parts: DiffParts;
			readonly id: number;
			readonly version: string | undefined;
	  }
	/** An editor has the terminal, or an edit is being taken over. */
	| { readonly kind: 'editing' };

export type View = {
	readonly mode: Mode;
	readonly selected: number | undefined;
	/** Index of the first item in the list's window. */
	readonly top: number;
	/** First row of the detail in its window, and cells that it has moved to the left. */
	readonly scroll: number;
	readonly side: number;
	/** The detail has all of the width. */
	readonly detailAlone: boolean;
	/** Old and new side by side; `auto`: where the screen is wide. */
	readonly sides: 'auto' | 'one' | 'two';
	/** Long lines are broken, and not moved sideways. */
	readonly wraps: boolean;
	/** What the last search looked for, in lower case, and the row of the detail it found. */
	readonly query: string | undefined;
	readonly found: number | undefined;
	/** One sentence of ours in place of the keys, until the next key. */
	readonly message: string | undefined;
};

export const firstView: View = {
	mode: { kind: 'items' },
	selected: undefined,
	top: 0,
	scroll: 0,
	side: 0,
	detailAlone: false,
	sides: 'auto',
	wraps: true,
	query: undefined,
	found: undefined,
	message: undefined,
};

/** What a key may look at. */
export type World = {
	readonly state: ReviewState;
	readonly counts: ReviewCounts;
	readonly layout: Layout;
	/** Of the selected item. */
	readonly item: ReviewItem | undefined;
	readonly index: number;
	readonly detail: Detail | undefined;
	readonly document: Document | undefined;
	/** Old and new are side by side now. */
	readonly sides: boolean;
	/** What is asked now has been on the screen long enough for a key to be an answer to it. */
	readonly settled: boolean;
	readonly person: string;
	/** Does any row on the screen go on behind the right edge, when moved by `side`? */
	goesOn(side: number): boolean;
	/** Lines of the script's output. */
	readonly outputLines: number;
	readonly helpLines: number;
	/** Something is dangerous about it. */
	careful(item: ReviewItem): boolean;
	/** The script and what it read are there to be looked at. */
	readonly canLookBeside: boolean;
	/** Of what has the screen in the mode `beside`. */
	readonly besideLines: number;
};

/** What a key makes happen outside of the view. */
export type Action =
	| { readonly kind: 'decide'; readonly item: ReviewItem; readonly approval: Approval }
	| { readonly kind: 'approve-seen' }
	| { readonly kind: 'edit'; readonly item: ReviewItem }
	| { readonly kind: 'revise'; readonly item: ReviewItem; readonly bytes: Uint8Array; readonly how: EditWay }
	/** Gives the screen to a page of its own. */
	| { readonly kind: 'aside'; readonly what: AsideKind; readonly item: ReviewItem }
	/** Shows more of the folded lines on the screen. */
	| { readonly kind: 'unfold' }
	| { readonly kind: 'input'; readonly line: string | undefined }
	| { readonly kind: 'stop' }
	| { readonly kind: 'finish'; readonly end: ReviewEnd };

export type Step = { readonly view: View; readonly action?: Action };

/** Index of the item with this id, or -1. Items are in the order of their ids. */
export function indexOf(items: readonly ReviewItem[], id: number | undefined): number {
	if (id === undefined) return -1;
	let low = 0;
	let high = items.length - 1;
	while (low <= high) {
		const middle = (low + high) >> 1;
		const here = items[middle]?.id ?? 0;
		if (here === id) return middle;
		if (here < id) low = middle + 1;
		else high = middle - 1;
	}
	return -1;
}
