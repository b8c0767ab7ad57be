/** How the parts of a line of code look: weight and the few colours that are readable on light and dark alike. */
import type { Token } from './grammar.ts';
import type { StyledSpan } from './row.ts';
import type { Style } from './theme.ts';

/**
 * Spans in the order of their starts that do not overlap; the innermost token counts. What has no style of its own stays
 * in the colour of its line, so that added and removed lines can be told apart by more than their signs.
 */
export function styled(tokens: readonly Token[]): StyledSpan[] {
	const spans: StyledSpan[] = [];
	const open: { readonly end: number; readonly style: Style | undefined }[] = [];
	let at = 0;
	const upTo = (end: number) => {
		const style = open.at(-1)?.style;
		if (end > at && style !== undefined) spans.push({ start: at, end, style });
		at = Math.max(at, end);
	};
	const closeBefore = (start: number) => {
		for (let last = open.at(-1); last !== undefined && last.end <= start; last = open.at(-1)) {
			upTo(last.end);
			open.pop();
		}
	};
	for (const { start, end, scope } of tokens) {
		closeBefore(start);
		upTo(start);
		open.push({ end, style: styleOf(scope, open.at(-1)?.style) });
	}
	closeBefore(Number.POSITIVE_INFINITY);
	return spans;
}

/** `lower` without what `upper` covers. Both in the order of their starts. */
export function beneath(lower: readonly StyledSpan[], upper: readonly StyledSpan[]): StyledSpan[] {
	const left: StyledSpan[] = [];
	let first = 0;
	for (const { start, end, style } of lower) {
		while ((upper[first]?.end ?? Number.POSITIVE_INFINITY) <= start) first += 1;
		let from = start;
		for (let index = first; from < end; index += 1) {
			const cover = upper[index];
			if (cover === undefined || cover.start >= end) break;
			if (cover.start > from) left.push({ start: from, end: cover.start, style });
			from = Math.max(from, cover.end);
		}
		if (from < end) left.push({ start: from, end, style });
	}
	return left;
}

// No red and green, which say removed and added; no yellow, which says found.
const word: Style = { colour: 'blue', bold: true };
const text: Style = { colour: 'cyan' };
const value: Style = { colour: 'magenta' };
const name: Style = { bold: true };
const aside: Style = { dim: true };

/** By the scopes of highlight.js; `outer` is the style of what the token stands in. */
function styleOf(scope: string, outer: Style | undefined): Style | undefined {
	const [kind = ''] = scope.split('.', 1);
	// An expression inside of a string is code again.
	return kind === 'subst' ? undefined : (styles.get(kind) ?? outer);
}

const styles: ReadonlyMap<string, Style> = new Map([
	...each(word, 'keyword type name selector-tag meta doctag'),
	...each(text, 'string regexp code link'),
	...each(value, 'number literal symbol bullet char variable template-variable'),
	...each(name, 'title section attr attribute property selector-class selector-id strong built_in'),
	...each(aside, 'comment quote'),
]);

function each(style: Style, kinds: string): [string, Style][] {
	return kinds.split(' ').map((kind) => [kind, style]);
}
