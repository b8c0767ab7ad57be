/**
 * Puts frames on the terminal. Ink lays out: a line of its frame holds one character for each block that begins in it. Nothing
 * else of it is written, so what no SafeRows has drawn cannot reach the terminal.
 */
import type { Painted } from './row.ts';
import type { RowStore } from './safe-text.tsx';

export interface Frames extends RowStore {
	/** The escape sequences and text that turn what is on the screen into this frame; empty where nothing changed. */
	next(frame: string, rows: number): string;
	/** What is on the screen is not known any more: the next frame is written whole. */
	forget(): void;
}

export function createFrames(): Frames {
	let stored: Stored[] = [];
	let written: readonly string[] | undefined;
	return {
		put(rows, left) {
			stored.push({ rows, left });
			return String.fromCodePoint(firstMark + stored.length - 1);
		},
		next(frame, rows) {
			const wanted = textOf(frame.split('\n'), stored, rows);
			stored = [];
			// In one go with the frame: nobody sees the screen empty.
			let out = written === undefined ? '\x1b[2J' : '';
			for (const [index, text] of wanted.entries()) {
				if (written?.[index] === text) continue;
				out += `\x1b[${index + 1};1H\x1b[2K${text}`;
			}
			written = wanted;
			// Synchronized output: a terminal that knows it shows the frame in one go, the others ignore it.
			return out === '' ? '' : `\x1b[?2026h${out}\x1b[?2026l`;
		},
		forget() {
			written = undefined;
		},
	};
}

/** Plane 15 is private: no row's text is ever taken for a mark, because only marks are looked at. */
const firstMark = 0xf0000;

type Stored = { readonly rows: readonly Painted[]; readonly left: number };

/** The lines of the screen, `height` of them. */
function textOf(frame: readonly string[], stored: readonly Stored[], height: number): string[] {
	const text = Array<string>(height).fill('');
	for (const [top, line] of frame.entries()) {
		for (const point of line) {
			const { rows = [], left = 0 } = stored[(point.codePointAt(0) ?? 0) - firstMark] ?? {};
			for (const [index, row] of rows.slice(0, height - top).entries()) text[top + index] += rowText(row, left);
		}
	}
	return text;
}

function rowText(row: Painted, left: number): string {
	let out = '';
	for (const { at, text } of row) {
		if (text === '') continue;
		out += left + at === 0 ? text : `\x1b[${left + at + 1}G${text}`;
	}
	return out;
}
