/** Lines of text to read, on the whole screen. */
import { heading } from './bars.ts';
import { motion } from './motion.ts';
import type { Page } from './page.ts';
import type { Row } from './row.ts';

/** Ends with `undefined` as its result when the person goes back. */
export function textPage(title: string, lines: readonly string[]): Page<undefined> {
	let top = 0;
	let side = 0;
	const clamp = (to: number, height: number) => Math.max(0, Math.min(to, lines.length - height));
	return {
		draw: ({ size, theme }) => {
			const height = Math.max(1, size.rows - 2);
			top = clamp(top, height);
			const last = Math.min(lines.length, top + height);
			const place = lines.length > height ? `${top + 1}-${last} of ${lines.length}` : '';
			const rows: Row[] = lines
				.slice(top, last)
				.map((text) => ({ left: [{ text: ' ' }], body: { text }, slides: true }));
			while (rows.length < height) rows.push({});
			const keys: Row = {
				left: [
					{ text: ` ${theme.glyphs.upDown}`, style: { bold: true } },
					{ text: ' scroll  ', style: { dim: true } },
					{ text: theme.glyphs.leftRight, style: { bold: true } },
					{ text: ' sideways  ', style: { dim: true } },
					{ text: 'q', style: { bold: true } },
					{ text: ' back', style: { dim: true } },
				],
			};
			return { rows: [heading(theme, title, place, size.columns), ...rows, keys], side };
		},
		key: (event, { size }) => {
			if (event.kind === 'paste') return undefined;
			const height = Math.max(1, size.rows - 2);
			const step = motion(event.name, height);
			if (step !== undefined) top = clamp(top + step, height);
			if (event.name === 'home' || event.name === 'g') top = 0;
			if (event.name === 'end' || event.name === 'G') top = clamp(lines.length, height);
			if (event.name === 'right' || event.name === 'l') side += 8;
			if (event.name === 'left' || event.name === 'h') side = Math.max(0, side - 8);
			return ['q', 'escape', 'enter', 'ctrl-c'].includes(event.name) ? { result: undefined } : undefined;
		},
	};
}
