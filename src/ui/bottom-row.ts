/** What the last row of a page may be: keys, a sentence, a line that is being typed. */
import { type Line, textOf } from './line-editor.ts';
import type { Piece, Row } from './row.ts';
import type { Theme } from './theme.ts';
import { cells } from './visible.ts';

/** A key, and what it does in a word or two. */
export type Hint = readonly [key: string, words: string];

export function keyRow(hints: readonly Hint[]): Row {
	const pieces = hints.flatMap(([key, words]): Piece[] => [
		{ text: key, style: { bold: true } },
		{ text: ` ${words}  `, style: { dim: true } },
	]);
	return { left: [{ text: ' ' }, ...pieces] };
}

/** As many hints as there is room for, then those that are always there. */
export function fittingKeyRow(hints: readonly Hint[], always: readonly Hint[], columns: number, theme: Theme): Row {
	const wide = ([key, words]: Hint) => cells(key, theme.alphabet) + words.length + 3;
	let room = columns - 1 - always.reduce((sum, hint) => sum + wide(hint), 0);
	const shown = hints.findIndex((hint) => {
		room -= wide(hint);
		return room < 0;
	});
	const right = always.flatMap((hint): Piece[] => [
		{ text: hint[0], style: { bold: true } },
		{ text: ` ${hint[1]} `, style: { dim: true } },
	]);
	return { ...keyRow(shown < 0 ? hints : hints.slice(0, shown)), right };
}

/** A line that is being typed; the cursor is a cell in inverse, always in sight. */
export function typingRow(prompt: string, line: Line, hints: readonly Hint[], columns: number, theme: Theme): Row {
	const text = `${textOf(line)} `;
	const start = line.before.length;
	const end = start + (Array.from(text.slice(start))[0] ?? ' ').length;
	const hintText = columns < 60 ? '' : hints.map(([key, words]) => `  ${key} ${words}`).join('');
	const room = Math.max(4, columns - prompt.length - hintText.length - 2);
	// Whole characters are left out at the front until the cursor fits.
	const before = Array.from(line.before);
	let skipped = 0;
	while (skipped < before.length && cells(before.slice(skipped).join(''), theme.alphabet) > room - 2) skipped += 1;
	const cut = before.slice(0, skipped).join('').length;
	return {
		left: [{ text: ` ${prompt}`, style: { bold: true, colour: 'cyan' } }],
		body: { text: text.slice(cut), spans: [{ start: start - cut, end: end - cut, style: { inverse: true } }] },
		right: hintText === '' ? [] : [{ text: `${hintText} `, style: { dim: true } }],
	};
}

/** One sentence of ours. */
export function messageRow(text: string): Row {
	return { body: { text: ` ${text}`, style: { bold: true, colour: 'cyan' } } };
}
