/** Attacks by way of approved commands: what they are given, where they start, what they leave behind. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually, makeWorld, openPolicy, type World } from '../e2e/program.ts';

let world: World;
const native = '/usr/bin/pypy3';

beforeAll(() => {
	world = makeWorld();
	copyFileSync(fileURLToPath(new URL('commands.py', import.meta.url)), join(world.work, 'commands.py'));
	world.write('open.yaml', openPolicy());
	const odd = Buffer.from(`${world.work}/odd\xff`, 'latin1');
	mkdirSync(odd);
	const run = Buffer.concat([odd, Buffer.from('/run\xfe', 'latin1')]);
	writeFileSync(run, `#!/bin/sh\nprintf "%s %s" "$(basename "$0")" "$1"\n`);
	chmodSync(run, 0o755);
	for (const [name, text] of Object.entries({
		text: 'no program\n',
		'odd.sh': '#!/no/such/interpreter\n',
		'late.sh': '(sleep 1; echo late) & echo now\n',
		'family.sh': '(sleep 0.6; echo survived) & echo started; sleep 2\n',
		'closed.sh': 'echo "$1" $(ls -d /proc/$$/fd/[012] | wc -l) >> closed.txt\n',
		'leave.sh':
			'for n in 1 2 3; do setsid sh -c "sleep 300; : $0" & done; (setsid sh -c "sleep 300 & wait; : $0" &); sleep "$1"\n',
		'fork.py':
			'import os, sys, time\nfor n in range(400):\n  if os.fork(): os._exit(0)\n  os.setsid(); time.sleep(0.005)\ntime.sleep(300)\n',
	})) {
		chmodSync(world.write(name, text), 0o755);
	}
});

afterAll(() => world.remove());
beforeEach(() => eventually('no process', () => left() === 0));

/** Processes that were started in the world, or for it. */
const left = (): number =>
	world.processes().length +
	readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(world.folder)).length;

function commandLine(pid: string): string {
	try {
		return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
	} catch {
		return '';
	}
}

const options = ['--unattended', '--policy', 'open.yaml'];

test.runIf(existsSync(native)).each(['words', 'failures', 'closed', 'background'])(
	'a command gets, and does, what it would on Linux itself: %s',
	async (part) => {
		const run = { cwd: world.work, env: world.env, encoding: 'latin1' } as const;
		const expected = execFileSync(native, ['commands.py', part], { ...run, stdio: ['ignore', 'pipe', 'ignore'] });
		execFileSync('rm', ['-f', 'closed.txt'], run);
		const ran = await world.run([...options, 'commands.py', part]);
		expect(ran.bytes.toString('latin1')).toBe(expected);
	},
);

test('words that are not text are told of as the bytes that they are, and judged as they are', async () => {
	const rules = '  - { deny: run, command: ["printf **"], because: never }';
	world.write('deny.yaml', openPolicy([], rules));
	const ran = await world.report(['--unattended', '--policy', 'deny.yaml', 'commands.py', 'words']);
	expect(ran.report.effects.find(({ kind }) => kind === 'run')).toMatchObject({
		decision: 'deny',
		argv: ['printf', '<%s>', '\udcff', 'a\udce9\udced\udca0\udc80b', '🐍\udcbd', '', 'new\nline'],
	});
	expect(ran.stderr).toContain('never');
});

test.each(['0', '300'])(
	'nothing that a command started outlives the run, whoever left its session (%s)',
	async (sleep) => {
		const start = sleep === '0' ? 'run' : 'Popen';
		const code = `import subprocess, time; subprocess.${start}(['sh', './leave.sh', '${sleep}']); subprocess.${start}(['python3', './fork.py']); time.sleep(0.5)`;
		const ran = await world.run([...options, '-c', code]);
		expect(ran.status).toBe(0);
		expect(left()).toBe(0);
	},
);

test('nothing that a command started outlives the time limit', async () => {
	const code = "import subprocess; subprocess.run(['sh', './leave.sh', '300'])";
	const ran = await world.run([...options, '--time', '1s', '-c', code]);
	expect(ran.status).toBe(124);
	expect(left()).toBe(0);
});

test('nothing that a command started outlives a controller that was killed', async () => {
	const code = "import subprocess; subprocess.run(['sh', './leave.sh', '300'])";
	const { pid, done } = world.start([...options, '-c', code]);
	await eventually('the command', () => world.processes().filter((line) => line.includes('sleep 300')).length >= 4);
	process.kill(pid, 'SIGKILL');
	await done;
	await eventually('nothing left', () => left() === 0);
});

test("no command starts in the machine's folders of the names of private ones", async () => {
	const code = `
import subprocess, os
os.mkdir('/tmp/mine')
for cwd in ('/tmp', '/tmp/mine', '/dev/shm', '/proc/self'):
	try: print(subprocess.check_output(['ls'], cwd=cwd))
	except PermissionError: print('refused')`;
	const ran = await world.report([...options, '-c', code]);
	expect(ran).toMatchObject({ stdout: 'refused\n'.repeat(4), status: 126 });
	const because = 'its working directory is a private folder of the session; the machine does not have it';
	expect(ran.report.effects.find(({ kind }) => kind === 'run')).toMatchObject({ decision: 'deny', because });
});
