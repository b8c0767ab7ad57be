/** A session's script runs again with every answer taken from the record, and that says whether it does the same. */
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWorld, openPolicy, type World } from './program.ts';

let world: World;

beforeEach(() => {
	world = makeWorld();
	world.write('open.yaml', openPolicy());
});

afterEach(() => world.remove());

/** Reads, times, random numbers, commands with input and output, other processes, changes, and something that is denied. */
const script = `import datetime, multiprocessing, os, random, subprocess, sys, tempfile, time, uuid
print(time.time(), time.monotonic(), datetime.datetime.now(), time.process_time())
print(random.random(), uuid.uuid4(), os.urandom(8).hex(), hash("text"))
print(sorted(os.listdir(".")), open("data.txt").read(), os.stat("data.txt").st_mtime, os.getpid())
began = time.monotonic(); time.sleep(0.3); print(time.monotonic() - began)
print(subprocess.run(["ls", "-la", "data.txt", "nothere"], capture_output=True, text=True))
print(subprocess.check_output(["date", "+%N"]), len(subprocess.check_output(["cat"], input=b"x" * 100000)))
print(subprocess.check_output([sys.executable, "-c", "import time; print(time.time())"]))
def child(queue): queue.put((os.getpid(), random.random(), time.time()))
if True:
    queue = multiprocessing.get_context("fork").SimpleQueue()
    both = [multiprocessing.get_context("fork").Process(target=child, args=(queue,)) for _ in range(2)]
    for one in both: one.start()
    print(sorted(queue.get() for _ in both)); [one.join() for one in both]
with open("new.txt", "w") as file: file.write(str(time.time()))
with open("data.txt", "a") as file: file.write("more")
os.makedirs("a/b")
with tempfile.NamedTemporaryFile() as file: print(file.name)
try: open("/etc/approve-run-test", "w")
except PermissionError as error: print(error)
for _ in range(3000): time.time()
print(time.time())
`;

async function ran(
	name = 's.py',
	more: readonly string[] = ['--unattended', '--policy', 'open.yaml'],
): Promise<string> {
	const { report } = await world.report([...more, name]);
	return report.session;
}

const tapeOf = (session: string): string => join(world.folder, 'state', 'approve-run', 'sessions', session, 'tape');

test('a script that reads, waits, forks, runs commands and writes does the same again, although the machine is another one by then', async () => {
	world.write('s.py', script);
	world.write('data.txt', 'some data\n');
	const session = await ran();
	expect(world.read('data.txt')).toBe('some data\nmore');
	// What it read was changed by itself, and by others.
	world.write('data.txt', 'other data\n');
	rmSync(join(world.work, 'a'), { recursive: true });
	rmSync(join(world.work, 'new.txt'));
	const before = world.names();
	const replay = await world.run(['replay', session]);
	expect(replay.stderr).toBe('');
	expect(replay.stdout).toMatch(/^It does the same: 4 changes, \d commands, \d+ reads \(/m);
	expect(replay.stdout).toMatch(/^script {7}s\.py: the same as then \(sha256 [0-9a-f]{12}…\)$/m);
	expect(replay.status).toBe(0);
	expect(world.names()).toEqual(before);
	expect(world.read('data.txt')).toBe('other data\n');
});

test('processes that wait for a lock in another order than in the run have its times, and do the same', async () => {
	const code = `
import multiprocessing, time
def work(lock, name, queue):
    for n in range(15):
        with lock:
            with open(name, 'a') as file: file.write('%d' % n)
    queue.put(name)
context = multiprocessing.get_context('fork')
lock, queue = context.Lock(), context.SimpleQueue()
both = [context.Process(target=work, args=(lock, name, queue)) for name in 'ab']
for one in both: one.start()
print(sorted(queue.get() for _ in both))
for one in both: one.join()
with open('time.txt', 'w') as file: file.write(str(time.time()))
print(time.time())
`;
	world.write('s.py', code);
	const session = await ran();
	for (const name of ['a', 'b', 'time.txt']) rmSync(join(world.work, name));
	const { stdout, status } = await world.run(['replay', session]);
	expect(stdout).toMatch(/^It does the same: 3 changes, 0 commands, \d+ reads \(/m);
	expect(status).toBe(0);
});

test('another script in its place is shown where it departs: a command, a change, a line, its end', async () => {
	const lines = ['import os, subprocess', 'print("one")', 'subprocess.run(["true"])', 'open("a", "w").write("x")', ''];
	const text = lines.join('\n');
	world.write('s.py', text);
	const session = await ran('s.py', ['--unattended', '--policy', 'open.yaml']);
	const departs = async (from: string, to: string): Promise<string> => {
		world.write('edited.py', text.replace(from, to));
		const { status, stdout } = await world.run(['replay', session, '--script', 'edited.py']);
		expect(status).toBe(1);
		return stdout.slice(stdout.indexOf('It does not'));
	};
	const all = join(world.work, 'a');
	expect(await departs('"true"', '"false"')).toMatch(
		/what the script wants:\n {2}in the run {2}run true\n {2}now {9}run false\n/,
	);
	expect(await departs('"a"', '"b"')).toMatch(
		/what is changed:\n {2}in the run {2}create \S+\/a\n {2}now {9}create \S+\/b\n/,
	);
	expect(await departs('"x"', '"y"')).toContain(
		`what is written:\n  in the run  create ${all}\n  now         other bytes in ${all}\n`,
	);
	expect(await departs('"one"', '"two"')).toContain(
		'line 1 of standard output:\n  in the run  one\n  now         two\n',
	);
	expect(await departs('subprocess.run', 'None and ')).toContain('  in the run  run true\n  now         nothing\n');
	expect(await departs('"x")', '"x"); raise SystemExit(4)')).toContain(
		'how it ends:\n  in the run  exit 0\n  now         exit 4\n',
	);

	writeFileSync(join(world.work, 's.py'), `# a comment\n${text}`);
	const commented = await world.run(['replay', session]);
	expect(commented.stdout).toContain('s.py: changed since; as it is now (sha256');
	expect(commented.stdout).toContain('It does the same: 1 change, 1 command, ');
	expect(world.names()).toEqual(['a', 'edited.py', 'open.yaml', 's.py']);
});

test('a script that departs from the order of its calls gets its input once and to its end, and what a command printed once', async () => {
	const text =
		'import os, subprocess, sys\nprint(subprocess.run(["echo", "hi"], capture_output=True).stdout)\nprint(sys.stdin.read())\n';
	world.write('s.py', text);
	const { report } = await world.report(['--unattended', '--policy', 'open.yaml', 's.py'], 'some\nlines\n');
	world.write('edited.py', text.replace('print(sub', 'os.getcwd(); os.getcwd(); print(sub'));
	const { status, stdout } = await world.run(['replay', report.session, '--script', 'edited.py']);
	expect(stdout).toContain('From here on it was not played in the order of the run: ');
	expect([status, stdout]).toEqual([0, expect.stringContaining('It does the same: 0 changes, 1 command, ')]);
});

test('the line of the script stands beside what it wants otherwise, where a person watched the run', async () => {
	world.write('s.py', 'import subprocess\n\ntry: subprocess.run(["true"])\nexcept OSError: pass\n');
	const session = await ran('s.py', ['--plan', '--policy', 'open.yaml']);
	world.write('s.py', 'import subprocess\n\n\ntry: subprocess.run(["false"])\nexcept OSError: pass\n');
	const { status, stdout } = await world.run(['replay', session]);
	expect([status, stdout]).toEqual([1, expect.stringMatching(/now {9}run false {2}\(\S*s\.py:4\)\n/)]);
});

test('a large file that was changed since cannot be given again, and that is said', async () => {
	world.write('large', Buffer.alloc(2 << 20));
	world.write('s.py', 'print(len(open("large", "rb").read()))\n');
	const session = await ran();
	expect((await world.run(['replay', session])).status).toBe(0);
	appendFileSync(join(world.work, 'large'), 'x');
	const { status, stdout } = await world.run(['replay', session]);
	expect([status, stdout]).toEqual([
		2,
		expect.stringContaining('/large was changed since the run, and no copy of it was kept.'),
	]);
});

test('a tape that was edited, cut off or taken away is said to be, and nothing runs', async () => {
	world.write('s.py', 'print(1)\n');
	const session = await ran();
	const log = join(tapeOf(session), 'log');
	const text = readFileSync(log, 'utf8');
	writeFileSync(log, text.replace('"s.py"', '"t.py"'));
	const edited = await world.run(['replay', session]);
	expect([edited.status, edited.stdout]).toEqual([125, '']);
	expect(edited.stderr).toMatch(
		/^approve-run: \S+\/tape\/log is not the one that the record knows: it was edited or cut off\.\n$/,
	);
	writeFileSync(log, text.slice(0, -400));
	expect((await world.run(['replay', session])).stderr).toContain('it was edited or cut off');
	rmSync(log);
	expect((await world.run(['replay', session])).stderr).toMatch(/cannot be replayed: \S+log is missing/);
	expect((await world.run(['audit', 'verify', session])).status).toBe(0);
});

test('nothing is kept where the settings say so, and of code on the command line the same can be told', async () => {
	mkdirSync(join(world.home, '.config', 'approve-run'), { recursive: true });
	const settings = join(world.home, '.config', 'approve-run', 'settings.yaml');
	writeFileSync(settings, 'sessions: { replay: false }\n');
	world.write('s.py', 'print(1)\n');
	const session = await ran();
	const none = await world.run(['replay', session]);
	expect([none.status, none.stderr]).toEqual([
		125,
		expect.stringContaining('nothing of it was kept to be played again'),
	]);
	rmSync(settings);
	const { report } = await world.report(['--unattended', '-c', 'import sys; print(sys.stdin.read())'], 'input\n');
	const replay = await world.run(['replay', report.session]);
	expect([replay.status, replay.stdout]).toEqual([0, expect.stringContaining('It does the same: 0 changes')]);
	expect((await world.run(['replay', report.session, '--script', 's.py'])).stderr).toContain(
		'was no file, but given with -c',
	);
});
