/** Who gets which cells of the terminal. */

export type Size = { readonly columns: number; readonly rows: number };

export type Layout = Size & {
	/** both: list and detail side by side; else the one that is shown. */
	readonly panes: 'both' | 'list' | 'detail';
	readonly listWidth: number;
	readonly detailWidth: number;
	/** Rows of the list and of the detail, without their heading. */
	readonly bodyRows: number;
	/** Rows of the script's output, without its heading; 0: not shown. */
	readonly outputRows: number;
	/** Rows of what has the whole screen (output, help), without its heading. */
	readonly fullRows: number;
};

/** Below this, list and detail take turns. */
const bothFrom = 60;
/** The smallest terminal in which anything can be read; below it nothing counts as seen. */
export const smallest: Size = { columns: 20, rows: 6 };

export function layOut(size: Size, wants: { readonly output: boolean; readonly detailAlone: boolean }): Layout {
	const { columns, rows } = size;
	const wide = columns >= bothFrom;
	const panes = wants.detailAlone ? 'detail' : wide ? 'both' : 'list';
	const outputRows = wants.output && rows >= 16 ? Math.min(12, Math.floor(rows / 5)) : 0;
	const listWidth = panes === 'both' ? Math.min(58, Math.max(28, Math.round(columns * 0.36))) : columns;
	return {
		...size,
		panes,
		listWidth,
		detailWidth: panes === 'both' ? columns - listWidth - 1 : columns,
		// Title, headings and status take a row each; the output has a heading too.
		bodyRows: Math.max(0, rows - 3 - (outputRows > 0 ? outputRows + 1 : 0)),
		outputRows,
		fullRows: Math.max(0, rows - 3),
	};
}
