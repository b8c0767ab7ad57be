/** One line of a diff as a row: numbers, sign, text with its changed words and syntax colours. */
import type { DiffLine } from '../model/review.ts';
import type { Syntax } from './highlight.ts';
import type { Row, StyledSpan } from './row.ts';
import { beneath } from './syntax-style.ts';
import type { Style, Theme } from './theme.ts';

export type Gutter = {
	/** Cells of a line number. */
	readonly digits: number;
	/** Both numbers, or (where there is little room) the one that counts. */
	readonly both: boolean;
};

export type DiffLook = {
	readonly gutter: Gutter;
	readonly theme: Theme;
	readonly syntax: Syntax | undefined;
};

/** `found` is lower case; where the line holds it, it is marked. */
export function diffRow(line: DiffLine, { gutter, theme, syntax }: DiffLook, found: string | undefined): Row {
	if (line.kind === 'note') {
		return { body: { text: line.text, style: { colour: 'cyan', dim: true } }, slides: true };
	}
	const before = line.kind === 'added' ? undefined : line.before;
	const after = line.kind === 'removed' ? undefined : line.after;
	const style = lineStyle(line.kind);
	const number = (value: number | undefined) => `${value ?? ''}`.padStart(gutter.digits);
	const numbers = gutter.both ? `${number(before)} ${number(after)}` : number(after ?? before);
	const changed = line.kind === 'same' ? [] : spans(line.changed ?? [], { inverse: true });
	const marks = found === undefined ? changed : inOrder([...changed, ...matches(line.text, found)]);
	// A changed word is in the colour of its line: inverse magenta is for symbols alone.
	const colours = syntax === undefined ? [] : beneath(syntax(line.text), marks);
	return {
		left: [
			{ text: `${numbers} `, style: { ...style, dim: true } },
			{ text: sign(line.kind, theme), style: { ...style, bold: true } },
			{ text: ' ' },
		],
		body: {
			text: line.text,
			style,
			tab: 4,
			spans: inOrder([...colours, ...marks]),
		},
		slides: true,
	};
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
