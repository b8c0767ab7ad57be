/** How many lines each change adds and removes, for the report: counted before it is applied, and within bounds. */
import type { Change } from '../model/change.ts';
import type { Detail } from '../model/review.ts';

export type LineCount = { readonly added: number; readonly removed: number };

export type LineCounts = {
	/** Counts those that are not counted yet. */
	count(changes: readonly Change[]): void;
	get(change: Change): LineCount | undefined;
};

/** A report of very many or very large changes goes without counts for some: a run is not to wait for them. */
const mostChanges = 500;
const mostBytes = 8 * 1024 * 1024;
const mostMs = 500;

/** `now`: milliseconds. */
export function createLineCounts(detail: (change: Change) => Detail, now: () => number): LineCounts {
	const known = new Map<Change, LineCount | undefined>();
	let bytes = 0;
	let ms = 0;
	return {
		count(changes) {
			for (const change of changes) {
				if (known.has(change)) continue;
				if (known.size >= mostChanges || ms > mostMs) return;
				const size = sizeOf(change);
				if (bytes + size > mostBytes) continue;
				bytes += size;
				const began = now();
				known.set(change, countOf(detail(change)));
				ms += now() - began;
			}
		},
		get: (change) => known.get(change),
	};
}

function countOf(detail: Detail): LineCount | undefined {
	return detail.kind === 'diff' ? { added: detail.added, removed: detail.removed } : undefined;
}

function sizeOf(change: Change): number {
	const before = change.kind === 'create' ? 0 : change.base.size;
	const after = change.kind !== 'delete' && change.after.type === 'file' ? change.after.size : 0;
	return before + after;
}
