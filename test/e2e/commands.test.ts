import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeWorld, openPolicy, type World } from './program.ts';

let world: World;

beforeAll(() => {
	world = makeWorld();
});

afterAll(() => world.remove());

const strings = [
	'exit 3',
	'kill -9 $$',
	'echo out; echo err >&2; exit 5',
	'echo hi; exit 2',
	'cat pending.txt > copy.txt; echo more >> pending.txt; rm gone.txt',
	'echo replaced; exit 4',
];

/** Each case is one script's part, with what it prints; all run in one script, which the machine's own PyPy would agree with. */
const cases: readonly (readonly [name: string, code: string, prints: string])[] = [
	['os.system gives the wait status', 'print(os.system("exit 3"), os.system("kill -9 $$"))', '768 9'],
	[
		'subprocess.run captures both streams and the status',
		'd = run(["sh", "-c", "echo out; echo err >&2; exit 5"], capture_output=True); print(d.returncode, d.stdout, d.stderr)',
		"5 b'out\\n' b'err\\n'",
	],
	[
		'standard error joins standard output where it is asked to',
		'print(run(["sh", "-c", "echo out; echo err >&2; exit 5"], stdout=PIPE, stderr=STDOUT).stdout)',
		"b'out\\nerr\\n'",
	],
	[
		'check_output raises on failure',
		'try: check_output(["false"])\nexcept CalledProcessError as e: print(e.returncode)',
		'1',
	],
	['input= goes to the command', 'print(check_output(["tr", "a-z", "A-Z"], input="größer", text=True))', 'GRößER'],
	[
		'a large input= and its output do not block each other',
		'print(len(check_output(["cat"], input=b"x" * 5_000_000)))',
		'5000000',
	],
	[
		'timeout= kills the command',
		'try: run(["sleep", "20"], timeout=0.2)\nexcept TimeoutExpired: print("late")',
		'late',
	],
	["cwd= is the command's directory", 'print(check_output(["pwd"], cwd="/usr", text=True))', '/usr\n'],
	[
		"env= is the command's environment",
		'print(check_output(["printenv", "COLOUR"], env={**os.environ, "COLOUR": "blue"}, text=True))',
		'blue\n',
	],
	[
		'os.popen reads, and close gives the status',
		'p = os.popen("echo hi; exit 2"); print(p.read(), p.close())',
		'hi\n 512',
	],
	[
		'two Popens are joined by a pipe',
		'a = Popen(["seq", "100000"], stdout=PIPE); b = Popen(["tail", "-n", "1"], stdin=a.stdout, stdout=PIPE)\n' +
			'a.stdout.close(); print(b.communicate()[0], a.wait(), b.returncode)',
		"b'100000\\n' 0 0",
	],
	[
		'a reader that stops early ends the writer with SIGPIPE',
		'a = Popen(["yes"], stdout=PIPE); b = Popen(["head", "-n", "2"], stdin=a.stdout, stdout=PIPE)\n' +
			'a.stdout.close(); print(b.communicate()[0], a.wait())',
		"b'y\\ny\\n' -13",
	],
	[
		'100 MB of binary output come through whole',
		'p = Popen(["head", "-c", "104857600", "/dev/zero"], stdout=PIPE); n = 0\n' +
			'while True:\n  d = p.stdout.read(1 << 20)\n  if not d: break\n  n += d.count(0)\nprint(n, p.wait())',
		'104857600 0',
	],
	['a command takes signals', 'p = Popen(["sleep", "20"]); p.terminate(); print(p.wait())', '-15'],
	['poll tells while it runs', 'p = Popen(["sleep", "0.2"]); print(p.poll()); print(p.wait(), p.poll())', 'None\n0 0'],
	[
		'output goes to a file of the script',
		'with open("listing.txt", "w") as f: run(["echo", "listed"], stdout=f)\nprint(open("listing.txt").read())',
		'listed\n',
	],
	[
		'a file of the script is the input of a command',
		'with open("in.txt", "w") as f: f.write("3\\n1\\n2\\n")\nwith open("in.txt") as f: print(check_output(["sort"], stdin=f))',
		"b'1\\n2\\n3\\n'",
	],
	[
		'a missing program is FileNotFoundError',
		'try: run(["no-such-program"])\nexcept FileNotFoundError as e: print(e.errno)',
		'2',
	],
	[
		'a command sees the approved changes, and the script what the command changed',
		'with open("pending.txt", "w") as f: f.write("from the script\\n")\nopen("gone.txt", "w").close()\n' +
			'os.makedirs("deep/er"); open("deep/er/file", "w").close()\n' +
			'print(os.system("cat pending.txt > copy.txt; echo more >> pending.txt; rm gone.txt"), check_output(["ls", "deep/er"]))\n' +
			'print(open("copy.txt").read(), open("pending.txt").read(), os.path.exists("gone.txt"))',
		"0 b'file\\n'\nfrom the script\n from the script\nmore\n False",
	],
	[
		'fork and exec',
		'pid = os.fork()\nif pid == 0: os.execvp("sh", ["sh", "-c", "exit 3"])\nprint(os.waitpid(pid, 0)[1])',
		'768',
	],
	['spawn', 'print(os.spawnlp(os.P_WAIT, "true", "true"), os.spawnlp(os.P_WAIT, "false", "false"))', '0 1'],
];

test('commands behave as on the machine, and the last one takes the place of the script', async () => {
	world.write('open.yaml', openPolicy(strings));
	const parts = cases.map(([name, code]) => `print("#", ${JSON.stringify(name)})\n${code}`);
	const head = 'import os, sys\nfrom subprocess import *';
	const tail = 'sys.stdout.flush(); os.execv("/bin/sh", ["sh", "-c", "echo replaced; exit 4"])';
	world.write('commands.py', [head, ...parts, tail].join('\n'));
	const ran = await world.report(['--unattended', '--policy', 'open.yaml', 'commands.py']);
	const expected = cases.map(([name, , prints]) => `# ${name}\n${prints}\n`).join('');
	expect(ran.stdout).toBe(`${expected}replaced\n`);
	expect(ran.status).toBe(4);
	expect(world.read('pending.txt')).toBe('from the script\nmore\n');
	expect(world.names()).toContain('listing.txt');
	expect(world.names()).not.toContain('gone.txt');
	const runs = ran.report.effects.filter(({ kind }) => kind === 'run');
	expect(runs.find(({ argv }) => argv?.[2] === 'exit 3')).toMatchObject({ decision: 'allow', status: 3 });
	expect(ran.report.applied).toContain(`${world.work}/deep/er/file`);
	expect(world.processes()).toEqual([]);
});

test('a script runs more commands, and forks more often, than it may have tasks at one time', async () => {
	const code = [
		'import os, subprocess',
		'for n in range(20): assert os.waitpid(os.fork() or os._exit(n), 0)[1] == n << 8',
		'print(sum(int(subprocess.check_output(["echo", str(n)])) for n in range(40)))',
	];
	const ran = await world.report(['--unattended', '--policy', 'open.yaml', '--tasks', '4', '-c', code.join('\n')]);
	expect([ran.status, ran.stdout]).toEqual([0, '780\n']);
	expect(ran.report.limits.tasks.used).toBeLessThanOrEqual(4);
});

test("what a command still prints when the script has ended is nobody's, and the run ends well", async () => {
	const code =
		'import subprocess\nsubprocess.Popen(["yes"], stdout=subprocess.PIPE)\nsubprocess.Popen(["sleep", "300"])';
	const ran = await world.report(['--unattended', '--policy', 'open.yaml', '-c', code]);
	expect([ran.status, ran.stderr]).toEqual([0, '']);
	expect(ran.report.effects.filter(({ kind }) => kind === 'run').every(({ status = 0 }) => status > 128)).toBe(true);
	expect(world.processes()).toEqual([]);
});

test('a denied command gives EACCES, tells so once, and never a made-up success', async () => {
	const code = [
		'import os, subprocess',
		'for call in (lambda: subprocess.run(["touch", "x"]), lambda: subprocess.check_output("touch x", shell=True), lambda: os.execvp("touch", ["touch", "x"])):',
		'  try: call()',
		'  except PermissionError as e: print(e.errno)',
		'print(os.system("touch x") >> 8, os.path.exists("x"))',
	];
	world.write('deny.yaml', `${openPolicy()}  - { deny: run, command: "touch **", because: no touching }\n`);
	const ran = await world.report(['--unattended', '--policy', 'deny.yaml', '-c', code.join('\n')]);
	expect(ran.stdout).toBe('13\n13\n13\n127 False\n');
	expect(ran.status).toBe(126);
	const runs = ran.report.effects.filter(({ kind }) => kind === 'run');
	expect(runs.map(({ argv, decision }) => [argv?.at(-1), decision])).toEqual([
		['x', 'deny'],
		['touch x', 'deny'],
		['x', 'deny'],
		['touch x', 'deny'],
	]);
	expect(ran.stderr).toContain('(no touching)');
	expect(world.names()).not.toContain('x');
});

test('a command does not run where the changes it might need cannot be applied', async () => {
	world.write('base.txt', 'first\n');
	const code = [
		'import subprocess, time',
		'with open("base.txt", "a") as f: f.write("script\\n")',
		'print("written", flush=True); input()',
		'try: print(subprocess.run(["touch", "ran"]))',
		'except OSError as e: print(type(e).__name__)',
	];
	const { child, done } = world.start(['--unattended', '--policy', 'open.yaml', '-c', code.join('\n')]);
	child.stdout?.once('data', () => {
		world.write('base.txt', 'somebody else\n');
		child.stdin?.end('\n');
	});
	const ran = await done;
	expect(ran.stdout).toContain('OSError');
	expect(ran.stderr).toMatch(/base\.txt/);
	expect(world.names()).not.toContain('ran');
	expect(world.read('base.txt')).toBe('somebody else\n');
	expect(ran.status).toBe(125);
});

test('a star in another folder of a shell string is judged by what it reads there, and a denial tells why it was asked', async () => {
	world.write('policy.yaml', openPolicy());
	mkdirSync(join(world.work, 'sub'));
	world.write('sub/one.txt', 'one\n');
	const code = [
		'import subprocess',
		'for text in ["cat sub/*.txt | wc -l", "ls -d /e*", "cat $UNKNOWN*"]:',
		'    try: print(subprocess.check_output(text, shell=True, text=True).strip())',
		'    except PermissionError: print("denied")',
	];
	const { stdout, stderr } = await world.run(['--unattended', '--policy', 'policy.yaml', '-c', code.join('\n')]);
	expect(stdout).toBe('1\n/etc\ndenied\n');
	expect(stderr).toMatch(/nobody to ask \(--unattended\); asked: .*known only when it runs/);
});
