import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Decision, strictest } from '../../src/model/decision.ts';
import type { Effect } from '../../src/model/effect.ts';
import { decide } from '../../src/policy/decide.ts';
import { passEnv } from '../../src/policy/environment.ts';
import { defaultLimits, LimitTooLooseError, parseLimit, tightenLimits } from '../../src/policy/limits.ts';
import { candidates } from '../../src/policy/rule-index.ts';
import { ruleMatches, subjectOf } from '../../src/policy/rule-match.ts';
import { formatDuration, formatSize, parseDuration, parseSize } from '../../src/policy/units.ts';
import { policyOf } from './machine.ts';

test('the strictest of all matching rules wins and is named', () => {
	const policy = policyOf(`default: { read: deny }
rules:
  - allow: read
    path: "/a/**"
  - deny: read
    path: "/a/secret/**"
    because: it is secret
  - ask: read
    path: ["/a/s*/**", "/a/b"]
`);
	const read = (path: string) => decide(policy, { kind: 'read', path });
	expect(read('/a/x')).toEqual({ decision: 'allow', by: { rule: 'p.yaml:3' } });
	expect(read('/a/b')).toEqual({ decision: 'ask', by: { rule: 'p.yaml:8' } });
	expect(read('/a/secret/x')).toEqual({ decision: 'deny', by: { rule: 'p.yaml:5' }, because: 'it is secret' });
	expect(read('/b')).toEqual({ decision: 'deny', by: { rule: 'p.yaml (default)' } });
	expect(decide(policy, { kind: 'write', path: '/a/x' }).decision).toBe('ask');
});

test("the interpreter's own files are asked about, whatever allows them, and stay denied where they are", () => {
	const rules = 'default: { write: allow, delete: deny }\nrules: [{ allow: [write, delete], path: "./**" }]';
	const policy = policyOf(rules, { interpreter: ['/home/me/work/.venv', '/usr/bin/pypy3.9'] });
	const ofFile = (kind: 'write' | 'delete' | 'read', path: string) => decide(policy, { kind, path });
	expect(ofFile('write', '/home/me/work/.venv/bin/python')).toMatchObject({
		decision: 'ask',
		by: { built: 'runtime' },
	});
	expect(ofFile('write', '/usr/bin/pypy3.9').decision).toBe('ask');
	expect(ofFile('delete', '/home/me/work/.venv').decision).toBe('ask');
	expect(ofFile('delete', '/usr/bin/pypy3.9').decision).toBe('deny');
	expect(ofFile('write', '/home/me/work/.venv2/x').decision).toBe('allow');
	expect(ofFile('delete', '/home/me/work/src').decision).toBe('allow');
	// What it lies in goes with it.
	const moved = policyOf(rules, { interpreter: ['/home/me/work/tools/pypy/bin/pypy3'] });
	expect(decide(moved, { kind: 'delete', path: '/home/me/work/tools' }).decision).toBe('ask');
	expect(decide(moved, { kind: 'write', path: '/home/me/work/tools' }).decision).toBe('allow');
});

test('hosts match by name, port and star, in one spelling', () => {
	const policy = policyOf(`default: { connect: ask }
rules:
  - allow: connect
    host: ["pypi.org:443", "*.example.com:*", "[::1]:80"]
  - deny: connect
    host: ["127.0.0.1:*", "*:25", "169.254.*:*"]
`);
	const cases: readonly (readonly [string, number, Decision])[] = [
		['pypi.org', 443, 'allow'],
		['PyPI.org.', 443, 'allow'],
		['pypi.org', 80, 'ask'],
		['a.pypi.org', 443, 'ask'],
		['a.b.example.com', 1, 'allow'],
		['example.com', 1, 'ask'],
		['evil-example.com', 1, 'ask'],
		['x.example.com', 25, 'deny'],
		['127.0.0.1', 80, 'deny'],
		['127.1', 80, 'deny'],
		['0x7f.1', 80, 'deny'],
		['2130706433', 80, 'deny'],
		['::ffff:127.0.0.1', 80, 'deny'],
		['0:0:0:0:0:ffff:7f00:1', 80, 'deny'],
		['169.254.169.254', 80, 'deny'],
		['0:0:0:0:0:0:0:1', 80, 'allow'],
		['::1%lo', 80, 'allow'],
	];
	for (const [host, port, expected] of cases) {
		expect(decide(policy, { kind: 'connect', host, port }).decision, `${host}:${port}`).toBe(expected);
	}
});

test("approve-run's own files are never written, whatever the rules say", () => {
	const text =
		'default: { write: allow, delete: allow, read: allow }\nrules: [{ allow: [write, delete], path: "/**" }]';
	const policy = policyOf(text, { own: ['/home/me/.local/state/approve-run', '/var/run/approve-run'] });
	const of = (kind: 'read' | 'write' | 'delete', path: string) => decide(policy, { kind, path }).decision;
	expect(of('write', '/home/me/.local/state/approve-run')).toBe('deny');
	expect(of('write', '/home/me/.local/state/approve-run/sessions/x')).toBe('deny');
	expect(of('write', '/run/approve-run/x')).toBe('deny');
	expect(of('delete', '/home/me/.local')).toBe('deny');
	expect(of('write', '/home/me/.local')).toBe('allow');
	expect(of('write', '/home/me/.local/state/approve-run-2')).toBe('allow');
	expect(of('read', '/home/me/.local/state/approve-run/sessions/x')).toBe('allow');
});

const decisions = fc.constantFrom<Decision>('allow', 'ask', 'deny');
const names = fc.constantFrom('a', 'b', 'c', '.env', 'x y', '\udc80');
const paths = fc.array(names, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
const patterns = fc
	.array(fc.constantFrom('a', 'b', '*', '**', '?', '[a-b]', '{a,c}', '.e*'), { minLength: 1, maxLength: 4 })
	.map((parts) => `/${parts.join('/')}`);
const words = fc.constantFrom('git', 'rm', 'status', '-f', 'a b', '');
const commands = fc.constantFrom('git **', 'git status', 'rm **', '**', '* -f', 'git * -f', 'rm -f && git', 'sh **');
const hosts = fc.constantFrom('*:*', 'a.b:1', '*.b:*', '*:2');

const rules = fc.oneof(
	fc.record({ decision: decisions, kind: fc.constantFrom('read', 'write', 'delete'), path: patterns }),
	fc.record({ decision: decisions, kind: fc.constantFrom('read', 'write'), path: patterns, except: patterns }),
	fc.record({ decision: decisions, kind: fc.constant('run'), command: commands }),
	fc.record({ decision: decisions, kind: fc.constant('run'), command: commands, except: commands }),
	fc.record({ decision: decisions, kind: fc.constant('connect'), host: hosts }),
);
type RuleInput = typeof rules extends fc.Arbitrary<infer T> ? T : never;

const env = { PATH: '/usr/bin:/bin' };
const effects: fc.Arbitrary<Effect> = fc.oneof(
	fc.record({ kind: fc.constantFrom('read', 'write', 'delete'), path: paths }),
	fc
		.record({ name: fc.constantFrom('git', 'rm', 'dash'), rest: fc.array(words, { maxLength: 3 }) })
		.map(({ name, rest }): Effect => {
			return { kind: 'run', argv: [name, ...rest], program: `/usr/bin/${name}`, cwd: '/', env };
		}),
	fc.constantFrom('rm -f && git', 'git', 'rm -f', 'x').map((text): Effect => {
		return { kind: 'run', argv: ['sh', '-c', text], program: '/usr/bin/dash', cwd: '/', env };
	}),
	fc.record({ kind: fc.constant('connect'), host: fc.constantFrom('a.b', 'c.a.b', 'c'), port: fc.constantFrom(1, 2) }),
);
const defaults = fc.record({
	read: decisions,
	write: decisions,
	delete: decisions,
	run: decisions,
	connect: decisions,
});

function policyFrom(inputs: readonly RuleInput[], fallback: Record<string, Decision>) {
	const list = inputs.map(({ decision, kind, ...rest }) => ({ [decision]: kind, ...rest }));
	// One rule a line, so that each has a name of its own.
	return policyOf(
		`default: ${JSON.stringify(fallback)}\nrules:\n${list.map((rule) => `  - ${JSON.stringify(rule)}\n`).join('') || '  []'}`,
	);
}

test('the order of rules never matters', () => {
	const shuffled = fc.array(rules, { maxLength: 8 }).chain((list) => {
		return fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }));
	});
	fc.assert(
		fc.property(
			shuffled,
			defaults,
			fc.array(effects, { minLength: 1, maxLength: 8 }),
			([list, other], fallback, wanted) => {
				const [first, second] = [policyFrom(list, fallback), policyFrom(other, fallback)];
				for (const effect of wanted) expect(decide(first, effect).decision).toBe(decide(second, effect).decision);
			},
		),
		{ numRuns: 150 },
	);
});

test('the rule that decides is the strictest of those that match one by one', () => {
	fc.assert(
		fc.property(
			fc.array(rules, { maxLength: 10 }),
			defaults,
			fc.array(effects, { minLength: 1 }),
			(list, fallback, wanted) => {
				const policy = policyFrom(list, fallback);
				for (const effect of wanted) {
					const subject = subjectOf(effect, policy);
					const first = policy.rules[effect.kind].find((rule) => ruleMatches(rule, subject));
					const { by, decision } = decide(policy, effect);
					// A shell string is judged by its parts too: see commands.test.ts and corpus.test.ts.
					if (subject.kind === 'command' && subject.facts.shell.kind === 'string') continue;
					// A program that the script may write is meant by no allow: it is asked, or allowed by a policy that allows everything.
					const open = policy.unrestricted && decision === 'allow';
					if (effect.kind === 'run' && first?.decision === 'allow' && (decision === 'ask' || open)) continue;
					expect(by).toEqual({ rule: first?.name ?? 'p.yaml (default)' });
				}
			},
		),
		{
			numRuns: 150,
			examples: [
				[
					[{ decision: 'allow', kind: 'run', command: 'rm **', except: 'git **' }],
					{ read: 'allow', write: 'allow', delete: 'allow', run: 'allow', connect: 'allow' },
					[{ kind: 'run', argv: ['rm'], program: '/usr/bin/rm', cwd: '/', env: { PATH: '/usr/bin:/bin' } }],
				],
			],
		},
	);
});

test('adding a deny never allows more, and adding an allow never overrules them', () => {
	fc.assert(
		fc.property(
			fc.array(rules, { maxLength: 6 }),
			rules,
			defaults,
			fc.array(effects, { minLength: 1, maxLength: 8 }),
			(list, added, fallback, wanted) => {
				const before = policyFrom(list, fallback);
				const forbidding = policyFrom([...list, { ...added, decision: 'deny' }], fallback);
				const allowing = policyFrom([...list, { ...added, decision: 'allow' }], fallback);
				for (const effect of wanted) {
					const old = decide(before, effect);
					const stricter = decide(forbidding, effect).decision;
					expect(strictest(old.decision, stricter)).toBe(stricter);
					const byRule = !JSON.stringify(old.by).includes('(default)');
					if (byRule && old.decision === 'deny') expect(decide(allowing, effect).decision).toBe('deny');
				}
			},
		),
		{ numRuns: 150 },
	);
});

test('of 1,000 rules an effect is compared with those alone that its folders, name or program lead to', () => {
	const list = Array.from({ length: 1000 }, (_, index): object => {
		switch (index % 5) {
			case 0:
				return { deny: ['read', 'write'], path: `/home/me/work/dir${index}/**` };
			case 1:
				return { ask: ['read', 'write'], path: `/srv/**/x${index}/*.py` };
			case 2:
				return { allow: ['read', 'write'], path: [`~/.config/app${index}/*.json`, `**/secret-${index}`] };
			case 3:
				return { deny: 'run', command: `tool${index} **` };
			default:
				return { allow: 'run', command: `git sub${index} * **` };
		}
	});
	const policy = policyOf(JSON.stringify({ rules: list }));
	const compared = (effect: Effect) =>
		new Set(candidates(policy.index[effect.kind], subjectOf(effect, policy)).flat()).size;
	const run = (...argv: [string, ...string[]]): Effect => {
		return { kind: 'run', argv, program: `/usr/bin/${argv[0]}`, cwd: '/', env };
	};
	expect(compared({ kind: 'read', path: '/home/me/work/src/module7/deep/er/file7.py' })).toBe(0);
	expect(compared({ kind: 'read', path: '/home/me/work/dir5/secret-2' })).toBe(2);
	expect(compared({ kind: 'write', path: '/srv/a/x1/b.py' })).toBe(200);
	expect(compared(run('tool3', 'x'))).toBe(1);
	expect(compared(run('git', 'sub4', 'x'))).toBe(200);
	expect(compared(run('ls'))).toBe(0);
	expect(decide(policy, { kind: 'read', path: '/home/me/work/dir5/secret-2' }).decision).toBe('deny');
	expect(decide(policy, run('tool3', 'x')).decision).toBe('deny');
});

test('limits can be tightened and not loosened', () => {
	expect(tightenLimits(defaultLimits, { time: 1000, files: undefined })).toEqual({ ...defaultLimits, time: 1000 });
	expect(() => tightenLimits(defaultLimits, { memory: 2 * 1024 ** 3 })).toThrow(LimitTooLooseError);
	expect(() => tightenLimits(defaultLimits, { time: 120_000 })).toThrow(
		"time 2m is looser than the policy's 1m; give at most 1m, or change limits.time in the policy",
	);
	expect(() => tightenLimits(defaultLimits, { tasks: Number.NaN })).toThrow(RangeError);
	expect(parseLimit('time', '500ms')).toBe(500);
	expect(parseLimit('tasks', '4')).toBe(4);
	expect(parseLimit('tasks', '0')).toBeUndefined();
	expect(parseLimit('memory', '1G')).toBeUndefined();
});

test('sizes and durations come back as they were written', () => {
	fc.assert(
		fc.property(fc.nat(), (value) => {
			expect(parseSize(formatSize(value))).toBe(value);
			expect(parseDuration(formatDuration(value))).toBe(value);
		}),
	);
	expect(formatSize(1024 ** 3)).toBe('1GiB');
	expect(formatSize(0)).toBe('0B');
	for (const wrong of ['', '1', '1 s', '-1s', '1.5h', '1S', '1e3s', '99999999999999999s', '１s']) {
		expect(parseDuration(wrong), wrong).toBeUndefined();
	}
});

test('the script gets the variables that the policy passes and no other', () => {
	const policy = policyOf('env: { pass: [PATH, "LC_*"] }');
	const all = { PATH: '/bin', LC_ALL: 'C', LC_TIME: undefined, PATHX: 'x', SECRET: 'x', __proto__x: 'y' };
	expect(passEnv(policy, all)).toEqual({ PATH: '/bin', LC_ALL: 'C' });
	expect(passEnv(policyOf(''), { ...all, TZ: 'UTC' })).toEqual({ PATH: '/bin', TZ: 'UTC' });
});
