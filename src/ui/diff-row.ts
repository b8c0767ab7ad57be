/** One line of a diff as a row: numbers, sign, text with its changed words and syntax colours. */
import type { DiffLine, DiffPair } from '../model/review.ts';
import { fileTab } from './break-line.ts';
import type { Syntax } from './highlight.ts';
import type { Piece, Row, StyledSpan } from './row.ts';
import { beneath } from './syntax-style.ts';
import type { Style, Theme } from './theme.ts';
import { cells } from './visible.ts';

export type Gutter = {
	/** Cells of a line number. */
	readonly digits: number;
	/** Both numbers, or (where there is little room) the one that counts. */
	readonly both: boolean;
	/** Where there is one: that of the old file. */
	readonly old?: boolean;
};

export type DiffLook = {
	readonly gutter: Gutter;
	readonly theme: Theme;
	readonly syntax: Syntax | undefined;
	/** Lines of bytes have an address in their text, and no number. */
	readonly numbered: boolean;
};

/** What has become of the part of a change that a line belongs to. */
export type UnitMark = { readonly taken: boolean | undefined; readonly current: boolean };

/** `found` is lower case; where the line holds it, it is marked. */
export function diffRow(line: DiffLine, look: DiffLook, found: string | undefined, unit?: UnitMark): Row {
	const { gutter, theme, syntax } = look;
	if (line.kind === 'note' || line.kind === 'fold') {
		return { body: { text: line.text, style: { colour: 'cyan', dim: true } }, slides: true };
	}
	const before = line.kind === 'added' ? undefined : line.before;
	const after = line.kind === 'removed' ? undefined : line.after;
	const style = lineStyle(line.kind);
	const number = (value: number | undefined) => `${value ?? ''}`.padStart(gutter.digits);
	const numbers = gutter.both
		? `${number(before)} ${number(after)}`
		: number(gutter.old === true ? (before ?? after) : (after ?? before));
	const changed = line.kind === 'same' ? [] : spans(line.changed ?? [], { inverse: true });
	const marks = found === undefined ? changed : inOrder([...changed, ...matches(line.text, found)]);
	// A changed word is in the colour of its line: inverse magenta is for symbols alone.
	const colours = syntax === undefined ? [] : beneath(syntax(line.text), marks);
	return {
		left: [
			...(unit === undefined ? [] : [unitPiece(unit, theme)]),
			...(look.numbered ? [{ text: `${numbers} `, style: { ...style, dim: true } }] : []),
			{ text: sign(line.kind, theme), style: { ...style, bold: true } },
			{ text: ' ' },
		],
		body: {
			text: line.text,
			style,
			tab: fileTab,
			spans: inOrder([...colours, ...marks]),
		},
		slides: true,
	};
}

/** Old and new beside each other. */
export function pairRow(pair: DiffPair, look: DiffLook, found: string | undefined, isContinued = false): Row {
	if (pair.kind === 'whole') return diffRow(pair.line, look, found);
	const narrow = { ...look, gutter: { ...look.gutter, both: false } };
	const side = (line: DiffLine | undefined, isOld: boolean): Row => {
		if (line === undefined) return {};
		// An unchanged line has its own number on each side.
		const gutter = { ...narrow.gutter, old: isOld };
		const row = diffRow(line, { ...narrow, gutter }, found);
		return isContinued ? continued(row, look.theme) : row;
	};
	return { halves: [side(pair.before, true), side(pair.after, false)] };
}

/** The row of a part of a line that is not its first one: without a number. */
export function continued(row: Row, theme: Theme): Row {
	const left = (row.left ?? []).map((piece) => ({ ...piece, text: ' '.repeat(cells(piece.text, theme.alphabet)) }));
	const [last] = left.splice(-1);
	return {
		...row,
		left: [
			...left.slice(0, -1),
			{ text: theme.glyphs.more, style: { dim: true } },
			...(last === undefined ? [] : [last]),
		],
	};
}

/** Cells to the left of a line's text. */
export function numberCells({ gutter, numbered }: DiffLook, isHalf: boolean): number {
	const numbers = gutter.both && !isHalf ? 2 * gutter.digits + 1 : gutter.digits;
	return (numbered ? numbers + 1 : 0) + 2;
}

/** Cells of the mark of a part of a change. */
export const unitCells = 3;

function unitPiece({ taken, current }: UnitMark, { glyphs }: Theme): Piece {
	const sign = taken === undefined ? '?' : taken ? glyphs.approved : glyphs.denied;
	const colour = taken === undefined ? 'yellow' : taken ? 'green' : 'red';
	return { text: `${current ? glyphs.select : ' '}${sign} `, style: { colour, bold: current } };
}

function lineStyle(kind: 'same' | 'added' | 'removed'): Style {
	switch (kind) {
		case 'same':
			return {};
		case 'added':
			return { colour: 'green' };
		case 'removed':
			return { colour: 'red' };
	}
}

function sign(kind: 'same' | 'added' | 'removed', theme: Theme): string {
	switch (kind) {
		case 'same':
			return ' ';
		case 'added':
			return '+';
		case 'removed':
			return theme.glyphs.minus;
	}
}

function spans(changed: readonly { readonly start: number; readonly end: number }[], style: Style): StyledSpan[] {
	return changed.map(({ start, end }) => ({ start, end, style }));
}

function inOrder(unordered: StyledSpan[]): StyledSpan[] {
	return unordered.sort((a, b) => a.start - b.start);
}

/** At most this many marks in a line, and none behind this many units: a huge line must not cost more than its screen. */
const matchLimit = { count: 50, length: 20_000 };

function matches(text: string, found: string): StyledSpan[] {
	const lower = text.slice(0, matchLimit.length).toLowerCase();
	const result: StyledSpan[] = [];
	let at = lower.indexOf(found);
	while (at >= 0 && result.length < matchLimit.count) {
		result.push({ start: at, end: at + found.length, style: { underline: true, bold: true, colour: 'yellow' } });
		at = lower.indexOf(found, at + found.length);
	}
	return result;
}
