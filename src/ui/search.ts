/** Looking for text: on in the detail that is shown, then in the names of the items after it. */
import type { View, World } from './view.ts';
import { subject } from './words.ts';

/** Rows of a detail that one key looks through: lines of a diff are computed when they are looked at. */
const rowsAtOnce = 20_000;

/** The view at the next place that holds `view.query`; with a message where there is none. */
export function findNext(view: View, world: World): View {
	const { query } = view;
	if (query === undefined) return { ...view, message: 'Nothing was looked for yet: / asks for words.' };
	return inDetail(view, world, query) ?? inItems(view, world, query) ?? { ...view, message: 'Found nowhere else.' };
}

function inDetail(view: View, { document, layout }: World, query: string): View | undefined {
	if (document === undefined || layout.panes === 'list') return undefined;
	const from = view.found === undefined ? view.scroll : view.found + 1;
	const to = Math.min(document.length, from + rowsAtOnce);
	for (let row = from; row < to; row += 1) {
		if (!document.holds(row, query)) continue;
		const isShown = row >= view.scroll && row < view.scroll + layout.bodyRows;
		return {
			...view,
			found: row,
			scroll: isShown ? view.scroll : Math.max(0, row - Math.floor(layout.bodyRows / 3)),
			message: `Found in row ${row + 1} of ${document.length}; n looks on.`,
		};
	}
	if (to === document.length) return undefined;
	return { ...view, found: to, message: `Not in the next ${rowsAtOnce} rows; n looks on.` };
}

function inItems(view: View, { state, index }: World, query: string): View | undefined {
	const { items } = state;
	for (let step = 1; step <= items.length; step += 1) {
		const at = (index + step) % items.length;
		const item = items[at];
		if (item === undefined || item.id === view.selected) continue;
		if (subject(item).toLowerCase().includes(query) || (item.from?.toLowerCase().includes(query) ?? false)) {
			return {
				...view,
				selected: item.id,
				scroll: 0,
				side: 0,
				found: undefined,
				message: `Found in effect ${at + 1} of ${items.length}; n looks on.`,
			};
		}
	}
	return undefined;
}
