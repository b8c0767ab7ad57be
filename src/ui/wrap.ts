/** Text broken into rows by cells, never inside a character and without losing any. */
import { type Alphabet, clusters } from './visible.ts';

/** How much text that is not plain ASCII may still be measured; more than that would freeze the screen. */
export type WrapBudget = { units: number };

/** Enough for what people write, little enough for 100 ms. */
export const newBudget = (): WrapBudget => ({ units: 16 * 1024 });

/**
 * The parts of `text` that fit `width` cells each. Where measuring would take too long it is one part, longer than that,
 * which is to be scrolled sideways: then `slides` is true.
 */
export function wrap(
	text: string,
	width: number,
	alphabet: Alphabet,
	budget: WrapBudget,
): { readonly parts: readonly string[]; readonly slides: boolean } {
	if (width < 8) return { parts: [text], slides: true };
	if (printable.test(text)) return { parts: slices(text, width), slides: false };
	if (text.length > budget.units) return { parts: [text], slides: true };
	budget.units -= text.length;
	return { parts: measured(text, width, alphabet), slides: false };
}

/** No `<`: in ASCII that may have to be escaped. */
const printable = /^[\x20-\x3b\x3d-\x7e]*$/;

function slices(text: string, width: number): string[] {
	const parts: string[] = [];
	for (let at = 0; at < text.length; at += width) parts.push(text.slice(at, at + width));
	return parts.length === 0 ? [''] : parts;
}

function measured(text: string, width: number, alphabet: Alphabet): string[] {
	const parts: string[] = [];
	let start = 0;
	let used = 0;
	for (const cluster of clusters(text, alphabet)) {
		if (used + cluster.width > width && cluster.start > start) {
			parts.push(text.slice(start, cluster.start));
			start = cluster.start;
			used = 0;
		}
		used += cluster.width;
	}
	parts.push(text.slice(start));
	return parts;
}
