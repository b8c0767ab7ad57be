import { expect, test } from 'vitest';
import { defaultLimits } from '../../src/policy/limits.ts';
import { errorsOf, policyOf } from './machine.ts';

const sample = `name: review
about: Ask about every change and command; keep credentials unread.
default: { read: allow, write: ask, delete: ask, run: ask, connect: deny }
rules:
  - deny: read
    path: ["~/.ssh/**", "~/.aws/**", "**/.env"]
    because: credentials
    examples: { match: ["~/.ssh/id_ed25519"], not: ["~/.sshrc"] }
  - allow: [write, delete]
    path: "./build/**"
    except: "./build/release/**"
  - allow: run
    command: ["git status **", "git diff **", "ls **"]
limits: { time: 90s, cpu: 500ms, memory: 2GiB, output: 512KiB, tasks: 8, disk: 100MiB, files: 50 }
env: { pass: [PATH, HOME, LANG, USER, TZ] }
scratch: [/tmp, /var/tmp]
`;

test('a policy is what it says, and has the defaults where it says nothing', () => {
	const policy = policyOf(sample);
	expect(policy.name).toBe('review');
	const given = {
		time: 90_000,
		cpu: 500,
		memory: 2 * 1024 ** 3,
		output: 512 * 1024,
		tasks: 8,
		disk: 100 * 1024 ** 2,
		files: 50,
	};
	expect(policy.limits).toEqual({ ...defaultLimits, ...given });
	expect(policy.scratch).toEqual(['/tmp', '/var/tmp']);
	expect(policy.denied).toBe('exit');
	expect(policy.rules.run.map((rule) => rule.name)).toEqual(['p.yaml:12']);
});

test('an empty file is a policy that asks about everything', () => {
	expect(policyOf('# nothing\n').default).toEqual({
		read: 'ask',
		write: 'ask',
		delete: 'ask',
		run: 'ask',
		connect: 'ask',
		// A server is the script's own, and nobody is asked.
		listen: 'deny',
	});
});

test.each([
	['nmae: x', 'p.yaml:1:1: unknown key "nmae"; the nearest right key is "name"'],
	['rules:\n  - deny: read\n    pth: /x', 'p.yaml:3:5: unknown key "pth"; the nearest right key is "path"'],
	['default: { wirte: ask }', 'p.yaml:1:12: unknown key "wirte"; the nearest right key is "write"'],
	['limits: { memroy: 1GiB }', 'p.yaml:1:11: unknown key "memroy"; the nearest right key is "memory"'],
	['env: { passs: [A] }', 'p.yaml:1:8: unknown key "passs"; the nearest right key is "pass"'],
	[
		'rules: [{ deny: read, path: /x, examples: { macth: /x } }]',
		'p.yaml:1:45: unknown key "macth"; the nearest right key is "match"',
	],
	['__proto__: { a: 1 }', 'p.yaml:1:1: unknown key "__proto__"; the nearest right key is "'],
	['default: { read: alow }', 'p.yaml:1:18: "alow" is not one of allow, ask, deny; the nearest right word is "allow"'],
	[
		'rules:\n  - deny: [read, wriet]\n    path: /x',
		'p.yaml:2:18: "wriet" is not one of read, write, delete, run, connect, listen; the nearest right word is "write"',
	],
	['limits: { time: 60 }', 'p.yaml:1:17: time takes a duration such as 60s'],
	['limits: { time: 60sec }', 'p.yaml:1:17: "60sec" is not a duration such as 60s'],
	['limits: { time: 0s }', 'p.yaml:1:17: "0s" is not a duration'],
	['limits: { time: 700h }', 'p.yaml:1:17: "700h" is not a duration'],
	['limits: { memory: 10MB }', 'p.yaml:1:19: "10MB" is not a size such as 1GiB'],
	['limits: { tasks: 0 }', 'p.yaml:1:18: tasks takes a whole number from 1'],
	['limits: { tasks: 1.5 }', 'p.yaml:1:18: tasks takes a whole number from 1'],
	['rules: 3', 'p.yaml:1:8: "rules" must be a list, not the number 3'],
	['- a', 'p.yaml:1:1: a policy must be a mapping of keys to values, not a list'],
	['rules: [x]', 'p.yaml:1:9: a rule must be a mapping of keys to values, not text'],
	['rules:\n  - deny: read\n    path: ~', 'p.yaml:3:11: "path" has no value'],
	['rules:\n  - deny: read\n    path: [1]', 'p.yaml:3:12: an entry of "path" must be text, not the number 1'],
	['rules:\n  - deny: read\n    path: []', 'p.yaml:3:11: a list with nothing in it matches nothing'],
	['rules:\n  - deny: read', 'p.yaml:2:5: a rule about read needs "path"; "/**" is every path'],
	['rules:\n  - deny: read\n    path: /x\n    command: ls', 'p.yaml:4:5: "command" means nothing in a rule about read'],
	['rules:\n  - path: /x', 'p.yaml:2:5: a rule has one of allow, ask and deny; this one has none'],
	[
		'rules:\n  - allow: read\n    deny: read\n    path: /x',
		'p.yaml:2:5: a rule has one of allow, ask and deny; this one has',
	],
	[
		'rules:\n  - deny: [run, read]\n    path: /x\n    command: ls\n    except: /x/y',
		'p.yaml:5:5: "except" needs a rule with one of path, command and host',
	],
	['denied: exits', 'p.yaml:1:9: "exits" is not one of exit, ignore; the nearest right word is "exit"'],
	['env: { pass: ["A B"] }', 'p.yaml:1:15: "A B" is no name of an environment variable'],
	['scratch: ["tmp"]', 'p.yaml:1:11: "tmp" is no directory'],
	['scratch: ["/"]', 'p.yaml:1:11: "/" cannot be scratch'],
	['scratch: ["/tmp/../etc"]', 'p.yaml:1:11: "/tmp/../etc" is no directory'],
])('%j gets its place and what is right', (text, expected) => {
	const lines = errorsOf(text);
	expect(lines).toHaveLength(1);
	expect(lines[0]?.slice(0, expected.length)).toBe(expected);
});

test.each([
	['has a ".."', '../x/**'],
	['has a ".."', '/a/../b'],
	['has a ".."', './{..,a}/b'],
	['has a "."', './a/./b'],
	['write "./build/**"', 'build/**'],
	['write "**/*.env"', '*.env'],
	["another user's home", '~other/x'],
	['write "/etc/**" for what is in the directory, "/etc" for itself', '/etc/'],
	['empty part', '/a//b'],
	['"**" stands alone', '/a/b**'],
	['never closed', '/a/[b'],
	['without its "}"', '/a/{b,c'],
	['after a wildcard', '/a/+(b)'],
	['ends with a backslash', '/a/b\\'],
	['is empty', ''],
	['more than 256 patterns', `/${'{a,b}'.repeat(20)}`],
	['braces without a comma', '/{1..1000000}'],
	['braces without a comma', '/{a}'],
	['without its "{"', '/a,b}'],
	['more than 256 patterns', `/${'{'.repeat(800)}a${',b}'.repeat(800)}`],
	['more than 4096 characters', `/${'a'.repeat(5000)}`],
])('a path pattern is refused with the words: %s', (expected, pattern) => {
	const lines = errorsOf(JSON.stringify({ rules: [{ deny: 'read', path: pattern }] }));
	expect(lines).toHaveLength(1);
	expect(lines[0]).toContain(expected);
});

test.each([
	['git ** status', 'before the end'],
	['git a**', 'inside a word'],
	['gi* status', "wildcard in the program's name"],
	['bin/tool x', 'begin with "/", "./" or "~/"'],
	['../tool x', 'begin with "/", "./" or "~/"'],
	['echo "x', 'never closed'],
	['echo x\\', 'ends with a backslash'],
	['', 'is empty'],
	['"" x', 'no program'],
])('the command pattern %j is refused', (pattern, expected) => {
	const lines = errorsOf(JSON.stringify({ rules: [{ allow: 'run', command: pattern }] }));
	expect(lines).toHaveLength(1);
	expect(lines[0]).toContain(expected);
});

test.each([
	['pypi.org', 'has no port'],
	['https://pypi.org:443', 'has no port'],
	['pypi.org/x:443', 'no host name'],
	['pypi.org:99999', 'no port'],
	['pypi.org:https', 'no port'],
	['::1:80', 'has no port'],
])('the host pattern %j is refused', (pattern, expected) => {
	const lines = errorsOf(JSON.stringify({ rules: [{ allow: 'connect', host: pattern }] }));
	expect(lines).toHaveLength(1);
	expect(lines[0]).toContain(expected);
});

test('all problems of a file are told at once, in the order of the file', () => {
	const lines = errorsOf(`nmae: x
default: { read: alow }
rules:
  - deny: read
    path: ["build/**", "/a/../b"]
  - allow: run
  - deny: read
    path: /x
    path: /y
limits: { time: 60 }
`);
	expect(lines.map((line) => line.replace(/: .*/s, ''))).toEqual([
		'p.yaml:1:1',
		'p.yaml:2:18',
		'p.yaml:5:12',
		'p.yaml:5:24',
		'p.yaml:6:5',
		'p.yaml:9:5',
		'p.yaml:10:17',
	]);
});

test('an example that does not hold is an error with its place', () => {
	const text = `rules:
  - deny: read
    path: "~/.ssh/**"
    examples:
      match: ["~/.ssh/id_rsa", "~/.sshrc"]
      not:
        - "~/.ssh/known_hosts"
        - "x"
  - allow: run
    command: "git status **"
    examples: { match: ["git status -s"], not: ["git push", "sh -c 'git status'", "/tmp/git status"] }
  - allow: run
    command: "git **"
    examples: { not: ["git log"] }
`;
	expect(errorsOf(text)).toEqual([
		'p.yaml:5:32: the rule does not match its example "~/.sshrc"; change the rule or the example',
		'p.yaml:7:11: the rule matches "~/.ssh/known_hosts", which it must not; change the rule or the example',
		'p.yaml:8:11: the example "x" is no path; begin with "/", "./" or "~/", without ".."',
		'p.yaml:14:23: the rule matches "git log", which it must not; change the rule or the example',
	]);
});

test.each([
	['a key twice', 'name: a\nname: b', 'p.yaml:2:1: the key "name" stands twice; it is on line 1 already'],
	['an alias bomb', bomb(), 'p.yaml:2:8: *a is an alias'],
	[
		'a pattern that looks like an alias',
		'rules:\n  - deny: read\n    path: **/.env',
		'p.yaml:3:11: **/.env is an alias in YAML; put a pattern that begins with "*" in quotes',
	],
	['a tag', 'name: !!js/function x', 'p.yaml:1:7: Unresolved tag'],
	['an open list', 'scratch: [/tmp\nname: x', 'p.yaml:2:'],
	['a tab', 'env:\n\tpass: [A]', 'p.yaml:2:1: not YAML'],
	['two documents', 'name: a\n---\nname: b', 'p.yaml:2:1: not YAML'],
	['a list as a key', '? [a]\n: 1', 'p.yaml:1:3: not YAML'],
	['deep indentation', '- '.repeat(50_000), 'p.yaml:1:101: indented by more than 100 columns'],
	['deep brackets', '['.repeat(50_000), 'p.yaml:1:'],
	['too much of it', `# ${'x'.repeat(300_000)}`, 'p.yaml:1:1: a policy has at most 256 KiB'],
	[
		'many keys',
		Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n'),
		'p.yaml:1:1: unknown key "k0"',
	],
])('%s is refused with its place', (_, text, expected) => {
	expect(errorsOf(text)[0]?.slice(0, expected.length)).toBe(expected);
});

function bomb(): string {
	const levels = 'abcdefghi'.split('').map((name, index, all) => {
		const before = all[index - 1];
		return `${name}: &${name} [${Array(9)
			.fill(before === undefined ? 'x' : `*${before}`)
			.join(', ')}]`;
	});
	return levels.join('\n');
}
