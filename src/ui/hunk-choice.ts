/** Which parts of a change are taken, hunk by hunk or line by line, as in `git add -p`. */
import type { DiffLine, DiffPart, DiffParts } from '../model/review.ts';

/** What one answer is for. `taken` is undefined while there is none. */
export type Unit = { readonly parts: readonly DiffPart[]; readonly taken?: boolean };

export type Choice = { readonly units: readonly Unit[]; readonly at: number };

/** undefined: there is nothing to choose from. */
export function firstChoice({ hunks }: DiffParts): Choice | undefined {
	const units = hunks.filter((parts) => parts.length > 0).map((parts): Unit => ({ parts }));
	return units.length === 0 ? undefined : { units, at: 0 };
}

/** Answers the unit at hand and goes on to the next one that has no answer. */
export function answer(choice: Choice, taken: boolean): Choice {
	const units = choice.units.map((unit, index) => (index === choice.at ? { ...unit, taken } : unit));
	const open = (from: number, to: number) => {
		const found = units.slice(from, to).findIndex((unit) => unit.taken === undefined);
		return found < 0 ? undefined : from + found;
	};
	const next = open(choice.at + 1, units.length) ?? open(0, choice.at);
	return { units, at: next ?? Math.min(units.length - 1, choice.at + 1) };
}

/** The same answer for this unit and all after it that have none. */
export function answerRest(choice: Choice, taken: boolean): Choice {
	const units = choice.units.map((unit, index) =>
		index === choice.at || (index > choice.at && unit.taken === undefined) ? { ...unit, taken } : unit,
	);
	return { units, at: units.length - 1 };
}

export function move(choice: Choice, step: number): Choice {
	return { ...choice, at: Math.min(choice.units.length - 1, Math.max(0, choice.at + step)) };
}

/** A hunk as its changes, a change as its lines; undefined where it is one line already. */
export function split(choice: Choice): Choice | undefined {
	const unit = choice.units[choice.at];
	if (unit === undefined) return undefined;
	const [first] = unit.parts;
	const smaller = unit.parts.length > 1 ? unit.parts : first === undefined ? [] : linesOf(first);
	if (smaller.length < 2) return undefined;
	const units = smaller.map((part): Unit => ({ parts: [part] }));
	return { units: choice.units.toSpliced(choice.at, 1, ...units), at: choice.at };
}

export function takenParts({ units }: Choice): DiffPart[] {
	return units.flatMap((unit) => (unit.taken === true ? unit.parts : []));
}

/** How many have which answer. */
export function tally({ units }: Choice): { readonly taken: number; readonly left: number; readonly open: number } {
	const count = (taken: boolean | undefined) => units.filter((unit) => unit.taken === taken).length;
	return { taken: count(true), left: count(false), open: count(undefined) };
}

/** The unit that a line of the diff belongs to, by its place; undefined for lines that do not change. */
export function unitOf({ units }: Choice, line: DiffLine): number | undefined {
	if (line.kind !== 'added' && line.kind !== 'removed') return undefined;
	const number = line.kind === 'removed' ? line.before : line.after;
	const found = units.findIndex(({ parts }) =>
		parts.some((part) => number >= part[line.kind].start && number < part[line.kind].end),
	);
	return found < 0 ? undefined : found;
}

/** Lines that replace each other stay together where there are as many of both. */
function linesOf({ removed, added }: DiffPart): DiffPart[] {
	const gone = removed.end - removed.start;
	const come = added.end - added.start;
	const one = (start: number) => ({ start, end: start + 1 });
	const none = (start: number) => ({ start, end: start });
	if (gone === come) {
		return Array.from({ length: gone }, (_, index) => ({
			removed: one(removed.start + index),
			added: one(added.start + index),
		}));
	}
	return [
		...Array.from({ length: gone }, (_, index) => ({ removed: one(removed.start + index), added: none(added.start) })),
		...Array.from({ length: come }, (_, index) => ({ removed: none(removed.end), added: one(added.start + index) })),
	];
}
