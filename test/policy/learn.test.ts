/** Policies from what was decided in recorded runs, and cases. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Effect } from '../../src/model/effect.ts';
import type { RunEvent } from '../../src/model/event.ts';
import { type Case, parseCases } from '../../src/policy/cases.ts';
import { decide } from '../../src/policy/decide.ts';
import { learnPolicy, type RecordedSession } from '../../src/policy/learn.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { PolicyError } from '../../src/policy/problem.ts';
import { judgeRecorded, recordedDecisions } from '../../src/policy/recorded.ts';
import { context, policyOf, shipped } from './machine.ts';

const env = { PATH: '/usr/bin:/bin', HOME: '/home/me', SECRET: 'x' };
const write = (name: string): Effect => ({ kind: 'write', path: `/home/me/work/${name}` });
const run = (...argv: string[]): Effect => ({
	kind: 'run',
	argv,
	program: `/usr/bin/${argv[0] === 'sh' ? 'dash' : argv[0]}`,
	cwd: '/home/me/work',
	env,
});

let at = 0;
const said = (effect: Effect, approved: boolean): RunEvent => {
	at += 1;
	return { kind: 'effect', at, id: at, effect, approval: { approved, by: { person: 'me' } } };
};

function session(id: string, approved: readonly Effect[], denied: readonly Effect[] = []): RecordedSession {
	const events = [...approved.map((one) => said(one, true)), ...denied.map((one) => said(one, false))];
	return { id, recorded: recordedDecisions(events) };
}

function learn(sessions: readonly RecordedSession[], base = 'review'): string {
	const text = learnPolicy(sessions, { name: 'learned', base, context, find: shipped });
	if (text instanceof PolicyError) throw text;
	return text;
}

test('a learned policy extends the one of the sessions, names what was approved, and says where each rule comes from', () => {
	const text = learn([
		session('A', [write('out/1.csv'), write('out/2.csv'), write('notes.txt'), run('git', 'log', '--oneline')]),
		session('B', [write('out/3.csv'), write('out/1.csv')]),
	]);
	expect(text).toBe(
		[
			'# Learned from A, B. Read it before you use it.',
			'name: "learned"',
			'extends: "review"',
			'',
			'rules:',
			'  # approved: 3 effects in A, 2 effects in B',
			'  - allow: write',
			'    path:',
			'      - "./out/*.csv"',
			'      - "./notes.txt"',
			'  # approved: 1 effect in A',
			'  - allow: run',
			'    command: "git log --oneline"',
			'',
		].join('\n'),
	);
	const policy = policyOf(text);
	expect(decide(policy, write('out/9.csv')).decision).toBe('allow');
	expect(decide(policy, write('other.txt')).decision).toBe('ask');
});

test('what was denied in one session is not learned, though it was approved in another, and opens no pattern', () => {
	const outs = ['out/1.csv', 'out/2.csv', 'out/3.csv'].map(write);
	const text = learn([session('A', [...outs, write('x')]), session('B', [], [write('out/4.csv'), write('x')])]);
	const policy = policyOf(text);
	expect(outs.map((one) => decide(policy, one).decision)).toEqual(['allow', 'allow', 'allow']);
	expect(decide(policy, write('out/4.csv')).decision).toBe('ask');
	expect(decide(policy, write('x')).decision).toBe('ask');
});

test('what was denied although the policy allows it, or becomes allowed by parts that were approved, gets a deny', () => {
	const both = run('sh', '-c', 'ls -r; git log');
	const text = learn([session('A', [run('ls', '-r'), run('git', 'log')], [both, write('keep.txt')])], 'project');
	expect(text).toContain('  # denied: 2 effects in A\n'.replace('2 effects', '1 effect'));
	const policy = policyOf(text);
	expect(decide(policy, both).decision).toBe('deny');
	expect(decide(policy, write('keep.txt')).decision).toBe('deny');
	expect(decide(policy, run('git', 'log')).decision).toBe('allow');
});

test('what no allow can open, and what the record has only without its secrets, is said and gets no rule', () => {
	const text = learn(
		[session('A', [write('.git/HEAD\n- evil\u202e'), run('git', 'fetch', '--token=(masked)')])],
		'project',
	);
	expect(text).toContain('# Not allowed by any rule here: "write /home/me/work/.git/HEAD\\n- evil\\u202e"\n');
	expect(text).toContain('# Not allowed by any rule here: "run git fetch --token=(masked)"\n');
	expect(text).not.toContain('rules:');
});

test('whatever was approved and denied: what is learned is a policy, and allows nothing that was denied', () => {
	const name = fc.constantFrom(
		'a',
		'b',
		'c',
		'd.txt',
		'e.txt',
		'f.txt',
		'x-1',
		'x-2',
		'x-3',
		'*',
		'q"\n',
		'.git/x',
		'é\u0085',
	);
	const path = fc
		.tuple(fc.constantFrom('', 'out/', 'out/deep/', '../'), name)
		.map(([folder, file]) =>
			folder === '../' ? ({ kind: 'delete', path: `/home/me/${file}` } as const) : write(folder + file),
		);
	const command = fc
		.array(fc.constantFrom('ls', 'git log', 'rm x', 'ls > out/a', 'ls -r'), { minLength: 1, maxLength: 3 })
		.map((parts) => run('sh', '-c', parts.join('; ')));
	const plain = fc.constantFrom(run('ls'), run('ls', '-r'), run('git', 'log'), run('rm', 'x'));
	const host = fc
		.constantFrom('a.example', 'b.example')
		.map((one): Effect => ({ kind: 'connect', host: one, port: 443 }));
	const effects = fc.array(fc.oneof(path, path, command, plain, host), { maxLength: 12 });
	fc.assert(
		fc.property(effects, effects, fc.constantFrom('review', 'project', 'read-only'), (approved, denied, base) => {
			const sessions = [session('A', approved), session('B', [], denied)];
			const text = learnPolicy(sessions, { name: 'learned', base, context, find: shipped });
			if (text instanceof PolicyError) return;
			const policy = policyOf(text);
			for (const effect of denied) expect(decide(policy, effect).decision).not.toBe('allow');
			const refused = new Set(denied.map((one) => JSON.stringify(one)));
			// Nothing is left out in silence.
			for (const effect of approved) {
				if (refused.has(JSON.stringify(effect)) || decide(policy, effect).decision === 'allow') continue;
				expect(text).toContain('# Not allowed by any rule here:');
			}
		}),
		{ numRuns: 60 },
	);
});

test('of a record counts what was said last of a change, each answer to a command, and no limit', () => {
	const decided = (effect: Effect, approved: boolean): RunEvent => ({
		kind: 'decided',
		at: 1,
		effect,
		approval: { approved, by: { person: 'me' } },
	});
	const recorded = recordedDecisions([
		said(run('ls'), false),
		said(run('ls'), true),
		decided(write('a'), false),
		decided(write('a'), true),
		{ kind: 'effect', at: 1, id: 1, effect: run('rm', 'x'), approval: { approved: false, by: { built: 'limit' } } },
		{
			kind: 'effect',
			at: 1,
			id: 1,
			effect: run('git', 'push'),
			approval: {
				approved: true,
				by: { person: 'me' },
				edit: { kind: 'command', argv: ['git', 'log'], program: '/usr/bin/git' },
			},
		},
	]);
	expect(recorded.map(({ effect, approved }) => [effect, approved])).toEqual([
		[run('ls'), false],
		[write('a'), true],
		[run('git', 'log'), true],
	]);
});

test('a record is judged at the times that it has, and counts what it holds', () => {
	const document = parsePolicy({
		name: 'p.yaml',
		text: 'default: { write: allow }\nrules:\n  - { ask: write, path: "./*", above: 2 }\n  - { deny: write, path: "./**", hours: "08:00-09:00" }\n',
	});
	if (document instanceof PolicyError) throw document;
	const noon = new Date(2026, 5, 1, 12).getTime();
	const early = new Date(2026, 5, 1, 8, 30).getTime();
	const recorded = ['a', 'b', 'c', 'd/e'].map((name, index) => ({
		effect: write(name),
		approved: true,
		at: index === 3 ? early : noon,
	}));
	const decisions = judgeRecorded(document, context, recorded).map(({ decision }) => decision);
	expect(decisions).toEqual(['allow', 'allow', 'ask', 'deny']);
});

test('cases are effects under the decision that they are expected to get', () => {
	const cases = parseCases('c.yaml', "deny:\n  - run sh -c 'ls | sort'\nallow: [read ./x, 'connect [::1]:80']\n");
	const read = (cases as readonly Case[]).map(({ line, column, expected, kind, words }) => [
		line,
		column,
		expected,
		kind,
		words,
	]);
	expect(read).toEqual([
		[2, 5, 'deny', 'run', ['sh', '-c', 'ls | sort']],
		[3, 9, 'allow', 'read', ['./x']],
		[3, 19, 'allow', 'connect', ['[::1]:80']],
	]);
});

test.each([
	['denny: [read x]\nallow: [read x]\n', 'c.yaml:1:1: unknown key "denny"; the nearest right key is "deny"'],
	['allow:\n  - reed x\n', 'c.yaml:2:5: "reed" is no effect; the nearest right word is "read"'],
	['allow:\n  - read\n', 'c.yaml:2:5: say what: "read" and a path, a command, or HOST:PORT'],
	['allow:\n  - write a b\n', 'c.yaml:2:5: "write" takes one word; quote as in a shell'],
	['allow: read x\n', 'c.yaml:1:8: "allow" must be a list, not text'],
	['allow: []\n', 'c.yaml:1:8: a list of effects, with one at least'],
	['- read x\n', 'c.yaml:1:1: a file of cases has the keys allow, ask and deny, each with a list'],
	['', 'c.yaml:1:1: a file of cases has the keys allow, ask and deny, each with a list'],
	['{}', 'c.yaml:1:1: there is no case in it'],
	['allow: [read x]\nallow: [read y]\n', 'c.yaml:2:1: the key "allow" stands twice; it is on line 1 already'],
])('a mistake in cases is told with its place: %j', (text, message) => {
	const cases = parseCases('c.yaml', text);
	expect(cases instanceof PolicyError ? cases.message : '').toBe(message);
});
