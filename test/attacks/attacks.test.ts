/** Attacks by hostile scripts, each through the real command line. */
import { execFileSync } from 'node:child_process';
import {
	copyFileSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually, makeWorld, openPolicy, type World } from '../e2e/program.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
let world: World;

beforeAll(() => {
	world = makeWorld();
	mkdirSync(join(world.home, '.ssh'));
	writeFileSync(join(world.home, '.ssh/id_rsa'), 'secret\n');
	for (const name of readdirSync(folder))
		if (name.endsWith('.py')) copyFileSync(join(folder, name), join(world.work, name));
	world.write('open.yaml', openPolicy());
});

// Nothing is left behind by the run before.
beforeEach(() => eventually('no process', () => world.processes().length === 0));

afterAll(() => world.remove());

const by = (policy: string, ...more: string[]): string[] => ['--unattended', '--policy', policy, ...more];

test.each(['unattended', 'read-only'])(
	'a file that policy %s denies is read by none of its names and descriptors',
	async (policy) => {
		const ran = await world.run([...by(policy), 'every_name.py', join(world.home, '.ssh/id_rsa')]);
		expect(ran.stdout).toBe('tried 23\n');
		expect(ran.status).toBe(126);
	},
);

test('an exchange brings no file to where its writing is denied', async () => {
	const rules = '  - { deny: [write, delete], path: "./safe/hooks/**" }';
	world.write('hooks.yaml', openPolicy([], rules));
	for (const name of ['safe', 'prepared', 'prepared/hooks']) mkdirSync(join(world.work, name));
	world.write('prepared/hooks/pre-commit', 'evil');
	const code = 'import ctypes; print(ctypes.CDLL(None).renameat2(-100, b"safe", -100, b"prepared", 2))';
	expect(await world.run([...by('hooks.yaml'), '-c', code])).toMatchObject({ stdout: '-1\n', status: 126 });
	expect(existsSync(join(world.work, 'safe/hooks'))).toBe(false);
});

test('a program with the rights of its owner is made by no rule, and what only the whole change tells is denied aloud', async () => {
	world.write('grows.yaml', openPolicy([], '  - { ask: write, path: "./**", larger: 1KiB }'));
	const lends = 'import os; open("lends", "w").close(); os.chmod("lends", 0o4755)';
	const grows = 'with open("grows", "w") as f: f.write("x" * 5000)';
	for (const [policy, code, why] of [
		['open.yaml', lends, 'denied: write .*lends .*rights of its owner'],
		['ci', lends, 'denied: write .*lends .*rights of its owner'],
		['grows.yaml', grows, 'denied: write .*grows .*nobody to ask'],
	] as const) {
		const ran = await world.run([...by(policy), '-c', code]);
		expect(ran.stderr).toMatch(new RegExp(why));
		expect(ran.status).toBe(126);
	}
	expect(world.names()).not.toContain('lends');
	expect(world.names()).not.toContain('grows');
});

test('the records of sessions are not read', async () => {
	const state = join(world.folder, 'state/approve-run');
	const code = `import os\nfor root in (${JSON.stringify(state)}, ${JSON.stringify(`${state}/sessions`)}):\n\ttry: print(os.listdir(root))\n\texcept PermissionError: print('refused')`;
	expect(await world.run([...by('unattended'), '-c', code])).toMatchObject({
		stdout: 'refused\nrefused\n',
		status: 126,
	});
});

test('what lies among the sessions and is none holds nobody up', async () => {
	await world.run([...by('open.yaml'), '-c', '']);
	const at = (letter: string): string => join(world.folder, 'state/approve-run/sessions', `01${letter.repeat(24)}`);
	execFileSync('mkfifo', [at('A')]);
	for (const letter of ['B', 'C', 'D', 'E', 'G']) mkdirSync(at(letter));
	execFileSync('mkfifo', [join(at('B'), 'session.json')]);
	symlinkSync('/dev/zero', join(at('C'), 'session.json'));
	mkdirSync(join(at('D'), 'session.json'));
	writeFileSync(join(at('E'), 'journal'), '');
	writeFileSync(join(at('G'), 'upper'), '');
	symlinkSync('/etc', at('F'));
	const listed = await world.run(['sessions']);
	expect(listed.status).toBe(0);
	expect(listed.stdout.match(/not trusted/g)).toHaveLength(5);
	for (const letter of ['B', 'C', 'D', 'E', 'G'])
		expect((await world.run(['show', `01${letter.repeat(24)}`])).stderr).toMatch(
			/^approve-run: Session \S+ cannot be trusted: /,
		);
	for (const letter of ['A', 'F'])
		expect((await world.run(['show', `01${letter.repeat(24)}`])).stderr).toMatch(/^approve-run: No session /);
	expect((await world.run([...by('open.yaml'), '-c', 'print(1)'])).stdout).toBe('1\n');
	for (const letter of ['A', 'B', 'C', 'D', 'E', 'F', 'G']) rmSync(at(letter), { recursive: true });
});

test.each(['status --short', 'log --oneline', 'diff --stat'])(
	'the review policy does not let a repository run what it likes by git %s',
	async (words) => {
		const hostile = join(world.work, 'hostile');
		const sign = join(world.folder, 'ran');
		execFileSync('git', ['init', '-q', '--bare', hostile]);
		for (const [name, value] of [
			['core.bare', 'false'],
			['core.worktree', hostile],
			['core.fsmonitor', `touch ${sign}; false`],
		] as const) {
			execFileSync('git', ['config', '--file', join(hostile, 'config'), name, value]);
		}
		const command = JSON.stringify(['git', ...words.split(' ')]);
		const ran = await world.run([
			...by('review'),
			'-c',
			`import subprocess\nsubprocess.run(${command}, cwd='hostile')`,
		]);
		expect(ran.stderr).toContain('PermissionError');
		expect(existsSync(sign)).toBe(false);
	},
);

test.each(["['ls', os.environ['HOME'] + '/.ssh']", "['ls'], cwd=os.environ['HOME'] + '/.ssh'"])(
	'the review policy lists no directory that the script may not read (%s)',
	async (command) => {
		const ran = await world.run([...by('review'), '-c', `import os, subprocess\nsubprocess.run(${command})`]);
		expect(ran.stderr).toContain('PermissionError');
		expect(ran.stdout).toBe('');
	},
);

test.each([
	'garbage',
	'a length past the frame',
	'a length of 0',
	'words of the supervisor that it has not',
	'a death in the name of the supervisor',
	'a channel that nobody has',
	'a second task on its channel',
])('%s on the wire ends the run with a named error', async (attack) => {
	const ran = await world.run([...by('open.yaml'), 'wire_attack.py', attack]);
	expect(ran).toMatchObject({ stdout: 'begun\n', status: 125 });
	expect(ran.stderr).toMatch(/^approve-run: the guest broke the protocol: /m);
});

test('thousands of mappings that lie over each other and are not there: the end of the run does not take long', async () => {
	const ran = await world.report([...by('open.yaml'), 'mappings.py']);
	expect(ran).toMatchObject({ stdout: 'mapped\n', status: 0 });
});

test('announcements of words that the supervisor never said are heard, and change nothing', async () => {
	const ran = await world.run([...by('open.yaml'), 'wire_attack.py', 'announcements of nothing']);
	expect(ran).toMatchObject({ stdout: 'begun\nsurvived\n', status: 7 });
});

test('how the script ended is told, also where it said that a child of it has its own number', async () => {
	const ran = await world.report([
		...by('open.yaml'),
		'wire_attack.py',
		'a child that has the number of the script itself',
	]);
	expect(ran.report.exit).toMatchObject({ status: 7, reason: 'exited' });
});

test('numbers of calls that Linux does not have are ENOSYS, with the bit of x32 too', async () => {
	const code = `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for number in (-1, 337, 423, 1000, 0x40000000, 0x40000101, 0x7fffffff, 0x80000000):
	ctypes.set_errno(0)
	print(libc.syscall(ctypes.c_long(number), -100, b'/etc/passwd', 0), ctypes.get_errno())`;
	const ran = await world.run([...by('open.yaml'), '-c', code]);
	expect(ran).toMatchObject({ stdout: '-1 38\n'.repeat(8), status: 0 });
});

test.each([
	['processes that never were, told on the wire', ['wire_attack.py', 'processes that never were'], 'tasks'],
	['processes that the controller is not told of', ['native_forks.py', '45'], 'tasks'],
	['memory that is in no resident set', ['hidden_memory.py', 'unmapped'], 'memory'],
	['shared memory that counts as code', ['hidden_memory.py', 'code'], 'memory'],
	["shared memory in the place of the launcher's arena", ['hidden_memory.py', 'arena'], 'memory'],
	['page tables of memory that nobody wrote to', ['hidden_memory.py', 'tables'], 'memory'],
	['an answer that never comes', ['wire_attack.py', 'an answer that never comes'], 'time'],
] as const)('%s: a limit ends the run', async (_what, words, limit) => {
	// Little memory only where that is the limit to be met: else it may be met first.
	const memory = limit === 'memory' ? '256MiB' : '1GiB';
	const ran = await world.report([...by('open.yaml', '--tasks', '5', '--time', '4s', '--memory', memory), ...words]);
	expect(ran.report.exit).toMatchObject({ status: 124, limit });
	expect(ran.stdout).not.toContain('never noticed');
});

test('names and words of a script write no line of their own, and no escape sequence', async () => {
	const ran = await world.report([...by('unattended'), 'odd_names.py']);
	const lines = ran.stderr.trimEnd().split('\n');
	expect(lines.every((line) => /^approve-run: (denied: (write|run) |5 paths were changed; take)/.test(line))).toBe(
		true,
	);
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
	expect(ran.stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
	expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(700);
	expect(ran.report.applied).toContain(join(world.work, '__proto__'));
	const { stdout } = await world.run(['show', '--json', ran.report.session]);
	expect(JSON.parse(stdout)).toEqual(ran.report);
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
	expect(stdout).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
});

test('a flood of denied effects ends before it fills the memory', async () => {
	const code = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in range(1000000):
	try: s.sendto(b'x', ('10.%d.%d.%d' % (n >> 16, n >> 8 & 255, n & 255), 9))
	except OSError: pass
print('all of them')`;
	const ran = await world.report([...by('open.yaml', '--disk', '1MiB'), '-c', code]);
	expect(ran.stdout).toBe('');
	expect(ran.report.exit).toMatchObject({ status: 124, limit: 'disk' });
}, 120_000);

test('files that are made and removed for ever fill no disk', async () => {
	const code = "import os\nwhile True: os.symlink('x' * 4000, 's'); os.unlink('s')";
	const ran = await world.report([...by('open.yaml', '--disk', '1MiB'), '-c', code]);
	expect(ran.report.exit).toMatchObject({ status: 124, limit: 'disk' });
	const log = join(world.folder, 'state/approve-run/sessions', ran.report.session, 'upper');
	const bytes = readdirSync(log).reduce((sum, name) => sum + lstatSync(join(log, name)).size, 0);
	expect(bytes).toBeLessThan(18 * 1024 * 1024);
});

test.each([7, 21])(
	'odd arguments to every system call fail the guest and never the controller (seed %i)',
	async (seed) => {
		const ran = await world.run([...by('open.yaml', '--time', '8s'), 'any_call.py', String(seed), '2']);
		expect(ran.stderr).not.toContain('a bug in approve-run');
		expect(ran.status).not.toBe(125);
	},
);
