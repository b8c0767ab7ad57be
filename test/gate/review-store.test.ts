import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Question } from '../../src/gate/approver.ts';
import type { Clock } from '../../src/gate/coalesce.ts';
import { createReview, type ReviewStore } from '../../src/gate/review-store.ts';
import type { Approval } from '../../src/model/decision.ts';
import type { Detail, ReviewCounts, ReviewItem } from '../../src/model/review.ts';

const by = { person: 'mia' } as const;
const yes: Approval = { approved: true, by };
const no: Approval = { approved: false, by };
const facts: Detail = { kind: 'facts', facts: [] };

function change(id: number, version?: string): ReviewItem {
	const item: ReviewItem = {
		id,
		effect: { kind: 'write', path: `/f${id}` },
		change: 'modify',
		state: { kind: 'pending', live: false },
	};
	return version === undefined ? item : { ...item, version };
}

function question(id: number): Question {
	const effect = { kind: 'run', argv: ['ls'], program: '/bin/ls', cwd: '/', env: {} } as const;
	return { id, effect, verdict: { decision: 'ask', by: { rule: 'r' } } };
}

function review(loadDetail: (id: number) => Promise<Detail> = async () => facts, clock?: Clock): ReviewStore {
	const options = { session: 's', script: 'x.py', policy: 'p', loadDetail };
	return createReview(clock === undefined ? options : { ...options, clock });
}

const state = (store: ReviewStore, id: number) => store.state().items.find((item) => item.id === id)?.state;

/** A clock that goes when it is told to. */
function handClock(): Clock & { go(ms: number): void } {
	let now = 0;
	let timers: { at: number; run: () => void }[] = [];
	return {
		now: () => now,
		after(ms, run) {
			const timer = { at: now + ms, run };
			timers.push(timer);
			return () => {
				timers = timers.filter((other) => other !== timer);
			};
		},
		go(ms) {
			now += ms;
			const due = timers.filter(({ at }) => at <= now);
			timers = timers.filter(({ at }) => at > now);
			for (const { run } of due) run();
		},
	};
}

describe('live questions', () => {
	test('wait for a decision and get it', async () => {
		const store = review();
		const answer = store.addLive(question(7), new AbortController().signal);
		expect(state(store, 7)).toEqual({ kind: 'pending', live: true });
		expect(store.state().counts.live).toBe(7);
		store.decide(7, { ...no, status: 3 });
		expect(await answer).toEqual({ ...no, status: 3 });
		expect(state(store, 7)).toEqual({ kind: 'denied', by });
		store.decide(7, yes);
		expect(state(store, 7)).toEqual({ kind: 'denied', by });
	});

	test.each(['apply', 'later', 'discard'] as const)(
		'are denied when the review ends (%s), and after it',
		async (end) => {
			const store = review();
			const answer = store.addLive(question(1), new AbortController().signal);
			store.finish(end);
			expect((await answer).approved).toBe(false);
			expect((await store.addLive(question(2), new AbortController().signal)).approved).toBe(false);
			store.decide(1, yes);
			expect(state(store, 1)?.kind).toBe('denied');
			expect(await store.whenFinished()).toBe(end);
		},
	);

	test('are denied when the run is stopped, before or after they were put', async () => {
		const store = review();
		const stop = new AbortController();
		const answer = store.addLive(question(1), stop.signal);
		stop.abort();
		expect((await answer).approved).toBe(false);
		expect((await store.addLive(question(2), stop.signal)).approved).toBe(false);
		expect(store.state().counts).toMatchObject({ pending: 0, live: undefined, denied: 2 });
	});
});

describe('decisions', () => {
	test('on a change can be changed until it is applied, but not against a rule', () => {
		const store = review();
		store.setChanges([change(1), change(2), change(3)]);
		store.decide(1, yes);
		store.decide(1, no);
		expect(state(store, 1)?.kind).toBe('denied');
		store.decide(1, yes);
		store.updateItem(1, { state: { kind: 'applied', by } });
		store.decide(1, no);
		expect(state(store, 1)?.kind).toBe('applied');
		store.updateItem(2, { state: { kind: 'denied', by: { rule: 'r' } } });
		store.decide(2, yes);
		expect(state(store, 2)).toEqual({ kind: 'denied', by: { rule: 'r' } });
		store.updateItem(3, { state: { kind: 'approved', by: { rule: 'r' } } });
		store.decide(3, no);
		expect(state(store, 3)?.kind).toBe('denied');
	});

	test('are told to the run, and none of what cannot be shown is a yes', async () => {
		const store = review(async (id) => {
			if (id === 2) throw new Error('gone');
			return facts;
		});
		const told: string[] = [];
		store.onDecided((item, approval) => told.push(`${item.id} ${approval.approved}`));
		store.setChanges([change(1), change(2)]);
		expect(await store.detail(2)).toEqual({ kind: 'failed', why: 'gone' });
		store.markSeen(2);
		store.decide(2, yes);
		store.decide(1, yes);
		store.decide(2, no);
		expect(store.state().seen.has(2)).toBe(false);
		expect(told).toEqual(['1 true', '2 false']);
	});

	test('approveSeen approves what is pending and was seen, and nothing else', () => {
		const store = review();
		store.setChanges([change(1), change(2), change(3)]);
		store.markSeen(1);
		store.markSeen(2);
		store.decide(2, no);
		expect(store.approveSeen('mia')).toBe(1);
		expect(store.state().items.map((item) => item.state.kind)).toEqual(['approved', 'denied', 'pending']);
	});
});

describe('a change set that is given again', () => {
	test('keeps the decision and that it was seen with the same version alone', () => {
		const store = review();
		store.setChanges([change(1, 'a'), change(2, 'a'), change(3)]);
		for (const id of [1, 2, 3]) {
			store.markSeen(id);
			store.decide(id, yes);
		}
		store.setChanges([change(1, 'a'), change(2, 'b'), change(3)]);
		expect([1, 2, 3].map((id) => state(store, id)?.kind)).toEqual(['approved', 'pending', 'pending']);
		expect([...store.state().seen]).toEqual([1]);
		store.setChanges([]);
		expect([...store.state().seen]).toEqual([]);
	});

	test('leaves commands where they are, in the order of the program', () => {
		const store = review();
		store.addItem({ id: 2, effect: question(2).effect, state: { kind: 'ran', by, status: 0 } });
		store.setChanges([change(3), change(1)]);
		expect(store.state().items.map((item) => item.id)).toEqual([1, 2, 3]);
	});

	test('makes a decision for the old version, or the mark of having seen it, count for nothing', () => {
		const store = review();
		store.setChanges([change(1, 'b')]);
		store.markSeen(1, 'a');
		store.decide(1, yes, 'a');
		expect(store.state().seen.size).toBe(0);
		expect(state(store, 1)?.kind).toBe('pending');
		store.decide(1, yes, 'b');
		expect(state(store, 1)?.kind).toBe('approved');
	});

	test('loads the detail anew for a new version, and once for the same', async () => {
		let loads = 0;
		const store = review(async () => {
			loads += 1;
			return {
				kind: 'diff',
				facts: [],
				lines: { length: 0, at: () => ({ kind: 'note', text: '' }) },
				added: 4,
				removed: 2,
			};
		});
		store.setChanges([change(1, 'a')]);
		await Promise.all([store.detail(1), store.detail(1)]);
		await store.detail(1);
		expect(loads).toBe(1);
		expect(store.state().items[0]).toMatchObject({ added: 4, removed: 2 });
		store.setChanges([change(1, 'b')]);
		expect(store.state().items[0]?.added).toBeUndefined();
		await store.detail(1);
		expect(loads).toBe(2);
	});
});

describe('the output', () => {
	test('is the last 64 KiB, whole characters, however it came', () => {
		fc.assert(
			fc.property(
				fc.array(fc.string({ unit: 'grapheme', maxLength: 20_000 }), { maxLength: 6 }),
				fc.integer({ min: 1, max: 5000 }),
				(parts, size) => {
					const store = review();
					const text = parts.join('').repeat(3);
					const bytes = Buffer.from(text);
					for (let at = 0; at < bytes.length; at += size) store.pushOutput(bytes.subarray(at, at + size));
					const kept = store.output();
					expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(65_536);
					expect(text.endsWith(kept)).toBe(true);
					if (bytes.length > 65_540) expect(Buffer.byteLength(kept)).toBeGreaterThan(65_530);
					else expect(kept).toBe(text);
				},
			),
			{ numRuns: 30 },
		);
	});

	test('takes a piece larger than itself, and bytes that are no text', () => {
		const store = review();
		store.pushOutput(Buffer.concat([Buffer.alloc(200_000, 'x'), Buffer.from('end\xff', 'latin1')]));
		expect(store.output()).toBe(`${'x'.repeat(65_532)}end\ufffd`);
	});
});

describe('listeners', () => {
	test('hear of a storm about 30 times a second, of its end surely, and of nothing after they left', () => {
		const clock = handClock();
		const store = review(undefined, clock);
		let calls = 0;
		let last: ReviewCounts | undefined;
		const leave = store.subscribe(() => {
			calls += 1;
			last = store.state().counts;
		});
		for (let ms = 0; ms < 1000; ms += 1) {
			for (let n = 0; n < 50; n += 1) store.pushOutput(Buffer.from('x'));
			store.addItem(change(ms + 1));
			clock.go(1);
		}
		clock.go(100);
		expect(calls).toBeGreaterThan(25);
		expect(calls).toBeLessThan(35);
		expect(last?.pending).toBe(1000);
		leave();
		store.addItem(change(5000));
		clock.go(100);
		expect(calls).toBeLessThan(35);
	});
});

test('counts and order are those of the items, whatever was done to them', () => {
	const step = fc.record({
		id: fc.integer({ min: 1, max: 12 }),
		what: fc.constantFrom('put', 'live', 'yes', 'no', 'ran', 'set', 'finish'),
	});
	fc.assert(
		fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
			const store = review();
			for (const { id, what } of steps) {
				if (what === 'put') store.addItem(change(id));
				else if (what === 'live') void store.addLive(question(id), new AbortController().signal);
				else if (what === 'yes') store.decide(id, yes);
				else if (what === 'no') store.decide(id, no);
				else if (what === 'ran') store.updateItem(id, { state: { kind: 'ran', by, status: 0 } });
				else if (what === 'set') store.setChanges([change(id), change(id + 1)]);
				else if (id === 1) store.finish('later');
			}
			const { items, counts } = store.state();
			const of = (...kinds: string[]) => items.filter(({ state: { kind } }) => kinds.includes(kind)).length;
			expect(items.map(({ id }) => id)).toEqual([...new Set(items.map(({ id }) => id))].sort((a, b) => a - b));
			expect(counts).toMatchObject({
				pending: of('pending'),
				approved: of('approved', 'ran', 'applied'),
				denied: of('denied'),
				toApply: items.filter((item) => item.state.kind === 'approved' && item.change !== undefined).length,
				changes: items.filter((item) => item.change !== undefined).length,
			});
			const live = items.filter((item) => item.state.kind === 'pending' && item.state.live).map(({ id }) => id);
			if (counts.live === undefined) expect(live).toEqual([]);
			else expect(live).toContain(counts.live);
		}),
	);
});
