/** What `policy explain` says would change the answer: done to the text of the policy, and asked again. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Decision } from '../../src/model/decision.ts';
import type { Effect } from '../../src/model/effect.ts';
import { compilePolicy, type PolicyContext } from '../../src/policy/compile.ts';
import { decide } from '../../src/policy/decide.ts';
import type { PolicyDocument } from '../../src/policy/document.ts';
import { parseLayers } from '../../src/policy/layers.ts';
import { PolicyError } from '../../src/policy/problem.ts';
import { explainChanges, remedies, type Step } from '../../src/policy/what-if.ts';
import { context } from './machine.ts';

type RuleText = Readonly<Record<string, unknown>>;
type PolicyText = {
	readonly default: Readonly<Record<string, string>>;
	readonly rules: readonly RuleText[];
	readonly hide?: readonly string[];
	readonly readonly?: readonly string[];
	readonly extends?: string;
};

const env = { PATH: '/usr/bin:/bin', HOME: '/home/me' };
const here: PolicyContext = { ...context, env, now: () => new Date(2026, 0, 7, 12, 10) };

/** A rule a line, from line 2 on: so a place names a rule. */
function asText({ default: fallback, rules, hide, readonly, extends: base }: PolicyText): string {
	return [
		`default: ${JSON.stringify(fallback)}`,
		...(rules.length === 0 ? [] : ['rules:']),
		...rules.map((rule) => `  - ${JSON.stringify(rule)}`),
		...(hide === undefined || hide.length === 0 ? [] : [`hide: ${JSON.stringify(hide)}`]),
		...(readonly === undefined || readonly.length === 0 ? [] : [`readonly: ${JSON.stringify(readonly)}`]),
		...(base === undefined ? [] : [`extends: ${base}`]),
		'',
	].join('\n');
}

function read(policy: PolicyText, others: Readonly<Record<string, string>> = {}): PolicyDocument {
	const document = parseLayers({ name: 'p.yaml', text: asText(policy) }, (name) => {
		const text = others[name];
		return text === undefined ? undefined : { name, text };
	});
	if (document instanceof PolicyError) throw document;
	return document;
}

function ask(policy: PolicyText, effect: Effect, others: Readonly<Record<string, string>> = {}): Decision {
	return decide(compilePolicy(read(policy, others), here), effect).decision;
}

/** What a person does who reads it. */
function doTo(policy: PolicyText, steps: readonly Step[]): PolicyText {
	const rules: (RuleText | undefined)[] = [...policy.rules];
	let { hide = [], readonly = [] } = policy;
	for (const step of steps) {
		switch (step.kind) {
			case 'add': {
				const { decision, kinds, patterns } = step.rule;
				const key = kinds[0] === 'run' ? 'command' : kinds[0] === 'connect' ? 'host' : 'path';
				rules.push({ [decision]: kinds, [key]: patterns });
				break;
			}
			case 'lift':
				rules[step.rule.line - 3] = undefined;
				break;
			case 'except': {
				const rule = rules[step.rule.line - 3] ?? {};
				rules[step.rule.line - 3] = { ...rule, except: [rule['except'] ?? [], step.pattern].flat() };
				break;
			}
			case 'unlist':
				if (step.list === 'hide') hide = hide.filter((text) => text !== step.entry.text);
				else readonly = readonly.filter((text) => text !== step.entry.text);
		}
	}
	return { ...policy, rules: rules.filter((rule) => rule !== undefined), hide, readonly };
}

const decision = fc.constantFrom<Decision>('allow', 'ask', 'deny');
const paths = fc.constantFrom('/**', './a', './a/**', '**/b', './{a,c}/*', '/home/me/work/c');
const commands = fc.constantFrom('**', 'ls', 'ls **', 'git log', 'rm **', "sh -c 'ls > a/b'");
const hosts = fc.constantFrom('*:*', 'a.example:443', '@loopback:*');
const rule = fc.oneof(
	fc.tuple(decision, paths).map(([one, of]) => ({ [one]: ['write', 'delete'], path: of })),
	fc.tuple(decision, paths, paths).map(([one, of, except]) => ({ [one]: ['read', 'write'], path: of, except })),
	fc
		.tuple(fc.constantFrom('ask', 'deny'), paths)
		.map(([one, of]) => ({ [one]: 'write', path: of, hours: '09:00-17:00' })),
	fc.tuple(decision, commands).map(([one, command]) => ({ [one]: 'run', command })),
	fc.tuple(decision, hosts).map(([one, host]) => ({ [one]: 'connect', host })),
);
const policies = fc.record({
	default: fc.record({
		read: decision,
		// Where a script may write programs, no rule means one.
		write: fc.constantFrom('ask', 'deny'),
		delete: decision,
		run: decision,
		connect: decision,
	}),
	rules: fc.array(rule, { maxLength: 5 }),
	hide: fc.subarray(['./hidden', './a/b']),
	readonly: fc.subarray(['./a', '/etc/**']),
});

const run = (program: string, ...argv: string[]): Effect => ({ kind: 'run', argv, program, cwd: '/home/me/work', env });
const effects: readonly Effect[] = [
	...['a', 'a/b', 'c/b', 'c', 'hidden', 'd e'].flatMap((name): Effect[] =>
		(['read', 'write', 'delete'] as const).map((kind) => ({ kind, path: `/home/me/work/${name}` })),
	),
	run('/usr/bin/ls', 'ls', '-l'),
	run('/usr/bin/rm', 'rm', '-r', 'a b'),
	run('/usr/bin/dash', 'sh', '-c', 'ls > a/b'),
	run('/usr/bin/dash', 'sh', '-c', 'ls; git log; rm x'),
	{ kind: 'connect', host: 'a.example', port: 443 },
	{ kind: 'connect', host: '127.0.0.1', port: 80 },
];

test('whatever is said to change the answer does, as it says, when it is done to the policy', () => {
	let [told, allowing] = [0, 0];
	fc.assert(
		fc.property(policies, fc.constantFrom(...effects), (policy, effect) => {
			const is = ask(policy, effect);
			for (const { steps, decision: promised } of remedies(read(policy), here, effect)) {
				expect(ask(doTo(policy, steps), effect), JSON.stringify(steps)).toBe(promised);
				expect(promised).not.toBe(is);
				told += 1;
				allowing += promised === 'allow' ? 1 : 0;
			}
		}),
		{ numRuns: 400 },
	);
	// Silence would be true too.
	expect(told).toBeGreaterThan(300);
	expect(allowing).toBeGreaterThan(100);
});

test('there is a way to allow each path, and each command but those whose program the script may write', () => {
	fc.assert(
		fc.property(policies, fc.constantFrom(...effects), (policy, effect) => {
			if (effect.kind === 'run' || ask(policy, effect) === 'allow') return;
			expect(remedies(read(policy), here, effect).map((one) => one.decision)).toContain('allow');
		}),
		{ numRuns: 200 },
	);
});

function lines(policy: PolicyText, effect: Effect, others: Readonly<Record<string, string>> = {}): readonly string[] {
	return explainChanges(read(policy, others), here, effect).map((line) => line.trim());
}

const allDenied = { read: 'allow', write: 'deny', delete: 'deny', run: 'deny', connect: 'deny' };
const write = (name: string, size?: number): Effect => ({
	kind: 'write',
	path: `/home/me/work/${name}`,
	...(size === undefined ? {} : { size }),
});

test('a condition is told by what it would take, and that is so', () => {
	const policy = {
		default: allDenied,
		rules: [
			{ allow: 'write', path: './**', smaller: '1MiB' },
			{ ask: 'write', path: './**', above: 20 },
			{ deny: 'write', path: './**', holds: 'secrets' },
			{ deny: 'write', path: './**', hours: 'mon-fri 18:00-08:00' },
		],
	};
	expect(lines(policy, write('x'))).toEqual(
		expect.arrayContaining([
			'if the file has 1MiB or more: deny',
			'after 20 others: ask',
			'if a key or token is in the file: deny',
			'on Wed at 18:00 (a rule holds mon-fri 18:00-08:00): deny',
		]),
	);
	expect(ask(policy, write('x', 1024 ** 2))).toBe('deny');
	expect(ask(policy, write('x', 1024 ** 2 - 1))).toBe('allow');
	const compiled = compilePolicy(read(policy), { ...here, now: () => new Date(2026, 0, 7, 18, 0) });
	expect(decide(compiled, write('x')).decision).toBe('deny');
});

test('a seal, and what no rule can allow, are told as what they are', () => {
	const base = 'sealed: true\ndefault: { read: allow, write: deny }\n';
	const sealed = { default: { ...allDenied }, rules: [], extends: 'base.yaml' };
	expect(lines(sealed, write('x'), { 'base.yaml': base })).toEqual([
		'no rule of p.yaml allows it: base.yaml is sealed and does not',
	]);
	const own = { ...here, own: ['/home/me/work/own'] };
	expect(explainChanges(read({ default: allDenied, rules: [] }), own, write('own/x'))).toEqual([
		'  no rule can allow it',
	]);
});

test('a shell string is told by its parts, and as a whole', () => {
	const policy = { default: allDenied, rules: [{ allow: 'run', command: 'ls **' }] };
	expect(lines(policy, run('/usr/bin/dash', 'sh', '-c', 'ls -l > list'))).toEqual([
		'to allow it: add { allow: write, path: "./list" }',
	]);
	expect(lines(policy, run('/usr/bin/dash', 'sh', '-c', 'ls -l $x'))).toEqual([
		`to allow it: add { allow: run, command: "sh -c 'ls -l $x'" }`,
	]);
});
