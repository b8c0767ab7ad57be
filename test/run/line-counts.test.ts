import { expect, test } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import type { Detail } from '../../src/model/review.ts';
import { createLineCounts } from '../../src/run/line-counts.ts';

function change(order: number, size: number): Change {
	return { kind: 'create', order, path: `/${order}`, after: { type: 'file', mode: 0o644, size, content: 'x' } };
}

const lines = { length: 0, at: () => ({ kind: 'note', text: '' }) as const };
const diff: Detail = { kind: 'diff', facts: [], lines, added: 2, removed: 1 };

test('each change is counted once, before it is applied', () => {
	let looked = 0;
	const counts = createLineCounts(
		() => {
			looked += 1;
			return diff;
		},
		() => 0,
	);
	const changes = [change(1, 10), change(2, 10)];
	counts.count(changes.slice(0, 1));
	counts.count(changes);
	expect(looked).toBe(2);
	expect(changes.map((one) => counts.get(one))).toEqual([
		{ added: 2, removed: 1 },
		{ added: 2, removed: 1 },
	]);
});

test('what is no text has no count', () => {
	const counts = createLineCounts(
		() => ({ kind: 'facts', facts: ['binary'] }),
		() => 0,
	);
	const one = change(1, 10);
	counts.count([one]);
	expect(counts.get(one)).toBeUndefined();
});

test('very many changes, very large ones, and ones that take long are not all counted', () => {
	const many = Array.from({ length: 10_000 }, (_, order) => change(order, 1));
	const counted = (changes: readonly Change[], msEach: number) => {
		let now = 0;
		const counts = createLineCounts(
			() => {
				now += msEach;
				return diff;
			},
			() => now,
		);
		counts.count(changes);
		return changes.filter((one) => counts.get(one) !== undefined).length;
	};
	expect(counted(many, 0)).toBe(500);
	expect(counted(many, 200)).toBe(3);
	const huge = [change(1, 1e9), change(2, 100), change(3, 1e9)];
	expect(counted(huge, 0)).toBe(1);
});
