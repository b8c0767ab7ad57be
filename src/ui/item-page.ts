/** The document of the selected item: made anew when what it shows, or how, has changed; and which rows of it were shown. */

import type { Detail, DiffLines, ReviewItem } from '../model/review.ts';
import type { Clock } from './clock.ts';
import { createDocument, type Document } from './document.ts';
import type { Highlighter } from './highlight.ts';
import type { Layout } from './layout.ts';
import { smallest } from './layout.ts';
import { goesOn } from './row.ts';
import { createShownRows } from './shown-rows.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';
import { subject } from './words.ts';

export type PageWants = {
	/** Names the item and its version. */
	readonly key: string;
	readonly item: ReviewItem;
	readonly detail: Detail | undefined;
	readonly layout: Layout;
	readonly view: View;
};

export type ItemPage = {
	readonly document: Document;
	/** The item's, and its version's. */
	readonly of: string;
	/** Names all that its rows depend on. */
	readonly key: string;
	readonly sides: boolean;
	/** The lines of its diff, as far as they are unfolded. */
	readonly lines: DiffLines | undefined;
};

export interface Pages {
	of(wants: PageWants): ItemPage;
	/** Shows more of the folds in these rows of the page; whether there was one. */
	unfold(page: ItemPage, from: number, to: number): boolean;
	/** The page is on the screen like this from now on; `whole` is called when all of its rows have been. */
	drawn(page: ItemPage, view: View, layout: Layout, whole: () => void): void;
	stop(): void;
}

/** How long a row must stand on the screen to count as shown, milliseconds. */
const shownMs = 250;
/** From here on old and new are side by side, columns. */
const sidesFrom = 140;

export function createPages(theme: Theme, highlighter: Highlighter | undefined, clock: Clock): Pages {
	let unfolded: { readonly key: string; readonly lines: DiffLines } | undefined;
	let made: ItemPage | undefined;
	let unfolds = 0;
	let sight = '';
	let shown = { key: '', rows: createShownRows() };
	let cancel = () => {};

	return {
		of({ key, item, detail, layout, view }) {
			if (unfolded !== undefined && unfolded.key !== key) unfolded = undefined;
			const own = detail !== undefined && 'lines' in detail ? detail : undefined;
			const lines = unfolded?.lines ?? own?.lines;
			const sides = own !== undefined && wantsSides(own, layout, view);
			const alone = layout.panes === 'detail';
			const marks = view.mode.kind === 'hunks';
			const about = [
				key,
				layout.detailWidth,
				alone,
				detail === undefined,
				sides,
				view.wraps,
				marks,
				unfolded === undefined ? 0 : unfolds,
			];
			const pageKey = `${about.join(':')}:${JSON.stringify(item.state)}`;
			if (made?.key === pageKey) return made;
			const syntax = highlighter?.syntaxOf(subject(item));
			const whole = own === undefined || lines === undefined ? detail : { ...own, lines };
			const document = createDocument(item, whole, {
				width: layout.detailWidth,
				alone,
				theme,
				syntax,
				sides,
				wraps: view.wraps,
				marks,
			});
			made = { document, of: key, key: pageKey, sides, lines };
			return made;
		},
		unfold({ document, lines, of }, from, to) {
			let more = lines;
			// From the last one on: those above keep their places.
			for (let row = Math.min(to, document.length) - 1; row >= from; row -= 1) {
				const line = document.lineOf?.(row) ?? -1;
				if (line >= 0 && lines?.at(line).kind === 'fold') more = more?.unfold?.(line);
			}
			if (more === undefined || more === lines) return false;
			unfolds += 1;
			unfolded = { key: of, lines: more };
			return true;
		},
		drawn(page, view, layout, whole) {
			const next = `${page.key} ${view.scroll} ${view.side} ${view.mode.kind} ${layout.bodyRows}`;
			if (next === sight) return;
			sight = next;
			cancel();
			const canBeRead = layout.panes !== 'list' && layout.columns >= smallest.columns && layout.rows >= smallest.rows;
			if (!canBeRead || (view.mode.kind !== 'items' && view.mode.kind !== 'hunks')) return;
			cancel = clock.after(shownMs, () => {
				const { document } = page;
				if (shown.key !== page.key) shown = { key: page.key, rows: createShownRows() };
				shown.rows.add({
					from: view.scroll,
					to: Math.min(document.length, view.scroll + layout.bodyRows),
					side: view.side,
					// Without the numbers at the left; of each half, where there are two.
					room: Math.max(8, Math.floor(layout.detailWidth / (page.sides ? 2 : 1)) - 20),
					goesOn: (row) => goesOn(document.row(row), layout.detailWidth, view.side, theme),
				});
				if (shown.rows.isWhole(document.length)) whole();
			});
		},
		stop: () => cancel(),
	};
}

function wantsSides(detail: Extract<Detail, { kind: 'diff' | 'bytes' }>, layout: Layout, view: View): boolean {
	if (detail.lines.pairs === undefined || view.mode.kind === 'hunks' || view.sides === 'one') return false;
	if (view.sides === 'two') return true;
	// What has one side alone would leave half of the screen empty.
	const hasBoth = detail.kind === 'diff' && detail.added > 0 && detail.removed > 0;
	return layout.columns >= sidesFrom && hasBoth;
}
