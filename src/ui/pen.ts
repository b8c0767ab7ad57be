/** Draws pieces of text into the cells of one row: cut, coloured, and each character where it belongs. */
import type { Painted, Piece } from './row.ts';
import { reset, type Style, sgr, type Theme } from './theme.ts';
import { type Cluster, clusters } from './visible.ts';

export type Pen = {
	readonly column: number;
	draw(piece: Piece): void;
	/** Draws the part of `piece` that begins at cell `from` into `room` cells, with a mark at an end that is cut. */
	drawCut(piece: Piece, from: number, room: number, silent: boolean): void;
	moveTo(column: number): void;
	done(): Painted;
};

/** Draws pieces one after the other, `width` cells in all. */
export function createPen(width: number, fill: Style | undefined, theme: Theme): Pen {
	const parts: { at: number; text: string }[] = [{ at: 0, text: '' }];
	let column = 0;
	let on = '';
	let unsure: string | undefined;

	/** `character`: what `text` consists of, where terminals may take that to be wider or narrower than we do. */
	function put(text: string, cellsWide: number, style: Style | undefined, character?: string): void {
		if (column + cellsWide > width) return;
		const code = sgr(fill === undefined ? style : { ...fill, ...style }, theme.styling);
		// A terminal that took the last one otherwise is put right again here.
		if (unsure !== undefined && unsure !== character) {
			if (on !== '') append(reset);
			parts.push({ at: column, text: '' });
			on = '';
		}
		unsure = character;
		if (code !== on) {
			if (on !== '') append(reset);
			append(code);
			on = code;
		}
		append(text);
		column += cellsWide;
	}

	function append(text: string): void {
		const part = parts[parts.length - 1];
		if (part !== undefined) part.text += text;
	}

	function putCluster(cluster: Cluster, piece: Piece): void {
		const { shown, unsure, width: wide } = cluster;
		put(shown, wide, styleAt(piece, cluster), unsure ? shown : undefined);
	}

	/** The same for characters of one cell each, as many at once as look alike. */
	function putSimple(piece: Piece, from: number, to: number): void {
		for (const { 0: same, 1: line, index } of piece.text.slice(from, to).matchAll(alike)) {
			let start = from + index;
			const end = start + same.length;
			while (start < end) {
				const next = Math.min(end, edgeAfter(piece, start));
				put(piece.text.slice(start, next), next - start, styleAt(piece, { start, look: 'plain' }), line);
				start = next;
			}
		}
	}

	const spaces = (count: number) => {
		if (count > 0) put(' '.repeat(count), count, undefined);
	};

	return {
		get column() {
			return column;
		},
		draw(piece) {
			if (isSimple(piece, width - column, theme)) return putSimple(piece, 0, width - column);
			for (const cluster of clusters(piece.text, theme.alphabet, piece)) {
				if (column + cluster.width > width) return;
				putCluster(cluster, piece);
			}
		},
		drawCut(piece, from, room, silent) {
			const start = column;
			const more = theme.glyphs.more;
			let at = 0;
			let drawn: Cluster[] = [];
			let used = 0;
			if (from > 0) {
				put(more, 1, cutMark, more);
				used = 1;
			}
			const shownFrom = from > 0 ? from + 1 : 0;
			if (isSimple(piece, shownFrom + room - used, theme)) {
				const end = shownFrom + room - used;
				const isCut = piece.text.length > end && !silent;
				putSimple(piece, shownFrom, isCut ? end - 1 : end);
				if (isCut && column < start + room) put(more, 1, cutMark, more);
				return;
			}
			let over = false;
			for (const cluster of clusters(piece.text, theme.alphabet, piece)) {
				const here = at;
				at += cluster.width;
				// The mark of the cut stands on the first cell; a cluster it halves is left out whole.
				if (from > 0 && here < from + 1) {
					if (at > from + 1) {
						const gap = Math.min(at - from - 1, room - used);
						drawn.push({ ...cluster, shown: ' '.repeat(gap), width: gap, look: 'plain', unsure: false });
						used += gap;
					}
					continue;
				}
				if (used + cluster.width > room) {
					over = true;
					break;
				}
				drawn.push(cluster);
				used += cluster.width;
			}
			if (over && !silent) {
				while (used > room - 1) {
					const last = drawn.at(-1);
					if (last === undefined) break;
					drawn = drawn.slice(0, -1);
					used -= last.width;
				}
			}
			for (const cluster of drawn) putCluster(cluster, piece);
			if (over && !silent && column < start + room) {
				spaces(start + room - 1 - column);
				put(more, 1, cutMark, more);
			}
		},
		moveTo(to) {
			spaces(to - column);
		},
		done() {
			if (fill !== undefined) spaces(width - column);
			if (on !== '') append(reset);
			return parts;
		},
	};
}

const alarm: Style = { colour: 'magenta', inverse: true, bold: true };
const soft: Style = { dim: true };
const cutMark: Style = { dim: true, inverse: true };

/** Characters that look alike: printable ASCII; lines, which some terminals in the Far East draw two cells wide. */
const alike = /[\x20-\x7e]+|([\u2500-\u257f])\1*/g;

/** Is all of the text up to `cells`, and the character behind that, one cell each and shown as it is? */
function isSimple({ text, edges }: Piece, cells: number, { alphabet }: Theme): boolean {
	if (edges === true && (text.startsWith(' ') || text.endsWith(' '))) return false;
	return (alphabet === 'unicode' ? simple : simpleAscii).test(text.slice(0, cells + 1));
}

const simple = /^[\x20-\x7e\u2500-\u257f]*$/;
/** No `<`: there it may have to be escaped. */
const simpleAscii = /^[\x20-\x3b\x3d-\x7e]*$/;

/** Where a span begins or ends next. */
function edgeAfter({ spans = [] }: Piece, at: number): number {
	let next = Number.POSITIVE_INFINITY;
	for (const { start, end } of spans) {
		if (start > at) return Math.min(next, start);
		if (end > at) next = Math.min(next, end);
	}
	return next;
}

function styleAt(piece: Piece, cluster: Pick<Cluster, 'start' | 'look'>): Style | undefined {
	let style = piece.style;
	for (const span of piece.spans ?? []) {
		if (span.start > cluster.start) break;
		if (cluster.start < span.end) style = { ...style, ...span.style };
	}
	switch (cluster.look) {
		case 'plain':
			return style;
		case 'soft':
			return { ...style, ...soft };
		case 'alarm':
			return { ...style, ...alarm };
	}
}
