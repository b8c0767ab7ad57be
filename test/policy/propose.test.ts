import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Effect, RunEffect } from '../../src/model/effect.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { decide } from '../../src/policy/decide.ts';
import { addRule } from '../../src/policy/edit.ts';
import { generalise } from '../../src/policy/generalise.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { PolicyError } from '../../src/policy/problem.ts';
import { comparePolicies, proposeRule } from '../../src/policy/propose.ts';
import { tellRule, withRule } from '../../src/policy/written-rule.ts';
import { context } from './machine.ts';

const bases = { home: '/home/me', cwd: '/home/me/work', realpath: context.realpath };

function write(path: string): Effect {
	return { kind: 'write', path: path.startsWith('/') ? path : `/home/me/work/${path}` };
}

function run(...argv: string[]): RunEffect {
	const program = context.realpath?.(`/usr/bin/${argv[0]}`) ?? `/usr/bin/${argv[0]}`;
	return { kind: 'run', argv, program, cwd: '/home/me/work', env: { PATH: '/usr/bin:/bin', HOME: '/home/me' } };
}

function documentOf(text: string) {
	const document = parsePolicy({ name: 'p.yaml', text });
	if (document instanceof PolicyError) throw document;
	return document;
}

function added(text: string, rule: Parameters<typeof addRule>[1]): string {
	const result = addRule({ name: 'p.yaml', text }, rule);
	if (result instanceof PolicyError) throw result;
	return result;
}

test.each([
	[write('out/a b.txt'), 'allow: write, path: "./out/a b.txt"'],
	[write('out/[x]*.txt'), 'allow: write, path: "./out/\\\\[x\\\\]\\\\*.txt"'],
	[write('/home/me/.bashrc'), 'allow: write, path: "~/.bashrc"'],
	[write('/etc/hosts'), 'allow: write, path: "/etc/hosts"'],
	[run('git', 'commit', '-m', "it's $x"), `allow: run, command: "git commit -m \\"it's \\\\$x\\""`],
	[run('sh', '-c', 'ls *.py | wc -l'), `allow: run, command: "sh -c 'ls *.py | wc -l'"`],
	[{ kind: 'connect', host: '::1', port: 80 } as const, 'allow: connect, host: "[::1]:80"'],
])('the rule proposed for an effect is the narrowest: %j', (effect, expected) => {
	const rule = proposeRule(effect, 'allow', bases);
	expect(rule === undefined ? '' : tellRule(rule)).toBe(expected);
});

test('a proposed rule decides its effect, whatever characters are in it', () => {
	const empty = documentOf('default: { run: ask }');
	const name = fc
		.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 })
		.filter((text) => !/[/\0]|^\.+$/.test(text));
	const effects = fc.oneof(
		name.map((text) => write(`dir/${text}`)),
		fc.array(fc.string({ maxLength: 10 }).filter((text) => !text.includes('\0'))).map((words) => run('git', ...words)),
		fc
			.string({ maxLength: 20 })
			// `.` runs a file that it reads, however it is quoted: asked, whatever a rule says.
			.filter((text) => !/[\0.]/.test(text))
			.map((text) => run('sh', '-c', text)),
	);
	fc.assert(
		fc.property(effects, (effect) => {
			const rule = proposeRule(effect, 'allow', bases);
			if (rule === undefined) return;
			const text = added('rules: []\n', rule);
			expect(decide(compilePolicy(documentOf(text), context), effect).decision).toBe('allow');
			expect(decide(compilePolicy(withRule(empty, rule), context), effect).decision).toBe('allow');
		}),
		{ numRuns: 300 },
	);
});

test('a trial of a rule tells what else it would decide, and that a stricter rule wins', () => {
	const document = documentOf('default: { write: ask }\nrules: [{ deny: write, path: "./locked/**" }]');
	const effects = [write('a'), write('out/b'), write('locked/c')];
	const rule = { decision: 'allow', kinds: ['write'], patterns: ['./out/**', './locked/c'] } as const;
	const after = compilePolicy(withRule(document, rule), context);
	const changes = comparePolicies(compilePolicy(document, context), after, effects);
	expect(changes.map(({ effect, after }) => [effect, after.decision])).toEqual([[write('out/b'), 'allow']]);
});

const commented = `# Mine.
name: mine # kept
rules:
  # One.
  - allow: write
    path: ["./a"] # why
  - deny: run
    command: rm **
    because: no
`;

test('a rule is added to a file that keeps its comments, into a list of its like where there is one', () => {
	expect(added(commented, { decision: 'allow', kinds: ['write'], patterns: ['./b'] })).toBe(
		commented.replace('["./a"]', '["./a", "./b"]'),
	);
	expect(added(commented, { decision: 'allow', kinds: ['write'], patterns: ['./a'] })).toBe(commented);
	expect(added(commented, { decision: 'deny', kinds: ['run'], patterns: ['dd **'] })).toBe(
		`${commented}  - deny: run\n    command: dd **\n`,
	);
	expect(added('', { decision: 'ask', kinds: ['write', 'delete'], patterns: ['**/x'] })).toBe(
		'rules:\n  - ask:\n      - write\n      - delete\n    path: "**/x"\n',
	);
});

test('a rule is not added to a text that is no policy, nor one that no policy can hold', () => {
	expect(
		addRule({ name: 'p.yaml', text: 'rules: 3' }, { decision: 'ask', kinds: ['write'], patterns: ['./x'] }),
	).toBeInstanceOf(PolicyError);
	expect(addRule({ name: 'p.yaml', text: '' }, { decision: 'ask', kinds: ['write'], patterns: ['x'] })).toBeInstanceOf(
		PolicyError,
	);
});

test.each([
	[['out/a.csv', 'out/b.csv', 'out/c.csv'], ['./out/*.csv']],
	[
		['out/a.csv', 'out/b.csv'],
		['./out/a.csv', './out/b.csv'],
	],
	[['out/day-1.csv', 'out/day-2.csv', 'out/day-3.csv'], ['./out/day-*.csv']],
	[['out/a/1', 'out/a/2', 'out/b/3'], ['./out/**']],
	[['out/a', 'out/b', 'out/c'], ['./out/*']],
	[
		['a.py', 'b.py', 'c.py'],
		['./a.py', './b.py', './c.py'],
	],
	[
		['.git/a', '.git/b', '.git/c'],
		['./.git/a', './.git/b', './.git/c'],
	],
	[
		['/etc/a', '/etc/b', '/etc/c'],
		['/etc/a', '/etc/b', '/etc/c'],
	],
])('%j is generalised to %j', (paths, patterns) => {
	const [proposed, ...more] = generalise(paths.map(write), 'allow', { bases });
	expect(more).toEqual([]);
	expect(proposed?.rule.patterns).toEqual(patterns);
	expect(proposed?.evidence).toHaveLength(paths.length);
});

test('what was denied is never covered by what is proposed', () => {
	const effects = ['out/a.csv', 'out/b.csv', 'out/c.csv'].map(write);
	const [proposed] = generalise(effects, 'allow', { bases, denied: [write('out/secret.csv')] });
	expect(proposed?.rule.patterns).toEqual(['./out/a.csv', './out/b.csv', './out/c.csv']);
	const path = fc.stringMatching(/^[ab]{1,2}(\/[ab]{1,2}){1,3}\.(x|y)$/);
	fc.assert(
		fc.property(fc.uniqueArray(path, { maxLength: 12 }), fc.uniqueArray(path, { maxLength: 4 }), (yes, no) => {
			const denied = no.filter((one) => !yes.includes(one)).map(write);
			const rules = generalise(yes.map(write), 'allow', { bases, denied });
			const document = rules.reduce((all, { rule }) => withRule(all, rule), documentOf(''));
			const policy = compilePolicy(document, context);
			for (const effect of yes.map(write)) expect(decide(policy, effect).decision).toBe('allow');
			for (const effect of denied) expect(decide(policy, effect).decision).toBe('ask');
		}),
	);
});

test('a rule grants no more kinds of effects than were used', () => {
	const effects: Effect[] = [write('a'), { kind: 'delete', path: '/home/me/work/a' }, write('b')];
	expect(generalise(effects, 'allow', { bases }).map(({ rule }) => tellRule(rule))).toEqual([
		'allow: [write, delete], path: "./a"',
		'allow: write, path: "./b"',
	]);
});
