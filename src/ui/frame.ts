/**
 * Puts frames on the terminal. Ink lays out: a frame of it is blanks and, where a row begins, one character that stands
 * for the row. Nothing else of it is written, so what no SafeRows has drawn cannot reach the terminal.
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
	let stored: Painted[] = [];
	let written: (string | undefined)[] = [];
	return {
		put(row) {
			stored.push(row);
			return String.fromCodePoint(firstMark + stored.length - 1);
		},
		next(frame, rows) {
			const lines = frame.split('\n').slice(0, rows);
			const wanted = lines.map((line) => lineText(line, stored));
			while (wanted.length < rows) wanted.push('');
			stored = [];
			let out = '';
			for (const [index, text] of wanted.entries()) {
				if (written[index] === text) continue;
				out += `\x1b[${index + 1};1H\x1b[2K${text}`;
			}
			written = wanted;
			// Synchronized output: a terminal that knows it shows the frame in one go, the others ignore it.
			return out === '' ? '' : `\x1b[?2026h${out}\x1b[?2026l`;
		},
		forget() {
			written = [];
		},
	};
}

/** Plane 15 is private: no row's text is ever taken for a mark, because only marks are looked at. */
const firstMark = 0xf0000;

function lineText(line: string, stored: readonly Painted[]): string {
	let out = '';
	let column = 0;
	for (const point of line) {
		const row = stored[(point.codePointAt(0) ?? 0) - firstMark];
		for (const { at, text } of row ?? []) {
			if (text === '') continue;
			out += column + at === 0 ? text : `\x1b[${column + at + 1}G${text}`;
		}
		column += 1;
	}
	return out;
}
