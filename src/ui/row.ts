/** One row of the screen, before it is drawn: pieces of text that are cut, scrolled and filled by cells. */
import type { Span } from '../model/review.ts';
import { createPen } from './pen.ts';
import type { Style, Theme } from './theme.ts';
import { cells, clusters, type VisibleOptions } from './visible.ts';

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
