/** The review's items in program order, found by id and counted without looking through all of them. */

import type { ReviewCounts, ReviewItem } from '../model/review.ts';

export interface ItemList {
	/** The list itself: it changes. A copy for each notice would cost 20 MB/s with 100,000 items. */
	readonly all: readonly ReviewItem[];
	get(id: number): ReviewItem | undefined;
	/** Adds, or replaces the one with the same id. */
	put(item: ReviewItem): void;
	/** Drops all for which `drop` is true and adds `items`. */
	replace(drop: (item: ReviewItem) => boolean, items: readonly ReviewItem[]): void;
	counts(): ReviewCounts;
}

export function createItemList(): ItemList {
	const items: ReviewItem[] = [];
	const live = new Set<number>();
	const tally = { pending: 0, approved: 0, denied: 0, toApply: 0, changes: 0 };

	function weigh(item: ReviewItem, by: 1 | -1): void {
		const { state, change, id } = item;
		if (change !== undefined) tally.changes += by;
		switch (state.kind) {
			case 'pending':
				tally.pending += by;
				if (state.live && by === 1) live.add(id);
				else live.delete(id);
				break;
			case 'approved':
				tally.approved += by;
				if (change !== undefined) tally.toApply += by;
				break;
			case 'denied':
				tally.denied += by;
				break;
			case 'ran':
			case 'applied':
				tally.approved += by;
				break;
		}
	}

	return {
		all: items,
		get(id) {
			const item = items[place(items, id)];
			return item?.id === id ? item : undefined;
		},
		put(item) {
			const at = place(items, item.id);
			const old = items[at];
			const frozen = kept(item);
			if (old?.id === item.id) {
				weigh(old, -1);
				items[at] = frozen;
			} else if (at === items.length) {
				items.push(frozen);
			} else {
				items.splice(at, 0, frozen);
			}
			weigh(frozen, 1);
		},
		replace(drop, added) {
			for (const item of items) weigh(item, -1);
			const next = merged(
				items.filter((item) => !drop(item)),
				added.map(kept),
			);
			items.length = 0;
			for (const item of next) {
				items.push(item);
				weigh(item, 1);
			}
		},
		counts() {
			const [first] = live;
			return { ...tally, live: first };
		},
	};
}

/** By id; of two with the same one, that of `added`. */
function merged(left: readonly ReviewItem[], added: readonly ReviewItem[]): readonly ReviewItem[] {
	// So it is at the end of a run, with as many as there will ever be.
	if (left.length === 0 && added.every(({ id }, index) => index === 0 || id > (added[index - 1]?.id ?? id)))
		return added;
	const byId = new Map(left.map((item) => [item.id, item]));
	for (const item of added) byId.set(item.id, item);
	return [...byId.values()].sort((a, b) => a.id - b.id);
}

/** Nobody changes it any more: a copy, where whoever gave it still could. */
function kept(item: ReviewItem): ReviewItem {
	return Object.isFrozen(item) ? item : Object.freeze({ ...item });
}

/** Index of the first item whose id is not smaller. */
function place(items: readonly ReviewItem[], id: number): number {
	let low = 0;
	let high = items.length;
	// Most come at the end.
	if ((items[high - 1]?.id ?? Number.NEGATIVE_INFINITY) < id) return high;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((items[middle]?.id ?? 0) < id) low = middle + 1;
		else high = middle;
	}
	return low;
}
