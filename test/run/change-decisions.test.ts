import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Base, Change } from '../../src/model/change.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { Effect } from '../../src/model/effect.ts';
import { createChangeDecisions } from '../../src/run/change-decisions.ts';

const base: Base = { type: 'file', mode: 0o644, size: 1, ino: '1', mtimeNs: '1', ctimeNs: '1' };
const by = { rule: 'test.yaml:1' };
const person = { person: 'mia' };

function created(order: number, path: string, mode = 0o644): Change {
	return { kind: 'create', order, path, after: { type: 'file', mode, size: 1, content: `${order}` } };
}

function directory(order: number, path: string): Change {
	return { kind: 'create', order, path, after: { type: 'directory', mode: 0o755 } };
}

const always = (decision: Decision) => () => ({ decision, by });

/** Changes below two new directories and deletions of an old tree, each decided somehow. */
const decided = fc.record({
	make: fc.array(fc.constantFrom('/new', '/new/a', '/new/a/b', '/other'), { maxLength: 4 }),
	files: fc.array(fc.constantFrom('/new/x', '/new/a/x', '/new/a/b/x', '/other/x', '/kept/x'), { maxLength: 5 }),
	remove: fc.array(fc.constantFrom('/old', '/old/a', '/old/a/x', '/old/y'), { maxLength: 4 }),
	answers: fc.array(fc.constantFrom<Decision>('allow', 'ask', 'deny'), { minLength: 13, maxLength: 13 }),
});

test('nothing is approved below a new directory that is not, and no directory goes while something in it stays', () => {
	fc.assert(
		fc.property(decided, ({ make, files, remove, answers }) => {
			const paths = [...new Set<string>([...make, ...files])];
			const changes: Change[] = paths.map((path, order) =>
				make.some((one) => one === path) ? directory(order, path) : created(order, path),
			);
			for (const path of new Set(remove)) changes.push({ kind: 'delete', order: changes.length, path, base });
			const answerOf = (effect: Effect) => {
				const order = changes.findIndex((change) => 'path' in effect && change.path === effect.path);
				return { decision: answers[order] ?? 'ask', by };
			};
			const decisions = createChangeDecisions(answerOf);
			decisions.set(changes);
			const approved = decisions.approved();
			const isApproved = (change: Change) => approved.includes(change);
			for (const change of approved) expect(answers[change.order]).toBe('allow');
			for (const [above, below] of changes.flatMap((a) => changes.map((b) => [a, b] as const))) {
				if (!below.path.startsWith(`${above.path}/`)) continue;
				if (above.kind === 'create' && isApproved(below)) expect(isApproved(above)).toBe(true);
				if (above.kind === 'delete' && isApproved(above)) expect(isApproved(below)).toBe(true);
			}
		}),
	);
});

test.each([0o4755, 0o2755, 0o6711])(
	'a file that lends the rights of its owner (mode %i) is a question, whatever rule allows it',
	(mode) => {
		const decisions = createChangeDecisions(always('allow'));
		decisions.set([created(1, '/a', mode), created(2, '/b'), directory(3, '/c')]);
		expect(decisions.approved().map(({ path }) => path)).toEqual(['/b', '/c']);
		expect(decisions.get(1)?.verdict).toMatchObject({ decision: 'ask' });
		decisions.decide(1, { approved: true, by: person });
		expect(decisions.approved()).toHaveLength(3);
		const denied = createChangeDecisions(always('deny'));
		denied.set([created(1, '/a', mode)]);
		expect(denied.get(1)?.verdict.decision).toBe('deny');
	},
);

test('a decision is bound to what was shown: a change that is another by now is undecided again', () => {
	const decisions = createChangeDecisions(always('ask'));
	decisions.set([created(1, '/a')]);
	decisions.decide(1, { approved: true, by: person });
	expect(decisions.approved()).toHaveLength(1);
	decisions.set([created(1, '/a')]);
	expect(decisions.approved()).toHaveLength(1);
	decisions.set([created(1, '/a', 0o4755)]);
	expect(decisions.approved()).toEqual([]);
	expect(decisions.items().map(({ state }) => state.kind)).toEqual(['pending']);
});

test('approving a file in a new directory approves that directory, and denying it does not', () => {
	const decisions = createChangeDecisions(always('ask'));
	decisions.set([directory(1, '/new'), directory(2, '/new/a'), created(3, '/new/a/x'), directory(4, '/newer')]);
	decisions.decide(3, { approved: false, by: person });
	expect(decisions.approved()).toEqual([]);
	decisions.decide(3, { approved: true, by: person });
	expect(decisions.approved().map(({ path }) => path)).toEqual(['/new', '/new/a', '/new/a/x']);
});

test('of a run that a limit stopped nothing is approved by a rule, and what a rule denied stays denied', () => {
	const decisions = createChangeDecisions((effect) => ({
		decision: 'path' in effect && effect.path === '/no' ? 'deny' : 'allow',
		by,
	}));
	decisions.set([created(1, '/yes'), created(2, '/no')]);
	expect(decisions.approved().map(({ path }) => path)).toEqual(['/yes']);
	decisions.leaveToPerson();
	expect(decisions.approved()).toEqual([]);
	expect(decisions.items().map(({ state }) => state.kind)).toEqual(['pending', 'denied']);
});

test('a rename is judged at both of its ends', () => {
	const rename: Change = {
		kind: 'rename',
		order: 1,
		from: '/protected/x',
		path: '/mine/x',
		base,
		after: { type: 'file', mode: 0o644, size: 1 },
	};
	const decisions = createChangeDecisions((effect) => ({
		decision: 'path' in effect && effect.path.startsWith('/protected/') ? 'deny' : 'allow',
		by,
	}));
	decisions.set([rename]);
	expect(decisions.approved()).toEqual([]);
});
