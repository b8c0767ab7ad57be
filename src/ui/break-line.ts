/** Where a line of a file is broken so that each part fits: between any two characters, and never inside of one. */
import { type Alphabet, clusters } from './visible.ts';

/** Longer lines are not broken but moved sideways: they would fill the screen many times over, UTF-16 units. */
const longest = 4000;

/** A tab of a file, cells. */
export const fileTab = 4;

/** Where each part begins, in UTF-16 units; the first one at 0. One part alone: it fits, or it is too long to be broken. */
export function breakLine(text: string, room: number, alphabet: Alphabet): readonly number[] {
	if (text.length > longest || room < 8) return start;
	if (printable.test(text)) return text.length <= room ? start : slices(text.length, room);
	const starts = [0];
	let from = 0;
	for (;;) {
		const next = endOf(text.slice(from), room, alphabet);
		if (next === undefined) return starts;
		from += next;
		starts.push(from);
	}
}

const start: readonly number[] = [0];

/** No `<`: in ASCII that may have to be escaped. */
const printable = /^[\x20-\x3b\x3d-\x7e]*$/;

function slices(length: number, room: number): number[] {
	return Array.from({ length: Math.ceil(length / room) }, (_, index) => index * room);
}

/** Where the first part of `text` ends; undefined where all of it fits. */
function endOf(text: string, room: number, alphabet: Alphabet): number | undefined {
	let used = 0;
	for (const cluster of clusters(text, alphabet, { tab: fileTab })) {
		if (used + cluster.width > room && cluster.start > 0) return cluster.start;
		used += cluster.width;
	}
	return undefined;
}
