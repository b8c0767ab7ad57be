/** Text broken into rows by cells, never inside a character and without losing what can be seen. */
import { type Alphabet, clusters } from './visible.ts';

/** How much text that is not plain ASCII may still be measured; more than that would freeze the screen. */
export type WrapBudget = { units: number };

/** Enough for what people write, little enough for 100 ms. */
export const newBudget = (): WrapBudget => ({ units: 16 * 1024 });

/** Where a part may end: between any two characters, or after a space where the words are short enough. A space that has no room at the end of a part is left out. */
export type Breaks = 'anywhere' | 'words';

/**
 * The parts of `text` that fit `width` cells each. Where measuring would take too long it is one part, longer than that,
 * which is to be scrolled sideways: then `slides` is true.
 */
export function wrap(
	text: string,
	width: number,
	alphabet: Alphabet,
	budget: WrapBudget,
	breaks: Breaks = 'anywhere',
): { readonly parts: readonly string[]; readonly slides: boolean } {
	if (width < 8) return { parts: [text], slides: true };
	if (printable.test(text)) return { parts: slices(text, width, breaks), slides: false };
	if (text.length > budget.units) return { parts: [text], slides: true };
	budget.units -= text.length;
	return { parts: measured(text, width, alphabet, breaks), slides: false };
}

/** No `<`: in ASCII that may have to be escaped. */
const printable = /^[\x20-\x3b\x3d-\x7e]*$/;

function slices(text: string, width: number, breaks: Breaks): string[] {
	const parts: string[] = [];
	let start = 0;
	while (text.length - start > width) {
		const full = start + width;
		const space = breaks === 'words' ? start + text.slice(start, full + 1).lastIndexOf(' ') : -1;
		const end = space > start ? Math.min(space + 1, full) : full;
		parts.push(text.slice(start, end));
		start = space === full ? full + 1 : end;
	}
	if (start < text.length || parts.length === 0) parts.push(text.slice(start));
	return parts;
}

function measured(text: string, width: number, alphabet: Alphabet, breaks: Breaks): string[] {
	const parts: string[] = [];
	let start = 0;
	let used = 0;
	/** Where the last word of this part begins, and the cells before it. */
	let word = { start: 0, used: 0 };
	for (const cluster of clusters(text, alphabet)) {
		const isSpace = breaks === 'words' && cluster.shown === ' ';
		const isOver = used + cluster.width > width && cluster.start > start;
		if (isOver) {
			const end = !isSpace && word.start > start + 1 ? word.start : cluster.start;
			parts.push(text.slice(start, end));
			used = end === cluster.start ? 0 : used - word.used;
			start = isSpace ? end + 1 : end;
			word = { start, used: 0 };
			if (isSpace) continue;
		}
		used += cluster.width;
		if (isSpace) word = { start: cluster.start + 1, used };
	}
	if (start < text.length || parts.length === 0) parts.push(text.slice(start));
	return parts;
}
