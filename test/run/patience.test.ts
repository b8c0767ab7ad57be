/** When a replay lets others go on: a busy machine is no reason. */
import { expect, test } from 'vitest';
import { Patience } from '../../src/run/patience.ts';

function wakesUntilOver(computed: (wake: number) => number): number {
	const patience = new Patience();
	for (let wake = 1; wake < 1000; wake += 1) {
		patience.woken(computed(wake));
		if (patience.isOver) return wake;
	}
	return Number.POSITIVE_INFINITY;
}

test('tasks that stand still are let go on after three seconds, one that computes is waited for a minute', () => {
	expect(wakesUntilOver(() => 500)).toBe(17);
	expect(wakesUntilOver((wake) => 10 * wake)).toBe(16);
	expect(wakesUntilOver((wake) => 200 * Math.floor(wake / 10))).toBe(301);
	expect(wakesUntilOver((wake) => 100 * Math.min(wake, 100))).toBe(116);
});

test('what was played renews it', () => {
	const patience = new Patience();
	for (let wake = 0; wake < 10; wake += 1) patience.woken(7);
	patience.renew();
	for (let wake = 0; wake < 10; wake += 1) patience.woken(7);
	expect([patience.isOver, patience.wakes]).toEqual([false, 10]);
});
