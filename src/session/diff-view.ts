/** A comparison as the lines of a screen, each made when it is asked for. */
import { diffWordsWithSpace } from 'diff';
import { decodeName } from '../abi/bytes.ts';
import type { DiffLine, DiffLines, Span } from '../model/review.ts';
import { hunkHeader, hunksOf } from './hunks.ts';
import type { Comparison, Run } from './line-diff.ts';
import { isEnded, type Lines, lineBytes } from './text-lines.ts';

/** Above this many UTF-16 units of a line, one span from the first to the last difference has to do. */
const wordLimit = 2000;

type Block =
	| { readonly kind: 'note'; readonly text: string }
	/** `partner`: the run of the other kind in the same change, paired line by line. */
	| { readonly kind: 'run'; readonly run: Run; readonly partner: Run | undefined };

export function viewOf(comparison: Comparison): DiffLines {
	const blocks: Block[] = [];
	const starts: number[] = [];
	let length = 0;
	const add = (block: Block, count: number) => {
		blocks.push(block);
		starts.push(length);
		length += count;
	};
	for (const hunk of hunksOf(comparison)) {
		if (hunk.folded > 0) add({ kind: 'note', text: `⋯ ${lines(hunk.folded)} unchanged` }, 1);
		add({ kind: 'note', text: hunkHeader(hunk) }, 1);
		for (const [index, run] of hunk.runs.entries()) {
			const other =
				run.kind === 'removed' ? hunk.runs[index + 1] : run.kind === 'added' ? hunk.runs[index - 1] : undefined;
			const partner = other !== undefined && other.kind !== 'same' && other.kind !== run.kind ? other : undefined;
			add({ kind: 'run', run, partner }, run.count);
			if (lacksEnd(comparison, run)) add({ kind: 'note', text: '\\ No newline at end of file' }, 1);
		}
	}
	const rest = foldedAtEnd(comparison);
	if (rest !== undefined) add({ kind: 'note', text: rest }, 1);
	return {
		length,
		at: (index) => {
			const found = lastAtOrBefore(starts, index);
			const block = blocks[found];
			if (block === undefined || index < 0 || index >= length) throw new RangeError(`there is no line ${index}`);
			if (block.kind === 'note') return { kind: 'note', text: block.text };
			return lineAt(comparison, block.run, block.partner, index - (starts[found] ?? 0));
		},
	};
}

function lineAt(comparison: Comparison, run: Run, partner: Run | undefined, offset: number): DiffLine {
	const before = run.before + offset;
	const after = run.after + offset;
	const { skipped } = comparison;
	switch (run.kind) {
		case 'same': {
			const text = textOf(comparison.after, after);
			return { kind: 'same', before: before + skipped + 1, after: after + skipped + 1, text };
		}
		case 'removed': {
			const text = textOf(comparison.before, before);
			const other =
				partner === undefined || offset >= partner.count ? undefined : textOf(comparison.after, partner.after + offset);
			const changed = other === undefined ? undefined : changedSpans(text, other).before;
			return { kind: 'removed', before: before + skipped + 1, text, ...(changed === undefined ? {} : { changed }) };
		}
		case 'added': {
			const text = textOf(comparison.after, after);
			const other =
				partner === undefined || offset >= partner.count
					? undefined
					: textOf(comparison.before, partner.before + offset);
			const changed = other === undefined ? undefined : changedSpans(other, text).after;
			return { kind: 'added', after: after + skipped + 1, text, ...(changed === undefined ? {} : { changed }) };
		}
	}
}

/** The words that differ between two lines. Undefined: they have next to nothing in common, so marks would only confuse. */
function changedSpans(before: string, after: string): { before?: Span[]; after?: Span[] } {
	if (before.length > wordLimit || after.length > wordLimit) return outerSpans(before, after);
	const parts = diffWordsWithSpace(before, after, { timeout: 50 });
	if (parts === undefined) return outerSpans(before, after);
	const spans: { before: Span[]; after: Span[] } = { before: [], after: [] };
	let at = 0;
	let to = 0;
	let common = 0;
	for (const { value, added, removed } of parts) {
		if (removed) spans.before.push({ start: at, end: at + value.length });
		if (added) spans.after.push({ start: to, end: to + value.length });
		if (!added) at += value.length;
		if (!removed) to += value.length;
		if (!added && !removed) common += value.trim().length;
	}
	return common === 0 ? {} : spans;
}

function outerSpans(before: string, after: string): { before: Span[]; after: Span[] } {
	const most = Math.min(before.length, after.length);
	let head = 0;
	while (head < most && before[head] === after[head]) head++;
	let tail = 0;
	while (tail < most - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
	const span = (text: string): Span[] => (head < text.length - tail ? [{ start: head, end: text.length - tail }] : []);
	return { before: span(before), after: span(after) };
}

function textOf(side: Lines, index: number): string {
	return decodeName(lineBytes(side, index));
}

function lacksEnd(comparison: Comparison, run: Run): boolean {
	const side = run.kind === 'removed' ? comparison.before : comparison.after;
	const last = (run.kind === 'removed' ? run.before : run.after) + run.count - 1;
	return !isEnded(side, last);
}

/** What is equal below the last hunk: how much of it there is would cost a walk through all of it. */
function foldedAtEnd(comparison: Comparison): string | undefined {
	const last = comparison.runs.at(-1);
	return comparison.more || (last?.kind === 'same' && last.count > 3) ? '⋯ the rest is unchanged' : undefined;
}

function lines(count: number): string {
	return count === 1 ? '1 line' : `${count.toLocaleString('en')} lines`;
}

function lastAtOrBefore(starts: readonly number[], index: number): number {
	let low = 0;
	let high = starts.length - 1;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if ((starts[middle] ?? 0) <= index) low = middle;
		else high = middle - 1;
	}
	return low;
}
