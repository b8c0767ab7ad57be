/** One row of the screen, before it is drawn: pieces of text that are cut, scrolled and filled by cells. */
import type { Span } from '../model/review.ts';
import { reset, type Style, sgr, type Theme } from './theme.ts';
import { type Cluster, cells, clusters, type VisibleOptions } from './visible.ts';

/** Any text, however hostile: it is made visible when the row is drawn. */
export type Piece = VisibleOptions & {
	readonly text: string;
	readonly style?: Style;
	/** Parts of the text that look otherwise; in order. */
	readonly spans?: readonly StyledSpan[];
};

export type StyledSpan = Span & { readonly style: Style };

export type Row = {
	/** Stays where it is. */
	readonly left?: readonly Piece[];
	/** Gets the cells that remain; cut where they are too few. */
	readonly body?: Piece;
	/** Stays at the right edge. */
	readonly right?: readonly Piece[];
	/** Under all of the row, to its end. */
	readonly fill?: Style;
	/** Which end of the body is kept when it is too long. Default start. */
	readonly keep?: 'start' | 'end';
	/** The body moves sideways with the others of its kind. */
	readonly slides?: boolean;
	/** The body is a ruler: as much of it as there is room for, without a mark where it is cut. */
	readonly fills?: boolean;
	/** Two rows beside each other, in place of all else but `fill`. */
	readonly halves?: readonly [Row, Row];
};

/** Drawn text that begins at a cell of the row; escape sequences in it are ours, and none is left on at its end. */
export type Painted = readonly { readonly at: number; readonly text: string }[];

/** Draws a row `width` cells wide. `side` is how far a sliding body has moved to the left, in cells. */
export function paintRow(row: Row, width: number, side: number, theme: Theme): Painted {
	if (row.halves !== undefined) return paintHalves(row.halves, row.fill, width, side, theme);
	const pen = createPen(width, row.fill, theme);
	for (const piece of row.left ?? []) pen.draw(piece);
	const rightWidth = measure(row.right, theme);
	const room = width - rightWidth - pen.column;
	if (row.body !== undefined && room > 0) {
		const from = row.slides === true ? side : row.keep === 'end' ? lastCells(row.body, room, theme) : 0;
		pen.drawCut(row.body, from, room, row.fills === true);
	}
	if (rightWidth > 0 && rightWidth <= width) {
		pen.moveTo(width - rightWidth);
		for (const piece of row.right ?? []) pen.draw(piece);
	}
	return pen.done();
}

function paintHalves(
	[left, right]: readonly [Row, Row],
	fill: Style | undefined,
	width: number,
	side: number,
	theme: Theme,
): Painted {
	const half = halfOf(width);
	const divider: Row = { left: [{ text: theme.glyphs.vertical, style: { dim: true } }] };
	const at = (painted: Painted, column: number) => painted.map((part) => ({ ...part, at: part.at + column }));
	return [
		// A fill, be it of nothing, goes to the end of the row.
		...paintRow({ ...left, fill: { ...fill, ...left.fill } }, half, side, theme),
		...at(paintRow(divider, 1, 0, theme), half),
		...at(paintRow(fill === undefined ? right : { ...right, fill }, width - half - 1, side, theme), half + 1),
	];
}

/** Cells of the left one of two halves. */
export function halfOf(width: number): number {
	return Math.floor((width - 1) / 2);
}

/** Does the body go on behind the right edge? */
export function goesOn(row: Row, width: number, side: number, theme: Theme): boolean {
	if (row.halves !== undefined) {
		const half = halfOf(width);
		return goesOn(row.halves[0], half, side, theme) || goesOn(row.halves[1], width - half - 1, side, theme);
	}
	if (row.slides !== true || row.body === undefined) return false;
	const room = width - measure(row.left, theme) - measure(row.right, theme);
	let column = 0;
	for (const cluster of clusters(row.body.text, theme.alphabet, row.body)) {
		column += cluster.width;
		if (column > side + room) return true;
	}
	return false;
}

function measure(pieces: readonly Piece[] | undefined, theme: Theme): number {
	let width = 0;
	for (const piece of pieces ?? []) width += cells(piece.text, theme.alphabet, piece);
	return width;
}

/** How many cells to leave out so that the last `room` remain. */
function lastCells(piece: Piece, room: number, theme: Theme): number {
	return Math.max(0, cells(piece.text, theme.alphabet, piece) - room);
}

const alarm: Style = { colour: 'magenta', inverse: true, bold: true };
const soft: Style = { dim: true };
const cutMark: Style = { dim: true, inverse: true };

type Pen = {
	readonly column: number;
	draw(piece: Piece): void;
	/** Draws the part of `piece` that begins at cell `from` into `room` cells, with a mark at an end that is cut. */
	drawCut(piece: Piece, from: number, room: number, silent: boolean): void;
	moveTo(column: number): void;
	done(): Painted;
};

function createPen(width: number, fill: Style | undefined, theme: Theme): Pen {
	const parts: { at: number; text: string }[] = [{ at: 0, text: '' }];
	let column = 0;
	let on = '';
	let unsure: string | undefined;

	function put(text: string, cellsWide: number, style: Style | undefined, isUnsure: boolean): void {
		if (column + cellsWide > width) return;
		const code = sgr(fill === undefined ? style : { ...fill, ...style }, theme.styling);
		// A terminal that takes the last character to be wider or narrower than we do is put right again here.
		if (unsure !== undefined && unsure !== text) {
			if (on !== '') append(reset);
			parts.push({ at: column, text: '' });
			on = '';
		}
		unsure = isUnsure ? text : undefined;
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
		put(cluster.shown, cluster.width, styleAt(piece, cluster), cluster.unsure);
	}

	const spaces = (count: number) => {
		if (count > 0) put(' '.repeat(count), count, undefined, false);
	};

	return {
		get column() {
			return column;
		},
		draw(piece) {
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
				put(more, 1, cutMark, true);
				used = 1;
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
				put(more, 1, cutMark, true);
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

function styleAt(piece: Piece, cluster: Cluster): Style | undefined {
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
