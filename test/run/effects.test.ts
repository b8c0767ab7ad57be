/** Very many effects: each is recorded, few are kept in memory, and the count of the rest is told. */
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../src/model/decision.ts';
import type { Effect } from '../../src/model/effect.ts';
import { EffectLog } from '../../src/run/effect-log.ts';
import { createEffectRecord } from '../../src/run/effect-record.ts';

const allowed: Approval = { approved: true, by: { rule: 'p:1' } };
const denied: Approval = { approved: false, by: { rule: 'p:2' } };
const read = (n: number): Effect => ({ kind: 'read', path: `/f${n}` });

describe('the log of effects', () => {
	test('tells each different one once, and none of 250,000 is left out', () => {
		let next = 1;
		const log = new EffectLog(() => next++, { bytes: Number.POSITIVE_INFINITY, onFull: () => {} });
		const told = new Set<number>();
		for (let n = 0; n < 250_000; n++) {
			const { id, fresh } = log.add(read(n), allowed);
			expect(fresh).toBe(true);
			told.add(id);
			if (n % 1000 === 0) expect(log.add(read(n), allowed)).toEqual({ id, fresh: false });
		}
		expect(told.size).toBe(250_000);
		expect(log.add(read(249_999), denied).fresh).toBe(true);
	});

	test('says when the record has grown beyond its room', () => {
		let full = 0;
		const log = new EffectLog(() => 1, { bytes: 10_000, onFull: () => full++ });
		for (let n = 0; n < 30; n++) log.add(read(n), allowed);
		expect(full).toBe(0);
		for (let n = 30; n < 40; n++) log.add(read(n), allowed);
		expect(full).toBeGreaterThan(0);
	});
});

test('a report lists 100,000 effects and counts the rest; the record gets them all', () => {
	let events = 0;
	const record = createEffectRecord(
		() => events++,
		() => 0,
	);
	for (let n = 0; n < 100_000; n++) expect(record.add(n, read(n), allowed)).toBe(true);
	expect(record.denied()).toBe(false);
	expect(record.add(100_000, read(100_000), allowed)).toBe(false);
	expect(record.add(100_001, read(100_001), denied)).toBe(false);
	expect(record.all()).toHaveLength(100_000);
	expect(record.unlisted()).toEqual({ allowed: 1, denied: 1 });
	expect(record.denied()).toBe(true);
	expect(events).toBe(100_002);
});
