import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DiffLine, DiffLines, DiffPart } from '../../src/model/review.ts';
import { viewOf } from '../../src/session/diff-view.ts';
import { compareTexts } from '../../src/session/line-diff.ts';

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}\n`);
const viewOfTexts = (before: string, after: string) => viewOf(compareTexts(Buffer.from(before), Buffer.from(after)));
const all = (view: DiffLines): DiffLine[] => Array.from({ length: view.length }, (_, index) => view.at(index));
const foldsOf = (view: DiffLines) => all(view).flatMap(({ kind }, index) => (kind === 'fold' ? [index] : []));

/** Some lines, some of them changed; the ends often equal, so that there is something to fold. */
const texts = fc
	.record({
		head: fc.nat(140),
		middle: fc.array(fc.tuple(fc.nat(130), fc.constantFrom('x\n', 'y\n', '\n'), fc.boolean()), { maxLength: 4 }),
		tail: fc.nat(140),
		end: fc.constantFrom('', 'no end'),
		newEnd: fc.constantFrom('', 'no end', 'other end'),
	})
	.map(({ head, middle, tail, end, newEnd }) => {
		const same = (count: number, name: string) => numbered(count).map((line) => `${name} ${line}`);
		const before = [...same(head, 'head')];
		const after = [...same(head, 'head')];
		for (const [index, [gap, line, isNew]] of middle.entries()) {
			(isNew ? after : before).push(line);
			for (const common of same(gap, `gap ${index}`)) {
				before.push(common);
				after.push(common);
			}
		}
		const rest = same(tail, 'tail').join('');
		return { before: before.join('') + rest + end, after: after.join('') + rest + newEnd };
	});

test('folds that are all opened show every line of both texts, with its own number', () => {
	fc.assert(
		fc.property(texts, ({ before, after }) => {
			let view = viewOfTexts(before, after);
			for (let fold = foldsOf(view)[0]; fold !== undefined; fold = foldsOf(view)[0]) {
				const more: DiffLines | undefined = view.unfold?.(fold);
				expect(more?.length).toBeGreaterThanOrEqual(view.length);
				view = more ?? view;
			}
			if (before === after) return;
			const lines = all(view);
			const linesOf = (text: string) => text.replace(/\n$/, '').split('\n');
			const old = lines.flatMap((line) => (line.kind === 'same' || line.kind === 'removed' ? [line] : []));
			const now = lines.flatMap((line) => (line.kind === 'same' || line.kind === 'added' ? [line] : []));
			expect(old.map(({ text }) => text)).toEqual(before === '' ? [] : linesOf(before));
			expect(now.map(({ text }) => text)).toEqual(after === '' ? [] : linesOf(after));
			expect(old.map((line) => line.before)).toEqual(old.map((_, index) => index + 1));
			expect(now.map((line) => line.after)).toEqual(now.map((_, index) => index + 1));
		}),
		{ numRuns: 150 },
	);
});

test('side by side stands what stands in the one-sided diff, and nothing twice', () => {
	fc.assert(
		fc.property(texts, ({ before, after }) => {
			const view = viewOfTexts(before, after);
			const pairs = view.pairs?.();
			const seen: DiffLine[] = [];
			for (let row = 0; row < (pairs?.length ?? 0); row += 1) {
				const pair = pairs?.at(row);
				if (pair?.kind === 'whole') seen.push(pair.line);
				else if (pair?.before?.kind === 'same') seen.push(pair.before);
				else seen.push(...[pair?.before, pair?.after].filter((line) => line !== undefined));
			}
			const key = (line: DiffLine) => JSON.stringify(line);
			expect(seen.map(key).sort()).toEqual(all(view).map(key).sort());
			for (const [index, line] of all(view).entries()) {
				const pair = pairs?.at(pairs.rowOf(index));
				const there = pair?.kind === 'whole' ? [pair.line] : [pair?.before, pair?.after];
				expect(there).toContainEqual(line);
			}
		}),
		{ numRuns: 150 },
	);
});

test('all parts taken give the new text, none the old one, and some a text with those changes alone', () => {
	fc.assert(
		fc.property(texts, fc.infiniteStream(fc.boolean()), ({ before, after }, coins) => {
			const { parts } = viewOfTexts(before, after);
			const changes = parts?.hunks.flat() ?? [];
			const take = (taken: readonly DiffPart[]) => Buffer.from(parts?.take(taken) ?? []).toString();
			expect(take(changes)).toBe(after);
			expect(take([])).toBe(before);
			const some = changes.filter(() => coins.next().value);
			const text = take(some);
			// What is left out is exactly what still differs from the new text.
			const left = compareTexts(Buffer.from(text), Buffer.from(after));
			if (some.length === changes.length) expect(text).toBe(after);
			if (left.added === 0 && left.removed === 0) expect(text).toBe(after);
			for (const part of some) {
				const wanted = after.split('\n').slice(part.added.start - 1, part.added.end - 1);
				for (const line of wanted) expect(text.split('\n')).toContain(line);
			}
		}),
		{ numRuns: 150 },
	);
});

test('a single line of a change can be taken', () => {
	const { parts } = viewOfTexts('a\nb\nc\n', 'a\nB\nC\nc\nd\n');
	const [change, end] = parts?.hunks.flat() ?? [];
	expect(change).toEqual({ removed: { start: 2, end: 3 }, added: { start: 2, end: 4 } });
	expect(end).toEqual({ removed: { start: 4, end: 4 }, added: { start: 5, end: 6 } });
	const none = { start: 2, end: 2 };
	expect(Buffer.from(parts?.take([{ removed: none, added: { start: 3, end: 4 } }]) ?? []).toString()).toBe(
		'a\nb\nC\nc\n',
	);
	expect(Buffer.from(parts?.take([{ removed: { start: 2, end: 3 }, added: none }]) ?? []).toString()).toBe('a\nc\n');
});

test('a line that had no end gets one when another follows it', () => {
	const { parts } = viewOfTexts('a', 'b\nc');
	const taken = parts?.take([{ removed: { start: 1, end: 1 }, added: { start: 2, end: 3 } }]) ?? [];
	expect(Buffer.from(taken).toString()).toBe('a\nc');
});
