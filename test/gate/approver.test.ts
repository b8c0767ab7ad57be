import { describe, expect, test } from 'vitest';
import { type Approver, person, plan, type Question, settle, unattended, withdrawn } from '../../src/gate/approver.ts';
import type { Approval, Verdict } from '../../src/model/decision.ts';

const verdict: Verdict = { decision: 'ask', by: { rule: 'review.yaml:3' } };
const question: Question = { id: 1, effect: { kind: 'delete', path: '/a' }, verdict };
const yes: Approval = { approved: true, by: { person: 'mia' } };
const signal = () => new AbortController().signal;
const says = (answer: unknown): Approver => ({ ask: () => Promise.resolve(JSON.parse(JSON.stringify(answer))) });

describe('settle', () => {
	test('takes the answer of a policy that has one, and asks nobody', async () => {
		const never: Approver = { ask: () => Promise.reject(new Error('asked')) };
		const because = 'credentials';
		expect(await settle({ decision: 'deny', by: { rule: 'r' }, because }, never, question, signal())).toEqual({
			approved: false,
			by: { rule: 'r' },
			because,
		});
		expect(await settle({ decision: 'allow', by: { rule: 'r' } }, never, question, signal())).toEqual({
			approved: true,
			by: { rule: 'r' },
		});
	});

	test('asks when the policy says ask', async () => {
		expect(await settle(verdict, says(yes), question, signal())).toEqual(yes);
		expect(await settle(verdict, unattended, question, signal())).toMatchObject({
			approved: false,
			by: { built: 'unattended' },
		});
		expect(await settle(verdict, plan, question, signal())).toEqual({
			approved: false,
			by: { built: 'plan' },
			because: 'nobody to ask in --plan; review cannot run it later',
		});
	});

	test('where nobody answers, the denial says what it was asked for', async () => {
		const doubtful = { ...question, verdict: { ...verdict, because: 'it writes a file' } };
		expect(await settle(verdict, unattended, doubtful, signal())).toMatchObject({
			because: 'nobody to ask (--unattended); asked: it writes a file',
		});
	});

	test('a question that was withdrawn is neither approved nor denied by anybody, whatever comes later', async () => {
		const stop = new AbortController();
		const late: Approver = {
			ask: async () => {
				stop.abort(withdrawn);
				return yes;
			},
		};
		expect(await settle(verdict, late, question, stop.signal)).toEqual({
			approved: false,
			by: { built: 'kernel' },
			because: withdrawn,
		});
	});

	test('takes anything but a clear yes for a no', async () => {
		for (const approved of ['yes', 1, null, undefined, {}, 'true']) {
			const approval = await settle(verdict, says({ approved, by: { person: 'x' } }), question, signal());
			expect(approval.approved).toBe(false);
		}
		expect((await settle(verdict, says(null), question, signal())).approved).toBe(false);
	});

	test('takes an approver that fails, at once or later, for a no', async () => {
		const throws: Approver = {
			ask() {
				throw new Error('broken');
			},
		};
		const rejects: Approver = { ask: () => Promise.reject(new Error('broken')) };
		for (const approver of [throws, rejects]) {
			const approval = await settle(verdict, approver, question, signal());
			expect(approval).toMatchObject({ approved: false, because: 'asking failed: broken' });
		}
	});

	test('does not wait for an answer when the run is stopped, and takes none that comes too late', async () => {
		const stop = new AbortController();
		const pending = settle(verdict, { ask: () => new Promise(() => {}) }, question, stop.signal);
		stop.abort();
		expect((await pending).approved).toBe(false);

		const late = new AbortController();
		const approver: Approver = {
			async ask() {
				late.abort();
				return yes;
			},
		};
		expect((await settle(verdict, approver, question, late.signal)).approved).toBe(false);
		expect((await settle(verdict, says(yes), question, AbortSignal.abort())).approved).toBe(false);
	});

	test('hands a question to the review by way of the person', async () => {
		const asked: number[] = [];
		const desk = {
			addLive: async ({ id }: Question) => {
				asked.push(id);
				return yes;
			},
		};
		expect(await settle(verdict, person(desk), question, signal())).toEqual(yes);
		expect(asked).toEqual([1]);
	});
});
