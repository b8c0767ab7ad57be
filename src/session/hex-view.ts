/** Bytes in hexadecimal, 16 a line: those that differ, with a little around them. Lines are made when they are asked for. */
import type { DiffLine, DiffLines, DiffPair, Span } from '../model/review.ts';
import { commonBytes } from './text-lines.ts';

const rowBytes = 16;
/** Rows that are equal and shown above and below what differs. */
const context = 2;

type Part = { readonly kind: 'same' | 'removed' | 'added' | 'fold'; readonly first: number; readonly rows: number };

/** Rows count from 0, `rowBytes` bytes each. */
export function hexView(before: Buffer, after: Buffer): DiffLines {
	const { head, tail } = commonBytes(before, after);
	const from = Math.floor(head / rowBytes);
	// Where the sizes are equal what follows is equal row by row; else all of it has moved.
	const sameSize = before.length === after.length;
	const oldEnd = sameSize ? Math.ceil((before.length - tail) / rowBytes) : rowsOf(before);
	const newEnd = sameSize ? oldEnd : rowsOf(after);
	const above = Math.max(0, from - context);
	const below = sameSize ? Math.min(rowsOf(after), newEnd + context) : newEnd;
	const hidden = rowsOf(after) - below;
	const all: Part[] = [
		{ kind: 'fold', first: above, rows: above > 0 ? 1 : 0 },
		{ kind: 'same', first: above, rows: from - above },
		{ kind: 'removed', first: from, rows: Math.max(0, oldEnd - from) },
		{ kind: 'added', first: from, rows: Math.max(0, newEnd - from) },
		{ kind: 'same', first: newEnd, rows: below - newEnd },
		{ kind: 'fold', first: hidden, rows: hidden > 0 ? 1 : 0 },
	];
	const parts = all.filter(({ rows }) => rows > 0);
	const at = (index: number): DiffLine => {
		let left = index;
		for (const { kind, first, rows } of parts) {
			if (left >= rows) {
				left -= rows;
				continue;
			}
			const row = first + left;
			switch (kind) {
				case 'fold':
					return { kind: 'note', text: `⋯ ${(first * rowBytes).toLocaleString('en')} bytes unchanged` };
				case 'same':
					return { kind, before: row + 1, after: row + 1, text: hexRow(after, row) };
				case 'removed':
					return { kind, before: row + 1, text: hexRow(before, row), changed: changedIn(before, after, row) };
				case 'added':
					return { kind, after: row + 1, text: hexRow(after, row), changed: changedIn(after, before, row) };
			}
		}
		throw new RangeError(`there is no row ${index}`);
	};
	const length = parts.reduce((sum, { rows }) => sum + rows, 0);
	return { length, at, pairs: () => pairs(parts, at) };
}

function rowsOf(bytes: Buffer): number {
	return Math.ceil(bytes.length / rowBytes);
}

/** `000001f0  89 50 4e 47 0d 0a 1a 0a  00 00 00 0d 49 48 44 52  |.PNG........IHDR|` */
function hexRow(bytes: Buffer, row: number): string {
	const part = bytes.subarray(row * rowBytes, (row + 1) * rowBytes);
	const pairsOfDigits = Array.from({ length: rowBytes }, (_, index) => {
		const value = part[index];
		return value === undefined ? '  ' : value.toString(16).padStart(2, '0');
	});
	const letters = Array.from(part, (value) => (value >= 0x20 && value < 0x7f ? String.fromCharCode(value) : '.'));
	const address = (row * rowBytes).toString(16).padStart(8, '0');
	return `${address}  ${pairsOfDigits.slice(0, 8).join(' ')}  ${pairsOfDigits.slice(8).join(' ')}  |${letters.join('')}|`;
}

/** The digits of the bytes that another file does not have at the same place. */
function changedIn(bytes: Buffer, other: Buffer, row: number): Span[] {
	if (other.length === 0) return [];
	const spans: Span[] = [];
	for (let index = 0; index < rowBytes; index += 1) {
		const at = row * rowBytes + index;
		if (at >= bytes.length || bytes[at] === other[at]) continue;
		const start = 10 + index * 3 + (index >= 8 ? 1 : 0);
		spans.push({ start, end: start + 2 });
	}
	return spans;
}

function pairs(parts: readonly Part[], at: (line: number) => DiffLine) {
	/** The row of each part's first line, and its first line. */
	const places: { readonly row: number; readonly line: number; readonly part: Part; readonly rows: number }[] = [];
	let row = 0;
	let line = 0;
	for (const part of parts) {
		const beside = part.kind === 'added' ? places.at(-1) : undefined;
		if (beside?.part.kind === 'removed') {
			row = beside.row + Math.max(beside.rows, part.rows);
			places.push({ row: beside.row, line, part, rows: part.rows });
		} else {
			places.push({ row, line, part, rows: part.rows });
			row += part.rows;
		}
		line += part.rows;
	}
	const length = row;
	const inRow = (wanted: number) => places.filter((place) => wanted >= place.row && wanted < place.row + place.rows);
	return {
		length,
		at(wanted: number): DiffPair {
			const found = inRow(wanted);
			const lineOf = (kind: Part['kind']) => {
				const place = found.find(({ part }) => part.kind === kind);
				return place === undefined ? undefined : at(place.line + wanted - place.row);
			};
			const fold = lineOf('fold');
			if (fold !== undefined) return { kind: 'whole', line: fold };
			const same = lineOf('same');
			if (same !== undefined) return { kind: 'sides', before: same, after: same };
			return { kind: 'sides', before: lineOf('removed'), after: lineOf('added') };
		},
		rowOf: (wanted: number) => {
			const place = places.findLast((one) => one.line <= wanted);
			return place === undefined ? 0 : place.row + wanted - place.line;
		},
		lineOf: (wanted: number) => {
			const [place] = inRow(wanted);
			return place === undefined ? 0 : place.line + wanted - place.row;
		},
	};
}
