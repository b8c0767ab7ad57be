/** A comparison as the lines of a screen, each made when it is asked for. */
import { decodeName } from '../abi/bytes.ts';
import type { DiffLine, DiffLines } from '../model/review.ts';
import { changedSpans } from './changed-words.ts';
import { partsOf } from './diff-parts.ts';
import { hunkHeader, hunksOf } from './hunks.ts';
import type { Comparison, Run } from './line-diff.ts';
import { pairsOf } from './side-by-side.ts';
import {
	isEnded,
	type Lines,
	lineBytes,
	lineCount,
	lineStart,
	linesAbove,
	linesBelow,
	splitLines,
} from './text-lines.ts';

/** So many lines of a fold are shown at each of its ends at one time; one that is not much longer is shown whole. */
const unfoldLines = 50;

/** Long lines that are kept as text, so that they are not made of bytes with every key. */
const keptLines = 64;

/** Lines that stand next to each other in both texts, and the numbers of the line before each. */
export type Stretch = {
	readonly before: Lines;
	readonly after: Lines;
	readonly beforeNumber: number;
	readonly afterNumber: number;
};

export type Block =
	| { readonly kind: 'note'; readonly text: string }
	/** `partner`: the run of the other kind in the same change, paired line by line. */
	| { readonly kind: 'run'; readonly run: Run; readonly partner: Run | undefined; readonly in: Stretch }
	/** Equal lines of `in` from `run`, of which `count` may be unknown: then they go on to the end. */
	| { readonly kind: 'fold'; readonly fold: Fold };

type Fold =
	/** All above `byte` (of `after`): so many lines. */
	| { readonly kind: 'above'; readonly byte: number; readonly count: number }
	/** All below; how much that is would cost a walk through all of it. */
	| { readonly kind: 'below'; readonly byte: number; readonly beforeNumber: number; readonly afterNumber: number }
	| { readonly kind: 'between'; readonly run: Run };

export function viewOf(comparison: Comparison): DiffLines {
	const stretch = stretchOf(comparison);
	const blocks: Block[] = [];
	const { skipped, after } = comparison;
	let shown = 0;
	for (const hunk of hunksOf(comparison)) {
		const [first] = hunk.runs;
		const hidden = (first?.before ?? 0) - shown;
		if (skipped > 0 && shown === 0) {
			blocks.push({ kind: 'fold', fold: { kind: 'above', byte: lineStart(after, 0), count: skipped } });
		}
		if (hidden > 0 && first !== undefined) {
			const run: Run = { kind: 'same', before: shown, after: first.after - hidden, count: hidden };
			blocks.push({ kind: 'fold', fold: { kind: 'between', run } });
		}
		blocks.push({ kind: 'note', text: hunkHeader(hunk) });
		for (const [index, run] of hunk.runs.entries()) {
			const other =
				run.kind === 'removed' ? hunk.runs[index + 1] : run.kind === 'added' ? hunk.runs[index - 1] : undefined;
			const partner = other !== undefined && other.kind !== 'same' && other.kind !== run.kind ? other : undefined;
			blocks.push({ kind: 'run', run, partner, in: stretch });
			if (lacksEnd(comparison, run)) blocks.push({ kind: 'note', text: '\\ No newline at end of file' });
			if (run.kind !== 'added') shown = run.before + run.count;
		}
	}
	blocks.push(...endOf(comparison, shown));
	return fromBlocks(blocks, comparison);
}

function fromBlocks(blocks: readonly Block[], comparison: Comparison): DiffLines {
	const starts: number[] = [];
	let length = 0;
	for (const block of blocks) {
		starts.push(length);
		length += block.kind === 'run' ? block.run.count : 1;
	}
	const make = (index: number): DiffLine => {
		const found = lastAtOrBefore(starts, index);
		const block = blocks[found];
		if (block === undefined || index < 0 || index >= length) throw new RangeError(`there is no line ${index}`);
		return block.kind === 'run' ? lineAt(block, index - (starts[found] ?? 0)) : textLine(block);
	};
	/** The lines on the screen are asked for again with every key. */
	const made = new Map<number, DiffLine>();
	const view: DiffLines = {
		length,
		at: (index) => {
			const known = made.get(index);
			if (known !== undefined) return known;
			const line = make(index);
			if (line.text.length > 1000) {
				if (made.size >= keptLines) made.clear();
				made.set(index, line);
			}
			return line;
		},
		unfold: (index) => {
			const found = lastAtOrBefore(starts, index);
			const block = blocks[found];
			if (block?.kind !== 'fold') return view;
			return fromBlocks(
				[...blocks.slice(0, found), ...opened(block.fold, comparison), ...blocks.slice(found + 1)],
				comparison,
			);
		},
		pairs: () => pairsOf(blocks, starts, view.at),
		parts: partsOf(comparison, (side, line) => {
			const at = blocks.findIndex(
				(block) => block.kind === 'run' && block.run.kind === side && holds(block, side, line),
			);
			const block = blocks[at];
			return block?.kind === 'run' ? (starts[at] ?? 0) + line - firstNumber(block, side) : 0;
		}),
	};
	return view;
}

function stretchOf({ before, after, skipped }: Comparison): Stretch {
	return { before, after, beforeNumber: skipped, afterNumber: skipped };
}

type RunBlock = Extract<Block, { kind: 'run' }>;

/** The number of a run's first line, on the side that it is of. */
function firstNumber({ run, in: { beforeNumber, afterNumber } }: RunBlock, side: 'removed' | 'added'): number {
	return side === 'removed' ? run.before + beforeNumber + 1 : run.after + afterNumber + 1;
}

function holds(block: RunBlock, side: 'removed' | 'added', line: number): boolean {
	const first = firstNumber(block, side);
	return line >= first && line < first + block.run.count;
}

function textLine(block: Exclude<Block, RunBlock>): DiffLine {
	if (block.kind === 'note') return { kind: 'note', text: block.text };
	const { fold } = block;
	switch (fold.kind) {
		case 'above':
			return { kind: 'fold', text: `⋯ ${lines(fold.count)} unchanged` };
		case 'between':
			return { kind: 'fold', text: `⋯ ${lines(fold.run.count)} unchanged` };
		case 'below':
			return { kind: 'fold', text: '⋯ the rest is unchanged' };
	}
}

/** What stands in the place of a fold once more of it is shown. */
function opened(fold: Fold, comparison: Comparison): Block[] {
	const { bytes } = comparison.after;
	switch (fold.kind) {
		case 'above': {
			const from = linesAbove(bytes, fold.byte, fold.count > 2 * unfoldLines ? unfoldLines : fold.count);
			const part = splitLines(bytes, from, fold.byte);
			const count = fold.count - lineCount(part);
			const rest: Block[] = count === 0 ? [] : [{ kind: 'fold', fold: { ...fold, byte: from, count } }];
			return [...rest, sameBlock(part, count, count)];
		}
		case 'below': {
			const to = linesBelow(bytes, fold.byte, unfoldLines);
			const part = splitLines(bytes, fold.byte, to);
			const shown = lineCount(part);
			const beforeNumber = fold.beforeNumber + shown;
			const afterNumber = fold.afterNumber + shown;
			const rest: Block[] =
				to < bytes.length ? [{ kind: 'fold', fold: { ...fold, byte: to, beforeNumber, afterNumber } }] : [];
			return [sameBlock(part, fold.beforeNumber, fold.afterNumber), ...rest];
		}
		case 'between': {
			const { run } = fold;
			const part = (from: number, count: number): Run => ({
				kind: 'same',
				before: run.before + from,
				after: run.after + from,
				count,
			});
			const show = (shown: Run): Block => ({ kind: 'run', run: shown, partner: undefined, in: stretchOf(comparison) });
			if (run.count <= 2 * unfoldLines) return [show(run)];
			const rest = part(unfoldLines, run.count - 2 * unfoldLines);
			return [
				show(part(0, unfoldLines)),
				{ kind: 'fold', fold: { kind: 'between', run: rest } },
				show(part(run.count - unfoldLines, unfoldLines)),
			];
		}
	}
}

function sameBlock(part: Lines, beforeNumber: number, afterNumber: number): Block {
	const run: Run = { kind: 'same', before: 0, after: 0, count: lineCount(part) };
	return { kind: 'run', run, partner: undefined, in: { before: part, after: part, beforeNumber, afterNumber } };
}

function lineAt({ run, partner, in: stretch }: RunBlock, offset: number): DiffLine {
	const before = run.before + offset;
	const after = run.after + offset;
	const other = partner === undefined || offset >= partner.count ? undefined : partner;
	let words: ReturnType<typeof changedSpans> | undefined;
	const beforeNumber = before + stretch.beforeNumber + 1;
	const afterNumber = after + stretch.afterNumber + 1;
	switch (run.kind) {
		case 'same':
			return { kind: 'same', before: beforeNumber, after: afterNumber, text: textOf(stretch.after, after) };
		case 'removed': {
			const text = textOf(stretch.before, before);
			return {
				kind: 'removed',
				before: beforeNumber,
				text,
				// Asked for when the line is drawn, and not when it is measured.
				get changed() {
					words ??= other && changedSpans(text, textOf(stretch.after, other.after + offset));
					return words?.before;
				},
			};
		}
		case 'added': {
			const text = textOf(stretch.after, after);
			return {
				kind: 'added',
				after: afterNumber,
				text,
				get changed() {
					words ??= other && changedSpans(textOf(stretch.before, other.before + offset), text);
					return words?.after;
				},
			};
		}
	}
}

function textOf(side: Lines, index: number): string {
	return decodeName(lineBytes(side, index));
}

function lacksEnd(comparison: Comparison, run: Run): boolean {
	const side = run.kind === 'removed' ? comparison.before : comparison.after;
	const last = (run.kind === 'removed' ? run.before : run.after) + run.count - 1;
	return !isEnded(side, last);
}

/** What is equal below the last hunk. */
function endOf({ before, after, skipped, more }: Comparison, shown: number): Block[] {
	const hidden = lineCount(before) - shown;
	if (!more && hidden === 0) return [];
	const first = lineCount(after) - hidden;
	return [
		{
			kind: 'fold',
			fold: {
				kind: 'below',
				byte: lineStart(after, first),
				beforeNumber: shown + skipped,
				afterNumber: first + skipped,
			},
		},
	];
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
