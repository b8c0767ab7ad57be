/** Groups the runs of a comparison into hunks, as `diff -u` does: changes with their context, the rest left out. */
import { type Comparison, contextLines, type Run } from './line-diff.ts';

export type Hunk = {
	/** Numbers of the first line, from 1 (0 where the side has no line). */
	readonly beforeStart: number;
	readonly beforeCount: number;
	readonly afterStart: number;
	readonly afterCount: number;
	/** Equal lines that were left out before this hunk. */
	readonly folded: number;
	readonly runs: readonly Run[];
};

export function hunksOf(comparison: Comparison, context = contextLines): Hunk[] {
	const groups: Run[][] = [];
	let current: Run[] = [];
	const { runs } = comparison;
	for (const [index, run] of runs.entries()) {
		if (run.kind !== 'same') {
			current.push(run);
			continue;
		}
		const isFirst = index === 0;
		const isLast = index === runs.length - 1;
		if (!isFirst && !isLast && run.count <= 2 * context) {
			current.push(run);
			continue;
		}
		if (!isFirst) {
			current.push({ ...run, count: Math.min(run.count, context) });
			groups.push(current);
		}
		if (isLast) {
			current = [];
			continue;
		}
		const drop = Math.max(0, run.count - context);
		current = [{ ...run, before: run.before + drop, after: run.after + drop, count: run.count - drop }];
	}
	if (current.some(({ kind }) => kind !== 'same')) groups.push(current);
	return describe(groups, comparison.skipped);
}

/** `@@ -1,5 +1,6 @@`, where a count of 1 is left out as git does. */
export function hunkHeader(hunk: Hunk): string {
	const range = (start: number, count: number) => (count === 1 ? `${start}` : `${start},${count}`);
	return `@@ -${range(hunk.beforeStart, hunk.beforeCount)} +${range(hunk.afterStart, hunk.afterCount)} @@`;
}

function describe(groups: readonly Run[][], skipped: number): Hunk[] {
	const hunks: Hunk[] = [];
	let seen = 0;
	for (const runs of groups) {
		const [first] = runs;
		if (first === undefined) continue;
		const count = (kind: Run['kind']) =>
			runs.reduce((sum, run) => (run.kind === kind || run.kind === 'same' ? sum + run.count : sum), 0);
		const beforeCount = count('removed');
		const afterCount = count('added');
		const before = first.before + skipped;
		const after = first.after + skipped;
		hunks.push({
			beforeStart: beforeCount === 0 ? before : before + 1,
			beforeCount,
			afterStart: afterCount === 0 ? after : after + 1,
			afterCount,
			folded: before - seen,
			runs,
		});
		seen = before + beforeCount;
	}
	return hunks;
}
