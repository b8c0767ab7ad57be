/** Texts that differ in their line ends alone: said in a sentence, where a diff would be each line twice. */
import { commonBytes } from './text-lines.ts';

/** How many line ends become which. */
export type LineEnds = { readonly toLf: number; readonly toCrlf: number };

/** Undefined where anything else differs, or nothing. Looks no further than to the first other difference. */
export function lineEndsAlone(before: Buffer, after: Buffer): LineEnds | undefined {
	// What is equal at the beginning is compared in one go.
	const { head } = commonBytes(before, after);
	let [at, to] = [head, head];
	let toLf = 0;
	let toCrlf = 0;
	while (at < before.length && to < after.length) {
		if (before[at] === after[to]) {
			at += 1;
			to += 1;
		} else if (before[at] === 13 && before[at + 1] === 10 && after[to] === 10) {
			toLf += 1;
			at += 2;
			to += 1;
		} else if (after[to] === 13 && after[to + 1] === 10 && before[at] === 10) {
			toCrlf += 1;
			at += 1;
			to += 2;
		} else return undefined;
	}
	const isWhole = at === before.length && to === after.length;
	return isWhole && toLf + toCrlf > 0 ? { toLf, toCrlf } : undefined;
}

export function lineEndsFact({ toLf, toCrlf }: LineEnds): string {
	const many = (count: number, what: string) =>
		count === 0 ? [] : [`${what} in ${count.toLocaleString('en')} ${count === 1 ? 'line' : 'lines'}`];
	return `only line ends change: ${[...many(toLf, 'CRLF becomes LF'), ...many(toCrlf, 'LF becomes CRLF')].join(', ')}`;
}
