/** Which words of two lines differ. */
import { diffWordsWithSpace } from 'diff';
import type { Span } from '../model/review.ts';

/** Above this many UTF-16 units of a line, one span from the first to the last difference has to do. */
const wordLimit = 2000;

/** The words that differ between two lines. Undefined: they have next to nothing in common, so marks would only confuse. */
export function changedSpans(before: string, after: string): { before?: Span[]; after?: Span[] } {
	if (before.length > wordLimit || after.length > wordLimit) return outerSpans(before, after);
	const parts = diffWordsWithSpace(before, after, { timeout: 50 });
	if (parts === undefined) return outerSpans(before, after);
	const spans: { before: Span[]; after: Span[] } = { before: [], after: [] };
	let at = 0;
	let to = 0;
	let common = 0;
	for (const { value, added, removed } of parts) {
		if (removed) spans.before.push({ start: at, end: at + value.length });
		if (added) spans.after.push({ start: to, end: to + value.length });
		if (!added) at += value.length;
		if (!removed) to += value.length;
		if (!added && !removed) common += value.trim().length;
	}
	return common === 0 ? {} : spans;
}

function outerSpans(before: string, after: string): { before: Span[]; after: Span[] } {
	const most = Math.min(before.length, after.length);
	let head = 0;
	while (head < most && before[head] === after[head]) head++;
	let tail = 0;
	while (tail < most - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
	const span = (text: string): Span[] => (head < text.length - tail ? [{ start: head, end: text.length - tail }] : []);
	return { before: span(before), after: span(after) };
}
