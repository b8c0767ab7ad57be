/** Compares two texts line by line: what is equal at both ends is cut off as bytes, what is left goes to `diff`. */
import { diffArrays } from 'diff';
import {
	commonEnds,
	countLineEnds,
	type Lines,
	lineCount,
	lineStart,
	linesAbove,
	linesBelow,
	splitLines,
} from './text-lines.ts';

/** A run of lines. `before` and `after` are indexes into Comparison.before and .after of the run's first line. */
export type Run = {
	readonly kind: 'same' | 'removed' | 'added';
	readonly before: number;
	readonly after: number;
	readonly count: number;
};

export type Comparison = {
	/** The part of each text that was looked at line by line: what differs, with some context around it. */
	readonly before: Lines;
	readonly after: Lines;
	/** Lines above that part; equal in both texts. */
	readonly skipped: number;
	/** Whether lines below that part were left out; equal in both texts. */
	readonly more: boolean;
	/** In order, each as long as can be; in a change `removed` comes before `added`. */
	readonly runs: readonly Run[];
	readonly added: number;
	readonly removed: number;
	/** False: there was no time to pair the lines, so all of the old are removed and all of the new added. */
	readonly paired: boolean;
};

/** Lines of context that stay around what differs. */
export const contextLines = 3;

/** More than this is not looked at line by line: bytes of a side, and lines of both. */
const mostPaired = 16 * 1024 * 1024;
const mostLines = 200_000;

/** `timeout` in milliseconds: two unrelated files of 8,000 lines would take 14 s. */
export function compareTexts(before: Buffer, after: Buffer, timeout = 200): Comparison {
	const { head, tail } = commonEnds(before, after);
	const from = linesAbove(before, head, contextLines);
	const beforeEnd = before.length - tail;
	const afterEnd = after.length - tail;
	const context = linesBelow(before, beforeEnd, contextLines) - beforeEnd;
	const lines = {
		before: splitLines(before, from, beforeEnd + context),
		after: splitLines(after, from, afterEnd + context),
	};
	const above = lineCount(splitLines(before, from, head));
	const below = lineCount(splitLines(before, beforeEnd, beforeEnd + context));
	const middle = pair(lines.before, lines.after, above, below, timeout);
	const runs = merge([
		{ kind: 'same', before: 0, after: 0, count: above },
		...middle.runs,
		{ kind: 'same', before: lineCount(lines.before) - below, after: lineCount(lines.after) - below, count: below },
	]);
	const total = (kind: Run['kind']) => runs.reduce((sum, run) => (run.kind === kind ? sum + run.count : sum), 0);
	return {
		...lines,
		skipped: countLineEnds(before, from),
		more: beforeEnd + context < before.length,
		runs,
		added: total('added'),
		removed: total('removed'),
		paired: middle.paired,
	};
}

function pair(
	before: Lines,
	after: Lines,
	above: number,
	below: number,
	timeout: number,
): { readonly runs: Run[]; readonly paired: boolean } {
	const oldCount = lineCount(before) - above - below;
	const newCount = lineCount(after) - above - below;
	const whole = (): Run[] => [
		{ kind: 'removed', before: above, after: above, count: oldCount },
		{ kind: 'added', before: above + oldCount, after: above, count: newCount },
	];
	if (oldCount === 0 || newCount === 0) return { runs: whole(), paired: true };
	if (before.to - before.from > mostPaired || after.to - after.from > mostPaired || oldCount + newCount > mostLines)
		return { runs: whole(), paired: false };
	const numbers = new Map<string, number>();
	const parts = diffArrays(
		numberLines(before, above, oldCount, numbers),
		numberLines(after, above, newCount, numbers),
		{ timeout },
	);
	if (parts === undefined) return { runs: whole(), paired: false };
	const runs: Run[] = [];
	let at = above;
	let to = above;
	for (const part of parts) {
		const kind = part.added ? 'added' : part.removed ? 'removed' : 'same';
		runs.push({ kind, before: at, after: to, count: part.count });
		if (kind !== 'added') at += part.count;
		if (kind !== 'removed') to += part.count;
	}
	return { runs, paired: true };
}

/** Equal lines get equal numbers: those are compared much faster. The line end counts. */
function numberLines(lines: Lines, from: number, count: number, numbers: Map<string, number>): number[] {
	const result: number[] = [];
	let end = lineStart(lines, from);
	for (let index = from; index < from + count; index++) {
		const start = end;
		end = lines.bytes.indexOf(10, start) + 1;
		if (end === 0 || end > lines.to) end = lines.to;
		const text = lines.bytes.toString('latin1', start, end);
		let number = numbers.get(text);
		if (number === undefined) {
			number = numbers.size;
			numbers.set(text, number);
		}
		result.push(number);
	}
	return result;
}

/** Joins runs of one kind and puts `removed` before `added` within a change. */
function merge(runs: readonly Run[]): Run[] {
	const merged: Run[] = [];
	for (const run of runs) {
		if (run.count === 0) continue;
		const last = merged.at(-1);
		const beforeLast = merged.at(-2);
		if (last?.kind === run.kind) merged[merged.length - 1] = { ...last, count: last.count + run.count };
		else if (run.kind === 'removed' && last?.kind === 'added') {
			if (beforeLast?.kind === 'removed') {
				merged[merged.length - 2] = { ...beforeLast, count: beforeLast.count + run.count };
				merged[merged.length - 1] = { ...last, before: last.before + run.count };
			} else {
				merged[merged.length - 1] = { ...run, after: last.after };
				merged.push({ ...last, before: last.before + run.count });
			}
		} else merged.push(run);
	}
	return merged;
}
