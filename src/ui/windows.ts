/** Which rows of a longer text are on the screen. */
import type { BesideText } from './beside.ts';
import type { Document } from './document.ts';
import type { Layout } from './layout.ts';
import type { Row } from './row.ts';
import type { Mode, View } from './view.ts';

export function windowOf(text: Pick<Document, 'length' | 'row'> | undefined, from: number, height: number): Row[] {
	const rows: Row[] = [];
	const to = Math.min(text?.length ?? 0, from + height);
	for (let index = from; index < to; index += 1) rows.push(text?.row(index) ?? {});
	return rows;
}

export function besideRows(
	{ scroll }: Extract<Mode, { kind: 'beside' }>,
	text: BesideText | undefined,
	height: number,
): Row[] {
	return windowOf(text, scroll ?? 0, height);
}

/** `height` rows of the script's output that end `up` rows above its end. */
export function outputRows(lines: readonly string[], up: number, height: number): Row[] {
	const end = Math.max(0, lines.length - up);
	return lines
		.slice(Math.max(0, end - height), end)
		.map((text) => ({ left: [{ text: ' ' }], body: { text, tab: 8 }, slides: true }));
}

/** The view with nothing out of its bounds, the selected item in the list's window. */
export function within(view: View, index: number, length: number, layout: Layout, rows: number): View {
	const window = Math.max(1, layout.bodyRows);
	const at = Math.max(0, index);
	let top = Math.min(view.top, Math.max(0, length - window));
	if (at < top) top = at;
	if (at >= top + window) top = at - window + 1;
	const scroll = Math.max(0, Math.min(view.scroll, rows - window));
	return top === view.top && scroll === view.scroll ? view : { ...view, top, scroll };
}

/** The same of what has the whole screen beside it; a line that is looked for comes to stand a third down. */
export function besideWithin(view: View, beside: BesideText | undefined, rows: number): View {
	const { mode } = view;
	if (mode.kind !== 'beside' || beside === undefined) return view;
	if (mode.scroll === undefined && beside.at === undefined) return view;
	const wanted = mode.scroll ?? (beside.at ?? 0) - Math.floor(rows / 3);
	const scroll = Math.max(0, Math.min(wanted, beside.length - rows));
	return scroll === mode.scroll ? view : { ...view, mode: { ...mode, scroll } };
}
