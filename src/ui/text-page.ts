/** Lines of text to read, on the whole screen. */
import { heading } from './bars.ts';
import { keyRow } from './bottom-row.ts';
import { scrolled, slid } from './motion.ts';
import type { Page } from './page.ts';
import type { Row } from './row.ts';

/** Ends with `undefined` as its result when the person goes back. */
export function textPage(title: string, lines: readonly string[]): Page<undefined> {
	let top = 0;
	let side = 0;
	return {
		draw: ({ size, theme }) => {
			const height = Math.max(1, size.rows - 2);
			top = Math.max(0, Math.min(top, lines.length - height));
			const last = Math.min(lines.length, top + height);
			const place = lines.length > height ? `${top + 1}-${last} of ${lines.length}` : '';
			const rows: Row[] = lines
				.slice(top, last)
				.map((text) => ({ left: [{ text: ' ' }], body: { text }, slides: true }));
			while (rows.length < height) rows.push({});
			const keys = keyRow([
				[theme.glyphs.upDown, 'scroll'],
				[theme.glyphs.leftRight, 'sideways'],
				['q', 'back'],
			]);
			return { rows: [heading(theme, title, place, size.columns), ...rows, keys], side };
		},
		key: (event, { size }) => {
			if (event.kind === 'paste') return undefined;
			const height = Math.max(1, size.rows - 2);
			top = scrolled(event.name, top, height, lines.length) ?? top;
			side = slid(event.name, side) ?? side;
			return ['q', 'escape', 'enter', 'ctrl-c'].includes(event.name) ? { result: undefined } : undefined;
		},
	};
}
