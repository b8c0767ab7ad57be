/** The lines of a diff as rows with two sides: old and new. */
import type { DiffLine, DiffPair, DiffPairs } from '../model/review.ts';
import type { Block } from './diff-view.ts';

/** Rows from `row` on: of one block, or of a change's removed and added runs beside each other. */
type Group = {
	readonly row: number;
	readonly rows: number;
	/** The first line of the block in the one-sided diff; of the removed run, where there are two. */
	readonly line: number;
	readonly removed: number;
	/** The first line of the added run. */
	readonly addedLine: number;
	readonly added: number;
	readonly kind: 'whole' | 'same' | 'change';
};

/** `starts`: the first line of each block; `at`: a line of the one-sided diff. */
export function pairsOf(
	blocks: readonly Block[],
	starts: readonly number[],
	at: (line: number) => DiffLine,
): DiffPairs {
	const groups: Group[] = [];
	let row = 0;
	const add = (group: Omit<Group, 'row'>) => {
		groups.push({ ...group, row });
		row += group.rows;
	};
	for (let index = 0; index < blocks.length; index += 1) {
		const block = blocks[index];
		const line = starts[index] ?? 0;
		if (block?.kind !== 'run') {
			add({ kind: 'whole', rows: 1, line, removed: 1, addedLine: line, added: 0 });
			continue;
		}
		const { run, partner } = block;
		if (run.kind === 'same') {
			add({ kind: 'same', rows: run.count, line, removed: run.count, addedLine: line, added: 0 });
		} else if (run.kind === 'removed' && partner !== undefined) {
			// A note (no newline at the end) may stand between the two: it comes after both.
			const next = blocks[index + 1]?.kind === 'note' ? index + 2 : index + 1;
			const rows = Math.max(run.count, partner.count);
			add({ kind: 'change', rows, line, removed: run.count, addedLine: starts[next] ?? 0, added: partner.count });
			if (next === index + 2) {
				const note = starts[index + 1] ?? 0;
				add({ kind: 'whole', rows: 1, line: note, removed: 1, addedLine: note, added: 0 });
			}
			index = next;
		} else {
			const isRemoved = run.kind === 'removed';
			const [removed, added] = isRemoved ? [run.count, 0] : [0, run.count];
			add({ kind: 'change', rows: run.count, line, removed, addedLine: line, added });
		}
	}
	return {
		length: row,
		at(wanted): DiffPair {
			const group = groups[find(groups, wanted, 'row')];
			if (group === undefined) throw new RangeError(`there is no row ${wanted}`);
			const offset = wanted - group.row;
			if (group.kind === 'whole') return { kind: 'whole', line: at(group.line) };
			const before = offset < group.removed ? at(group.line + offset) : undefined;
			if (group.kind === 'same') return { kind: 'sides', before, after: before };
			return { kind: 'sides', before, after: offset < group.added ? at(group.addedLine + offset) : undefined };
		},
		rowOf(line) {
			const index = find(groups, line, 'line');
			const last = groups[index];
			// The note after a removed run stands before the added one in the one-sided diff, and after both here.
			const group = last?.kind === 'whole' && line > last.line ? groups[index - 1] : last;
			if (group === undefined) return 0;
			const isAdded = group.added > 0 && line >= group.addedLine;
			return group.row + Math.min(group.rows - 1, Math.max(0, line - (isAdded ? group.addedLine : group.line)));
		},
		lineOf(wanted) {
			const group = groups[find(groups, wanted, 'row')];
			if (group === undefined) return 0;
			const offset = wanted - group.row;
			return offset < group.removed ? group.line + offset : group.addedLine + offset;
		},
	};
}

/** Index of the last group that begins at or before `value`. */
function find(groups: readonly Group[], value: number, by: 'row' | 'line'): number {
	let low = 0;
	let high = groups.length - 1;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if ((groups[middle]?.[by] ?? 0) <= value) low = middle;
		else high = middle - 1;
	}
	return low;
}
