import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeWorld, openPolicy, type World } from './program.ts';

let world: World;

beforeAll(() => {
	world = makeWorld();
	world.write('open.yaml', openPolicy());
});

afterAll(() => world.remove());

const open = ['--unattended', '--policy', 'open.yaml'];

test.each([
	['print("fine")', 0, 'exited'],
	['raise SystemExit(7)', 7, 'exited'],
	['1/0', 1, 'exited'],
	['import os; os._exit(125)', 125, 'exited'],
	['import os, signal; os.kill(os.getpid(), signal.SIGKILL)', 137, 'signaled'],
	['import os, signal; os.kill(os.getpid(), signal.SIGTERM)', 143, 'signaled'],
])('%s ends with status %i', async (code, status, reason) => {
	const ran = await world.report([...open, '-c', code]);
	expect(ran.status).toBe(status);
	expect(ran.report.exit).toEqual({ status, reason });
});

const forever = 'while True: pass';
const limits = [
	// Time enough to begin on a machine that is busy.
	['time', '2s', 'import time\nwhile True: time.sleep(0.1)'],
	['cpu', '600ms', forever],
	['memory', '128MiB', 'keep = []\nwhile True: keep.append(bytearray(1 << 20))'],
	['output', '20KiB', 'while True: print("x" * 1000)'],
	['tasks', '3', 'import threading, time\nfor n in range(8): threading.Thread(target=time.sleep, args=(9,)).start()'],
	['disk', '1MiB', 'f = open("big", "wb")\nwhile True: f.write(b"x" * 65536); f.flush()'],
	['files', '10', 'for n in range(100): open(f"file{n}", "w").close()'],
] as const;

test.each(limits)('the %s limit stops the script, and nothing of it is applied', async (name, value, code) => {
	const before = world.names();
	const ran = await world.report([...open, `--${name}`, value, '-c', `open("first", "w").close()\n${code}`]);
	expect(ran.status).toBe(124);
	expect(ran.stderr).toMatch(new RegExp(`^approve-run: .*\\b${name} limit of ${value}\\b`, 'm'));
	expect(ran.report.exit).toMatchObject({ status: 124, reason: 'limit', limit: name });
	expect(ran.report.applied).toEqual([]);
	expect(world.names()).toEqual(before);
	expect(ran.stderr).toContain(`approve-run review ${ran.report.session}`);
	expect(world.processes()).toEqual([]);
	// A person may still want what it did until then.
	const shown = await world.run(['show', ran.report.session]);
	expect(shown.stdout).toContain(`${world.work}/first`);
});

test('a fork bomb that heeds no EAGAIN ends at the limit of tasks, and leaves no process', async () => {
	const code = 'import os\nwhile True:\n  try: os.fork()\n  except BlockingIOError: pass';
	const ran = await world.report([...open, '--tasks', '12', '-c', code]);
	expect(ran.report.exit).toMatchObject({ status: 124, reason: 'limit', limit: 'tasks' });
	expect(ran.report.limits.tasks.used).toBeLessThanOrEqual(12);
	expect(world.processes()).toEqual([]);
});

test('memory that forked processes share counts once, and what each has of its own counts for it', async () => {
	const forked = (child: string): string => `
import os, sys, time
kept = os.urandom(128 << 20)
r, w = os.pipe()
for n in range(6):
    if os.fork() == 0:
        os.close(w)
        ${child}
        os.read(r, 1)
        os._exit(0)
time.sleep(2)
os.close(w)
for n in range(6): os.wait()`;
	const shared = await world.report([...open, '--memory', '512MiB', '-c', forked('pass')]);
	expect(shared.stderr).toBe('');
	expect(shared.status).toBe(0);
	const own = await world.report([...open, '--memory', '512MiB', '-c', forked('mine = os.urandom(128 << 20)')]);
	expect(own.report.exit).toMatchObject({ status: 124, reason: 'limit', limit: 'memory' });
});

test('a script that survives ENOSPC still ends as stopped by its limit', async () => {
	const code = 'import time\ntry:\n  open("big", "wb").write(b"x" * 3000000)\nexcept OSError: pass\ntime.sleep(9)';
	const ran = await world.report([...open, '--disk', '1MiB', '-c', code]);
	expect(ran.status).toBe(124);
	expect(ran.report.exit.limit).toBe('disk');
});

test.each([
	[['--unattended', '--time', '10h', '-c', '1'], /--.*time.*60s|--.*time.*1m/],
	[['--unattended', '--memory', 'lots', '-c', '1'], /--memory lots: give .*MiB/],
	[['--unattended', '--plan', '-c', '1'], /give one of them/],
	[['--unattended', '--policy', 'nowhere', '-c', '1'], /no policy nowhere.*review/],
	[['-c', '1'], /no terminal.*--unattended.*--plan/],
	[['--nonsense', '-c', '1'], /nonsense/],
	[['--unattended'], /name a script/],
])('%j is a mistake told in one sentence, status 125', async (args, words) => {
	const ran = await world.run(args);
	expect(ran.status).toBe(125);
	expect(ran.stderr).toMatch(words);
	expect(ran.stderr).not.toMatch(/\n\s+at /);
	expect(ran.stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
	expect(ran.stdout).toBe('');
});

test('a mistake in a policy is told with its line, its column and the nearest right key', async () => {
	world.write('typo.yaml', 'name: typo\nrules:\n  - alow: run\n    command: ls\nlimits: { tme: 3s, cpu: soon }\n');
	const ran = await world.run(['--unattended', '--policy', 'typo.yaml', '-c', '1']);
	expect(ran.status).toBe(125);
	expect(ran.stderr).toMatch(/typo\.yaml:3:5: .*alow.*allow/);
	expect(ran.stderr).toMatch(/typo\.yaml:5:11: .*tme.*time/);
	expect(ran.stderr).toMatch(/typo\.yaml:5:\d+: .*soon/);
	expect(ran.stderr).not.toMatch(/\n\s+at /);
	const checked = await world.run(['policy', 'check', 'typo.yaml']);
	expect(checked.status).toBe(125);
});

test('a denial that the script lives with still ends in 126, unless the policy says to ignore it', async () => {
	const code = 'try:\n  open("../elsewhere", "w")\nexcept PermissionError: print("so be it")';
	const ran = await world.report([...open, '-c', code]);
	expect([ran.status, ran.stdout]).toEqual([126, 'so be it\n']);
	expect(ran.report.exit.reason).toBe('denied');
	expect(ran.stderr).toContain(`denied: write ${world.folder}/elsewhere`);
	world.write('ignore.yaml', openPolicy([], 'denied: ignore'));
	const ignored = await world.report(['--unattended', '--policy', 'ignore.yaml', '-c', `${code}\nraise SystemExit(3)`]);
	expect(ignored.status).toBe(3);
	expect(ignored.report.effects).toContainEqual(expect.objectContaining({ kind: 'write', decision: 'deny' }));
});

test('no such script, a folder for a script, and no such interpreter are 127', async () => {
	mkdirSync(join(world.work, 'folder'));
	const missing = await world.run(['--unattended', 'missing.py']);
	expect([missing.status, missing.stderr]).toEqual([127, `approve-run: there is no script ${world.work}/missing.py\n`]);
	expect((await world.run(['--unattended', 'folder'])).status).toBe(127);
	const runtime = await world.run(['--unattended', '--runtime', '/nonexistent/pypy3', '-c', '1']);
	expect(runtime.status).toBe(127);
	expect(runtime.stderr).toMatch(/\/nonexistent\/pypy3/);
	expect(runtime.stderr).not.toMatch(/\n\s+at /);
});
