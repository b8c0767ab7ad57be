/**
 * Merges two changes of one text, line by line: what stood there (base), what somebody else made of it (machine), and what
 * the script made of it. Bytes stay as they are: lines are told apart as latin1, which is one character for each byte.
 */
import { diffArrays } from 'diff';
import { isBinary } from './file-facts.ts';

/** A stretch of the merge. Lines hold their line end. */
export type Region =
	| { readonly kind: 'same'; readonly lines: readonly string[] }
	/** One side changed it (or both in the same way); its lines are taken. */
	| {
			readonly kind: 'machine' | 'script' | 'both';
			readonly base: readonly string[];
			readonly lines: readonly string[];
	  }
	/** Both did, differently: nobody but a person can say. */
	| {
			readonly kind: 'conflict';
			readonly base: readonly string[];
			readonly machine: readonly string[];
			readonly script: readonly string[];
	  };

/** Above this many bytes of any of the three nothing is merged: nobody would read it. */
export const mergeLimit = 1 << 20;

/** Undefined: not text, too large, or too different to be compared in `timeout` milliseconds. */
export function threeWay(base: Buffer, machine: Buffer, script: Buffer, timeout = 500): readonly Region[] | undefined {
	const sides = [base, machine, script];
	if (sides.some((side) => side.length > mergeLimit || isBinary(side))) return undefined;
	const lines = linesOf(base);
	const byMachine = editsOf(lines, linesOf(machine), timeout);
	const byScript = editsOf(lines, linesOf(script), timeout);
	return byMachine === undefined || byScript === undefined ? undefined : merge(lines, byMachine, byScript);
}

/** The merged text; undefined where a person has to decide. */
export function mergedText(regions: readonly Region[]): Buffer | undefined {
	if (regions.some(({ kind }) => kind === 'conflict')) return undefined;
	return bytesOf(regions.flatMap((region) => (region.kind === 'conflict' ? [] : region.lines)));
}

/** The merged text with both sides of each conflict between marks, as `git merge` writes them. */
export function markedText(regions: readonly Region[]): Buffer {
	return bytesOf(
		regions.flatMap((region) => {
			if (region.kind !== 'conflict') return region.lines;
			const { machine, base, script } = region;
			return [
				'<<<<<<< machine\n',
				...ended(machine),
				'||||||| base\n',
				...ended(base),
				'=======\n',
				...ended(script),
				'>>>>>>> script\n',
			];
		}),
	);
}

/** Whether a text holds marks of a conflict that nobody has decided. */
export function hasMarks(text: Buffer): boolean {
	return linesOf(text).some((line) => /^(?:<{7}|\|{7}|>{7}) (?:machine|base|script)\n?$/.test(line));
}

/** Lines `from` to before `to` of the base are replaced by `lines`. */
type Edit = { readonly from: number; readonly to: number; readonly lines: readonly string[] };

function editsOf(base: readonly string[], side: readonly string[], timeout: number): readonly Edit[] | undefined {
	const parts = diffArrays([...base], [...side], { timeout });
	if (parts === undefined) return undefined;
	const edits: Edit[] = [];
	let at = 0;
	for (const { value, added, removed } of parts) {
		const last = edits.at(-1);
		if (!added && !removed) {
			at += value.length;
			continue;
		}
		const edit: Edit = added ? { from: at, to: at, lines: value } : { from: at, to: at + value.length, lines: [] };
		if (last !== undefined && last.to === at) {
			edits[edits.length - 1] = { from: last.from, to: edit.to, lines: [...last.lines, ...edit.lines] };
		} else edits.push(edit);
		at = edit.to;
	}
	return edits;
}

function merge(base: readonly string[], machine: readonly Edit[], script: readonly Edit[]): readonly Region[] {
	const regions: Region[] = [];
	let at = 0;
	let left = 0;
	let right = 0;
	while (left < machine.length || right < script.length) {
		const from = Math.min(machine[left]?.from ?? base.length, script[right]?.from ?? base.length);
		let to = from;
		const [firstLeft, firstRight] = [left, right];
		// Edits that overlap or touch belong together: whether two inserts at one place go in this order or that, nobody can say.
		for (;;) {
			const a = machine[left];
			const b = script[right];
			if (a !== undefined && a.from <= to) {
				to = Math.max(to, a.to);
				left += 1;
			} else if (b !== undefined && b.from <= to) {
				to = Math.max(to, b.to);
				right += 1;
			} else break;
		}
		if (from > at) regions.push({ kind: 'same', lines: base.slice(at, from) });
		const old = base.slice(from, to);
		const byMachine = edited(base, from, to, machine.slice(firstLeft, left));
		const byScript = edited(base, from, to, script.slice(firstRight, right));
		if (right === firstRight) regions.push({ kind: 'machine', base: old, lines: byMachine });
		else if (left === firstLeft) regions.push({ kind: 'script', base: old, lines: byScript });
		else if (byMachine.join('') === byScript.join('')) regions.push({ kind: 'both', base: old, lines: byScript });
		else regions.push({ kind: 'conflict', base: old, machine: byMachine, script: byScript });
		at = to;
	}
	if (at < base.length) regions.push({ kind: 'same', lines: base.slice(at) });
	return regions;
}

/** Lines `from` to before `to` of the base after these edits, which lie in them. */
function edited(base: readonly string[], from: number, to: number, edits: readonly Edit[]): string[] {
	const out: string[] = [];
	let at = from;
	for (const edit of edits) {
		out.push(...base.slice(at, edit.from), ...edit.lines);
		at = edit.to;
	}
	return [...out, ...base.slice(at, to)];
}

function linesOf(text: Buffer): string[] {
	return text.toString('latin1').match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function ended(lines: readonly string[]): string[] {
	return lines.map((line) => (line.endsWith('\n') ? line : `${line}\n`));
}

function bytesOf(lines: readonly string[]): Buffer {
	return Buffer.from(lines.join(''), 'latin1');
}
