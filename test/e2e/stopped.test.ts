import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, makeWorld, openPolicy, type Running, type World } from './program.ts';
import { openTerminal } from './terminal.ts';

let world: World;

beforeEach(() => {
	world = makeWorld();
	world.write('kept.txt', 'as it was\n');
	world.write('open.yaml', openPolicy(['echo started; sleep 300']));
});

afterEach(() => world.remove());

/** Changes files, has a thread, a forked child and a command, and would never end. */
const busy = [
	'import os, subprocess, threading, time',
	'with open("kept.txt", "w") as f: f.write("changed\\n")',
	'os.mkdir("made")',
	'threading.Thread(target=time.sleep, args=(300,), daemon=True).start()',
	'if os.fork() == 0:',
	'  while True: pass',
	'command = subprocess.Popen("echo started; sleep 300", shell=True, stdout=subprocess.PIPE)',
	'command.stdout.readline()',
	'with open("after.txt", "w") as f: f.write("after the command\\n")',
	'print("busy", flush=True)',
	'command.wait()',
].join('\n');

async function startBusy(): Promise<Running> {
	const running = world.start(['--unattended', '--policy', 'open.yaml', '-c', busy]);
	await new Promise((resolve) => running.child.stdout?.once('data', resolve));
	expect(world.processes().length).toBeGreaterThan(3);
	return running;
}

/** What came before the command is on the machine, for it to see; what came after waits for a person. */
async function expectNothingHalfDone(): Promise<void> {
	expect(world.read('kept.txt')).toBe('changed\n');
	expect(world.names()).not.toContain('after.txt');
	const [session] = await world.sessions();
	const shown = await world.run(['show', session?.id ?? '']);
	expect(shown.stdout).toContain(`${world.work}/after.txt`);
	const patch = await world.run(['diff', session?.id ?? '']);
	expect(patch.stdout).toContain('+after the command');
	expect((await world.run(['rollback', session?.id ?? ''])).status).toBe(0);
	expect(world.read('kept.txt')).toBe('as it was\n');
	expect(world.names()).toEqual(['kept.txt', 'open.yaml']);
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends everything and keeps the session', async (signal) => {
	const { pid, done } = await startBusy();
	process.kill(pid, signal);
	const ran = await done;
	expect([ran.status, ran.stderr]).toEqual([130, expect.stringContaining('the run was stopped')]);
	await eventually('the end of every process', () => world.processes().length === 0);
	const [session] = await world.sessions();
	expect(session?.state).toBe('waiting');
	expect(ran.stderr).toContain(`approve-run review ${session?.id}`);
	await expectNothingHalfDone();
});

test('after kill -9 of the controller no process is left, and the session can be reviewed and rolled back', async () => {
	const { pid, done } = await startBusy();
	process.kill(pid, 'SIGKILL');
	await done;
	await eventually('the end of every process', () => world.processes().length === 0);
	const [session] = await world.sessions();
	expect(session?.state).toBe('interrupted');
	await expectNothingHalfDone();
});

test('kill -9 of the controller while the script makes calls flat out', async () => {
	const code =
		'import os\nn = 0\nwhile True:\n  open(f"f{n % 50}", "w").close(); n += 1\n  if n == 200: print("on", flush=True)';
	const { child, pid, done } = world.start(['--plan', '-c', code]);
	await new Promise((resolve) => child.stdout?.once('data', resolve));
	process.kill(pid, 'SIGKILL');
	await done;
	await eventually('the end of every process', () => world.processes().length === 0);
	expect(world.names()).toEqual(['kept.txt', 'open.yaml']);
	const [session] = await world.sessions();
	expect((await world.run(['show', session?.id ?? ''])).stdout).toContain(`${world.work}/f7`);
	expect((await world.run(['discard', session?.id ?? ''])).status).toBe(0);
});

test('a terminal that is closed during the review leaves the session waiting, and no abort of node', async () => {
	world.write('make.py', 'open("made.txt", "w").write("x")\n');
	const terminal = openTerminal(world, 'make.py 2> errors.txt');
	await terminal.shows('not decided yet');
	terminal.close();
	await eventually('the end of every process', () => world.processes().length === 0);
	const [session] = await world.sessions();
	expect(session?.state).toBe('waiting');
	expect(world.read('errors.txt')).toBe(
		`approve-run: changes are waiting; decide with: approve-run review ${session?.id}\n`,
	);
});
