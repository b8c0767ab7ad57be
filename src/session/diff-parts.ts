/** The changes of a diff one by one, and the file that comes of some of them alone. */
import type { DiffPart, DiffParts, LineRange } from '../model/review.ts';
import { hunksOf } from './hunks.ts';
import type { Comparison, Run } from './line-diff.ts';
import { type Lines, lineCount, lineEnd, lineStart } from './text-lines.ts';

/** `rowOf`: the line of the diff that shows a removed or added line, by its number. */
export function partsOf(comparison: Comparison, rowOf: (side: 'removed' | 'added', line: number) => number): DiffParts {
	let hunks: DiffPart[][] | undefined;
	return {
		get hunks() {
			hunks ??= hunksOf(comparison).map(({ runs }) => changesOf(runs, comparison.skipped));
			return hunks;
		},
		lineOf: ({ removed, added }) =>
			removed.end > removed.start ? rowOf('removed', removed.start) : rowOf('added', added.start),
		take: (parts) => assemble(comparison, parts),
	};
}

/** Removed and added runs that stand next to each other are one change. */
function changesOf(runs: readonly Run[], skipped: number): DiffPart[] {
	const parts: DiffPart[] = [];
	for (const [index, run] of runs.entries()) {
		const before = run.before + skipped + 1;
		const after = run.after + skipped + 1;
		const next = runs[index + 1];
		if (run.kind === 'removed') {
			const added = next?.kind === 'added' ? next.count : 0;
			parts.push({ removed: range(before, run.count), added: range(after, added) });
		} else if (run.kind === 'added' && runs[index - 1]?.kind !== 'removed') {
			parts.push({ removed: range(before, 0), added: range(after, run.count) });
		}
	}
	return parts;
}

function range(start: number, count: number): LineRange {
	return { start, end: start + count };
}

/** Lines that are not taken stay as they were: removed ones are kept, added ones left out. */
function assemble({ before, after, skipped, runs }: Comparison, parts: readonly DiffPart[]): Uint8Array {
	const removed = sorted(parts.map((part) => part.removed));
	const added = sorted(parts.map((part) => part.added));
	const pieces: Buffer[] = [after.bytes.subarray(0, lineStart(after, 0))];
	const add = (lines: Lines, first: number, count: number): void => {
		const last = pieces.at(-1);
		// A line that was the last one and had no end gets one when another follows it.
		if (last !== undefined && last.length > 0 && last[last.length - 1] !== 10) pieces.push(Buffer.from('\n'));
		pieces.push(lines.bytes.subarray(lineStart(lines, first), lineEnd(lines, first + count - 1)));
	};
	for (const run of runs) {
		const [lines, first] = run.kind === 'removed' ? [before, run.before] : [after, run.after];
		if (run.kind === 'same') {
			if (run.count > 0) add(lines, first, run.count);
			continue;
		}
		const taken = run.kind === 'removed' ? removed : added;
		for (let index = first; index < first + run.count; index += 1) {
			if (isIn(taken, index + skipped + 1) === (run.kind === 'added')) add(lines, index, 1);
		}
	}
	pieces.push(after.bytes.subarray(lineEnd(after, lineCount(after) - 1)));
	return Buffer.concat(pieces);
}

function sorted(ranges: readonly LineRange[]): readonly LineRange[] {
	return ranges.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start);
}

/** The ranges do not overlap. */
function isIn(ranges: readonly LineRange[], line: number): boolean {
	let low = 0;
	let high = ranges.length - 1;
	while (low <= high) {
		const middle = (low + high) >> 1;
		const { start, end } = ranges[middle] ?? { start: 0, end: 0 };
		if (line < start) high = middle - 1;
		else if (line >= end) low = middle + 1;
		else return true;
	}
	return false;
}
