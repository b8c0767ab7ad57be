/** Packages for a script: an environment of its own beside it, which the script itself may not change unseen. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeWorld, program, type World } from './program.ts';

let world: World;

beforeAll(async () => {
	world = makeWorld();
	const { stdout } = await world.run(['--unattended', '-c', 'import sys; print(sys.executable)']);
	const made = spawnSync(stdout.trim(), ['-m', 'venv', '--without-pip', '.venv'], {
		cwd: world.work,
		encoding: 'utf8',
	});
	if (made.status !== 0) throw new Error(made.stderr);
	const where = 'import sysconfig; print(sysconfig.get_paths()["purelib"])';
	const packages = spawnSync(`${world.work}/.venv/bin/python`, ['-c', where], {
		cwd: world.work,
		encoding: 'utf8',
	}).stdout.trim();
	world.write(`${packages.slice(world.work.length + 1)}/greeting.py`, 'WORDS = "hello from a package"\n');
});

afterAll(() => world.remove());

test('a script has the packages of the environment that it is run with', async () => {
	world.write('greet.py', 'import greeting; print(greeting.WORDS)\n');
	for (const runtime of ['.venv', '.venv/bin/pypy3', './.venv/bin/python']) {
		const { status, stdout } = await world.run(['--unattended', '--runtime', runtime, 'greet.py']);
		expect([status, stdout]).toEqual([0, 'hello from a package\n']);
	}
});

test('without it the person is told what is missing', async () => {
	world.write('greet.py', 'import greeting; print(greeting.WORDS)\n');
	const { status, stderr } = await world.run(['--unattended', 'greet.py']);
	expect(status).toBe(1);
	expect(stderr).toMatch(
		/ModuleNotFoundError.*\napprove-run: the script needs the module greeting, which this PyPy does not have/,
	);
});

test('a policy that allows changes below the working directory does not allow those of the interpreter that lies there', async () => {
	const change =
		'open("mine.txt", "w").write("ok")\ntry: open(".venv/bin/python3.sh", "w")\nexcept OSError as error: print(error.strerror)';
	const args = ['--unattended', '--policy', 'project', '--runtime', '.venv', '-c', change];
	const { status, stdout } = await world.run(args);
	expect([status, stdout]).toEqual([0, 'Read-only file system\n']);
	expect(world.read('mine.txt')).toBe('ok');
});

test('nor where the interpreter lies in the working directory itself', () => {
	const args = [
		'--unattended',
		'--policy',
		'project',
		'--runtime',
		'.',
		'-c',
		'open("bin/python3.sh", "w").write("evil")',
	];
	const { status, stderr } = spawnSync(program, args, { cwd: `${world.work}/.venv`, env: world.env, encoding: 'utf8' });
	expect(status).toBe(126);
	expect(stderr).toContain('.venv/bin/python3.sh');
});
