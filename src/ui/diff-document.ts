/** The rows of a diff: one-sided or side by side, long lines broken where there are not too many of them. */
import type { DiffLine, DiffLines, DiffPair } from '../model/review.ts';
import { breakLine } from './break-line.ts';
import { continued, type DiffLook, diffRow, type Gutter, numberCells, pairRow, unitCells } from './diff-row.ts';
import type { Document, DocumentLook } from './document.ts';
import { halfOf, type Row } from './row.ts';

/** In a longer diff lines are moved sideways: to break them all would have to be measured. */
const mostBroken = 5000;

/** `head`: the rows above it. `numbered`: its lines have numbers. */
export function diffDocument(head: readonly Row[], lines: DiffLines, page: DocumentLook, numbered: boolean): Document {
	const pairs = page.sides ? lines.pairs?.() : undefined;
	const look: DiffLook = { gutter: gutterOf(lines, page.width), theme: page.theme, syntax: page.syntax, numbered };
	const units = pairs?.length ?? lines.length;
	const at = (unit: number): readonly (DiffLine | undefined)[] => {
		if (pairs === undefined) return [lines.at(unit)];
		const pair = pairs.at(unit);
		return pair.kind === 'whole' ? [pair.line] : [pair.before, pair.after];
	};
	const roomOf = (line: DiffLine, isHalf: boolean) => {
		const width = isHalf ? halfOf(page.width) : page.width;
		if (line.kind === 'note' || line.kind === 'fold') return width;
		return width - numberCells(look, isHalf) - (page.marks ? unitCells : 0);
	};
	const partsOf = (line: DiffLine | undefined, isHalf: boolean): readonly number[] =>
		line === undefined ? [0] : breakLine(line.text, roomOf(line, isHalf), page.theme.alphabet);
	const isHalf = (unit: number) => pairs !== undefined && pairs.at(unit).kind === 'sides';
	const heightOf = (unit: number) =>
		at(unit).reduce((most, line) => Math.max(most, partsOf(line, isHalf(unit)).length), 1);
	const rows = page.wraps && units <= mostBroken ? layOut(units, heightOf) : plainRows(units);

	return {
		length: head.length + rows.length,
		row(index, found, unitOf) {
			const row = head[index];
			if (row !== undefined) return row;
			const place = rows.place(index - head.length);
			if (place === undefined) return {};
			const { unit, part } = place;
			const pair: DiffPair | undefined = pairs?.at(unit);
			if (pair === undefined || pair.kind === 'whole') {
				const line = pair?.line ?? lines.at(unit);
				return cutRow(line, partsOf(line, false), part, (cut) => diffRow(cut, look, found, unitOf?.(line)));
			}
			const cut = (line: DiffLine | undefined) => cutLine(line, partsOf(line, true), part, rows.breaks);
			return pairRow({ kind: 'sides', before: cut(pair.before), after: cut(pair.after) }, look, found, part > 0);
		},
		holds(index, text) {
			const row = head[index];
			if (row !== undefined) return (row.body?.text ?? '').toLowerCase().includes(text);
			const place = rows.place(index - head.length);
			// A line of several rows is found in its first one.
			if (place === undefined || place.part > 0) return false;
			return at(place.unit).some((line) => line?.text.toLowerCase().includes(text) ?? false);
		},
		lineOf(row) {
			const place = rows.place(row - head.length);
			if (place === undefined) return -1;
			return pairs === undefined ? place.unit : pairs.lineOf(place.unit);
		},
		rowOf: (line) => head.length + rows.first(pairs === undefined ? line : pairs.rowOf(line)),
	};

	function cutRow(line: DiffLine, parts: readonly number[], part: number, draw: (cut: DiffLine) => Row): Row {
		const cut = cutLine(line, parts, part, rows.breaks);
		if (cut === undefined) return {};
		const row = draw(cut);
		return part === 0 ? row : continued(row, page.theme);
	}
}

type Rows = {
	readonly length: number;
	/** Lines are broken. */
	readonly breaks: boolean;
	place(row: number): { readonly unit: number; readonly part: number } | undefined;
	/** The first row of a unit. */
	first(unit: number): number;
};

function plainRows(units: number): Rows {
	return {
		length: units,
		breaks: false,
		place: (row) => (row >= 0 && row < units ? { unit: row, part: 0 } : undefined),
		first: (unit) => unit,
	};
}

function layOut(units: number, heightOf: (unit: number) => number): Rows {
	const firsts = [0];
	for (let unit = 0; unit < units; unit += 1) firsts.push((firsts[unit] ?? 0) + heightOf(unit));
	const length = firsts[units] ?? 0;
	return {
		length,
		breaks: true,
		place(row) {
			if (row < 0 || row >= length) return undefined;
			let low = 0;
			let high = units - 1;
			while (low < high) {
				const middle = (low + high + 1) >> 1;
				if ((firsts[middle] ?? 0) <= row) low = middle;
				else high = middle - 1;
			}
			return { unit: low, part: row - (firsts[low] ?? 0) };
		},
		first: (unit) => firsts[unit] ?? 0,
	};
}

/** One part of a line, as a line of its own; undefined where it has not as many. */
function cutLine(
	line: DiffLine | undefined,
	parts: readonly number[],
	part: number,
	breaks: boolean,
): DiffLine | undefined {
	if (line === undefined || !breaks || parts.length === 1) return part === 0 ? line : undefined;
	const from = parts[part];
	if (from === undefined) return undefined;
	const to = parts[part + 1] ?? line.text.length;
	const text = line.text.slice(from, to);
	if (line.kind !== 'added' && line.kind !== 'removed') return { ...line, text };
	const changed = (line.changed ?? []).flatMap(({ start, end }) =>
		end > from && start < to ? [{ start: Math.max(0, start - from), end: Math.min(to, end) - from }] : [],
	);
	return { ...line, text, changed };
}

/** The last lines have the largest numbers. */
function gutterOf(lines: DiffLines, width: number): Gutter {
	let largest = 1;
	for (let at = Math.max(0, lines.length - 3); at < lines.length; at += 1) {
		const line = lines.at(at);
		if (line.kind !== 'note' && line.kind !== 'fold') {
			largest = Math.max(largest, 'before' in line ? line.before : 0, 'after' in line ? line.after : 0);
		}
	}
	return { digits: Math.max(3, String(largest).length), both: width >= 80 };
}
