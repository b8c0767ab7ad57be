/** The review's items in program order, found by id without looking through all of them. */

import type { ReviewItem } from '../model/review.ts';

export interface ItemList {
	/** An immutable copy, made anew only when something changed. */
	all(): readonly ReviewItem[];
	get(id: number): ReviewItem | undefined;
	/** Adds, or replaces the one with the same id. */
	put(item: ReviewItem): void;
	/** Drops all for which `drop` is true and adds `items`. */
	replace(drop: (item: ReviewItem) => boolean, items: readonly ReviewItem[]): void;
}

export function createItemList(): ItemList {
	let items: ReviewItem[] = [];
	let copy: readonly ReviewItem[] | undefined;
	return {
		all() {
			copy ??= Object.freeze(items.slice());
			return copy;
		},
		get(id) {
			const at = place(items, id);
			return items[at]?.id === id ? items[at] : undefined;
		},
		put(item) {
			const at = place(items, item.id);
			items.splice(at, items[at]?.id === item.id ? 1 : 0, item);
			copy = undefined;
		},
		replace(drop, added) {
			const byId = new Map<number, ReviewItem>();
			for (const item of items) if (!drop(item)) byId.set(item.id, item);
			for (const item of added) byId.set(item.id, item);
			items = [...byId.values()].sort((a, b) => a.id - b.id);
			copy = undefined;
		},
	};
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
