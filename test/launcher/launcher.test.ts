/** The launcher with a stock PyPy: what the guest sees, what it can not do, and how it ends. */
import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildLauncher, type Outcome, runGuest } from './mini-controller.ts';

const library = '/usr/lib/x86_64-linux-gnu/libpypy3.9-c.so';
const program = '/usr/bin/pypy3';
const here = new URL('.', import.meta.url).pathname;

let launcher = '';
let scratch = '';

beforeAll(() => {
	launcher = buildLauncher();
	scratch = fs.mkdtempSync(join(tmpdir(), 'launcher-test-'));
}, 60_000);

afterAll(() => fs.rmSync(scratch, { recursive: true }));

/** Runs Python code and fails with what it said when it did not end with 0. */
async function python(code: string, extra: string[] = []): Promise<Outcome> {
	const outcome = await runGuest({ launcher, library, program, args: ['-c', code], extra });
	expect(outcome, outcome.output + outcome.errors).toMatchObject({ status: 0, errors: '' });
	return outcome;
}

/** A script that asks libc and the kernel directly; `said` is what the call answered, as (result, errno). */
const raw = `
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def said(f, *args):
    ctypes.set_errno(0)
    result = f(*args)
    return result, ctypes.get_errno()
`;

describe.skipIf(!fs.existsSync(library))('the launcher', { timeout: 30_000 }, () => {
	test('runs a program and hands on its output and its exit status', async () => {
		expect((await python('print("hello")')).output).toBe('hello\n');
		const outcome = await runGuest({ launcher, library, program, args: ['-c', 'import sys; sys.exit(7)'] });
		expect(outcome.status).toBe(7);
	});

	test('loads the modules that ordinary scripts import, C libraries among them', async () => {
		const { output } = await python(`
import json, re, hashlib, datetime, threading, ctypes, sqlite3, csv
print(hashlib.sha256(b"x").hexdigest()[:8], sqlite3.connect(":memory:").execute("select 6*7").fetchone()[0])
`);
		expect(output).toBe('2d711642 42\n');
	});

	test('forks, and the parent gets the status of the child', async () => {
		const { output, calls } = await python(`
import os
for code in range(12):
    pid = os.fork()
    if pid == 0:
        os.write(1, b"child %d\\n" % code)
        os._exit(code)
    assert os.waitpid(pid, 0) == (pid, code << 8)
print("parent")
`);
		expect(output).toBe(`${Array.from({ length: 12 }, (_, i) => `child ${i}\n`).join('')}parent\n`);
		expect(calls).toContain('forked(ii)i');
	});

	test('gives each thread a channel, and takes it back: more threads than channels, one after another', async () => {
		const { output } = await python(`
import threading, os
done = []
def work(i):
    os.getppid()
    done.append(i)
for round in range(6):
    threads = [threading.Thread(target=work, args=(i,)) for i in range(5)]
    [t.start() for t in threads]
    [t.join() for t in threads]
print(len(done))
`);
		expect(output).toBe('30\n');
	});

	test('traps a write to its own channel that is not its own', async () => {
		const { output } = await python(`${raw}
print(said(libc.write, 1000, b"forged", 6), said(libc.write, 1002, b"forged", 6), said(libc.syscall, 1, 1000, b"forged", 6))
print(said(libc.read, 1001, ctypes.create_string_buffer(8), 8))
`);
		// EBADF comes from the controller: the guest's descriptors are not the process's.
		expect(output).toBe('(-1, 9) (-1, 9) (-1, 9)\n(-1, 9)\n');
	});

	test('traps what is reached through the number of another call: fork with namespaces, ptrace, a made up number', async () => {
		const { output, calls } = await python(`${raw}
print(said(libc.syscall, 101, 0, 0, 0, 0), said(libc.syscall, 272, 0x10000000), said(libc.syscall, 1234, 0), said(libc.syscall, 435, 0, 0))
print(said(libc.syscall, 56, 0x10000000 | 17, 0, 0, 0, 0)[0] >= 0)
`);
		expect(output.split('\n')[0]).toBe('(-1, 38) (-1, 38) (-1, 38) (-1, 38)');
		expect(calls).toEqual(
			expect.arrayContaining(['ptrace(iipp)i', 'unshare(i)i', 'syscall_1234(iiiiii)i', 'fork(i)i']),
		);
	});

	test('answers a bad address with EFAULT, in strings, buffers and results', async () => {
		const { output } = await python(`${raw}
bad = ctypes.c_void_p(16)
page = libc.mmap
page.restype = ctypes.c_void_p
edge = page(None, 8192, 3, 0x22, -1, 0)
libc.mprotect(ctypes.c_void_p(edge + 4096), 4096, 0)
ctypes.memset(edge, 65, 4096)
print(said(libc.write, 1, bad, 5), said(libc.open, bad, 0), said(libc.open, None, 0), said(libc.uname, bad))
print(said(libc.write, 1, ctypes.c_void_p(edge), 5000), said(libc.open, ctypes.c_void_p(edge + 4000), 0))
print(said(libc.syscall, 13, 10, bad, None, 8), said(libc.stat, b"/", ctypes.c_void_p(edge + 4090)))
`);
		expect(output).toBe('(-1, 14) (-1, 14) (-1, 14) (-1, 14)\n(-1, 14) (-1, 14)\n(-1, 14) (-1, 14)\n');
	});

	test('emulates posix_spawn on a stack of its own, and ends a process that executes a command with its status', async () => {
		const { output } = await python('import os\nprint(os.system("true"), os.system("true"))');
		expect(output).toBe('768 768\n');
	});

	test('makes a call again after a signal whose handler wants that, and else ends it with EINTR', async () => {
		const { output } = await python(`${raw}
import signal, time
for again in False, True:
    pid = os.fork()
    if pid == 0:
        time.sleep(0.15)
        os._exit(0)
    signal.signal(signal.SIGALRM, lambda number, frame: print("alarm"))
    signal.siginterrupt(signal.SIGALRM, not again)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    result = said(libc.waitpid, pid, None, 0)
    print(result == (pid, 0), result == (-1, 4))
`);
		expect(output).toBe('alarm\nFalse True\nalarm\nTrue False\n');
	});

	test('maps a file, and tells when a mapping that is shared with it goes away', async () => {
		const { output, calls } = await python(`
import mmap, os
fd = os.open("/etc/passwd", os.O_RDONLY)
shared = mmap.mmap(fd, 500, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
private = mmap.mmap(fd, 500, mmap.MAP_PRIVATE, mmap.PROT_READ)
print(shared[:5], private[:5])
pid = os.fork()
if pid == 0:
    shared[0:5] = b"child"
    os._exit(0)
os.waitpid(pid, 0)
print(shared[:5], private[:5])
private.close()
shared.close()
`);
		expect(output).toBe("b'root:' b'root:'\nb'child' b'root:'\n");
		expect(calls.filter((call) => call === 'munmap(pi)i')).toHaveLength(1);
	});

	test('carries long strings and buffers, which do not fit into a frame', async () => {
		const { output } = await python(`
import os
os.write(1, b"y" * 200000)
os.write(2, b"z" * 4000)
try: os.stat("/" + "x" * 5000)
except OSError as error: print(error.errno)
`);
		expect(output).toBe(`${'y'.repeat(200000)}${'z'.repeat(4000)}14\n`);
	});

	test('runs a Python signal handler after a signal by order, and in the middle of a sleep', async () => {
		const { output } = await python(`
import signal, os, time
signal.signal(signal.SIGUSR1, lambda number, frame: print("got", number))
os.kill(os.getpid(), signal.SIGUSR1)
print("killed")
signal.signal(signal.SIGALRM, lambda number, frame: print("alarm"))
signal.setitimer(signal.ITIMER_REAL, 0.05)
start = time.monotonic()
time.sleep(0.2)
print(0.19 < time.monotonic() - start < 0.4)
`);
		expect(output).toBe('got 10\nkilled\nalarm\nTrue\n');
	});

	test('holds a signal that is blocked, and never blocks SIGSYS', async () => {
		const { output } = await python(`
import signal, os
signal.signal(signal.SIGUSR1, lambda number, frame: print("got"))
signal.pthread_sigmask(signal.SIG_SETMASK, range(1, 65))
os.kill(os.getpid(), signal.SIGUSR1)
print("held", signal.SIGSYS in signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.SIGUSR1 in signal.sigpending())
signal.pthread_sigmask(signal.SIG_SETMASK, [])
`);
		expect(output).toBe('held False True\ngot\n');
	});

	test('gives nothing more to a guest that jumps to the launcher’s own system call instruction', async () => {
		const symbols = execFileSync('nm', [launcher], { encoding: 'utf8' });
		const address = (name: string): number =>
			Number.parseInt(new RegExp(`^([0-9a-f]+) . ${name}$`, 'm').exec(symbols)?.[1] ?? '', 16);
		const { output, calls } = await python(`${raw}
libc.getauxval.restype = ctypes.c_ulong
where = libc.getauxval(9) + ${address('launcher_syscall') - address('_start')}
jump = ctypes.CFUNCTYPE(*[ctypes.c_long] * 8)(where)
path = ctypes.create_string_buffer(b"/etc/hostname")
print(jump(41, 2, 1, 0, 0, 0, 0), jump(1, 1, ctypes.addressof(path), 4, 0, 0, 0), jump(0, 1002, ctypes.addressof(path), 4, 0, 0, 0))
print(jump(157, 4, 1, 0, 0, 0, 0), jump(203, 1, 8, 0, 0, 0, 0), jump(62, 1, 9, 0, 0, 0, 0))
jump(257, -100, ctypes.addressof(path), 0, 0, 0, 0)
pid = jump(56, 0x10000000 | 0x8000 | 17, 0, 0, 0, 0, 0)
if pid == 0: os._exit(0)
print(os.waitpid(pid, 0)[1])
`);
		// All of them were answered by the controller: socket, prctl and affinity it does not know, kill(1) is not the guest's.
		expect(output).toBe('/etc-38 4 -9\n-38 -38 -3\n0\n');
		expect(calls).toEqual(
			expect.arrayContaining(['socket(iii)i', 'prctl(iiiii)i', 'sched_setaffinity(iip)i', 'fork(i)i']),
		);
	});

	test('kills a guest that makes a 32-bit system call', async () => {
		const outcome = await runGuest({
			launcher,
			library,
			program,
			args: [
				'-c',
				`import ctypes, mmap
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
page = libc.mmap(None, 4096, 7, 0x22, -1, 0)
ctypes.memmove(page, b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3", 8)
print(ctypes.CFUNCTYPE(ctypes.c_int)(page)())`,
			],
		});
		expect(outcome).toMatchObject({ status: 128 + 31, output: '' });
	});

	test('does not signal a process that is not the guest’s own', async () => {
		const victim = spawn('sleep', ['20']);
		const { output } = await python(`${raw}
print(said(libc.kill, ${victim.pid}, 9), said(libc.kill, 1, 9), said(libc.kill, -1, 9))`);
		expect(output).toBe('(-1, 3) (-1, 3) (-1, 3)\n');
		expect(victim.kill('SIGTERM')).toBe(true);
	});

	test('reports a guest that dies of a signal as 128 and its number', async () => {
		const outcome = await runGuest({
			launcher,
			library,
			program,
			args: ['-c', 'import ctypes; ctypes.memset(8, 1, 1)'],
		});
		expect(outcome.status).toBe(128 + 11);
	});

	test('never lets the controller wait for a task that died while it was being read', async () => {
		const { output } = await python(`
import os, threading, ctypes
for round in range(20):
    pid = os.fork()
    if pid == 0:
        threading.Thread(target=lambda: ctypes.memset(8, 1, 1)).start()
        while True: os.write(2, b"w" * 300000)
    assert os.waitpid(pid, 0)[1] == 11
print("alive")
`);
		expect(output.endsWith('alive\n')).toBe(true);
	});

	test.each([
		['with namespaces', () => launcher],
		['without', () => refusing(272)],
	])('leaves no process when the controller is killed while the guest computes, %s', async (_, start) => {
		const alone = join(scratch, 'run-alone.mjs');
		const entry = join(here, 'run-alone.ts');
		await build({
			entryPoints: [entry],
			bundle: true,
			platform: 'node',
			format: 'esm',
			outfile: alone,
			logLevel: 'error',
		});
		const mark = `mark-${process.pid}-${Date.now()}`;
		const code = 'import os\nos.fork()\nos.write(1, b"x")\nwhile True: pass';
		const controller = spawn(process.execPath, [alone, start(), library, program, '-c', code, mark]);
		await until(() => processesWith(mark).length >= 4); // controller, supervisor, two guests
		controller.kill('SIGKILL');
		await until(() => processesWith(mark).length === 0);
	});

	test('holds the guest by the filter and Landlock alone where namespaces are forbidden', async () => {
		const args = ['-c', 'import os\npid = os.fork()\nif pid == 0: os._exit(4)\nprint(os.waitpid(pid, 0)[1] >> 8)'];
		const outcome = await runGuest({ launcher: refusing(272), library, program, args });
		expect(outcome).toMatchObject({ status: 0, output: '4\n', errors: '' });
		expect(outcome.facts).toMatch(/^userns=no pidns=no netns=no mountns=no ipcns=no landlock=/);
	});

	test('refuses to run where seccomp is missing, and says what to do', async () => {
		const script = refusing(317);
		const outcome = await runGuest({ launcher: script, library, program, args: ['-c', 'print(1)'] });
		expect(outcome).toMatchObject({ status: 125, output: '', facts: '' });
		expect(outcome.errors).toMatch(/no seccomp filters .*CONFIG_SECCOMP_FILTER/);
	});

	test('says in one sentence what is wrong with its arguments', async () => {
		const outcome = await runGuest({ launcher, library: '/nowhere/libpypy3-c.so', program, args: [] });
		expect(outcome.status).toBe(125);
		expect(outcome.errors).toMatch(/^approve-run launcher: cannot load PyPy: .*--runtime.*\n$/);
	});

	test('keeps its limits of memory and processor time', async () => {
		const memory = await runGuest({
			launcher,
			library,
			program,
			args: ['-c', 'x = bytearray(900 << 20)'],
			extra: ['--memory', `${64 << 20}`],
		});
		expect(memory.output).toMatch(/MemoryError/);
		const cpu = await runGuest({ launcher, library, program, args: ['-c', 'while True: pass'], extra: ['--cpu', '1'] });
		expect(cpu.status).toBe(128 + 9);
	});

	test('works for an ordinary user too, with the same walls', async () => {
		if (process.getuid?.() !== 0) return;
		const open = fs.mkdtempSync('/tmp/launcher-user-');
		fs.chmodSync(open, 0o755);
		fs.copyFileSync(launcher, join(open, 'launcher'));
		const script = join(open, 'as-user.sh');
		// The FIFOs go where the mini controller looks, which belongs to root: give that folder away first.
		const chown = 'for a; do case $b in --channel) chown 1000:1000 "$a";; esac; b=$a; done';
		fs.writeFileSync(
			script,
			`#!/bin/sh\n${chown}\nexec /usr/bin/setpriv --reuid=1000 --regid=1000 --clear-groups ${open}/launcher "$@"\n`,
			{ mode: 0o755 },
		);
		const outcome = await runGuest({ launcher: script, library, program, args: ['-c', 'print("user")'] });
		fs.rmSync(open, { recursive: true });
		expect(outcome).toMatchObject({ status: 0, output: 'user\n', errors: '' });
		expect(outcome.facts).toMatch(/^userns=(yes|no) pidns=.*landlock=(yes|no) near=/);
	});
});

/** The launcher on a kernel that refuses a system call of x86-64. */
function refusing(call: number): string {
	const wrapper = join(scratch, 'without-call');
	if (!fs.existsSync(wrapper)) execFileSync('cc', ['-o', wrapper, join(here, 'without-call.c')]);
	const script = join(scratch, `without-${call}`);
	fs.writeFileSync(script, `#!/bin/sh\nexec ${wrapper} ${call} ${launcher} "$@"\n`, { mode: 0o755 });
	return script;
}

/** Processes whose command line holds a word, by /proc. */
function processesWith(word: string): string[] {
	return fs.readdirSync('/proc').filter((name) => {
		if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
		try {
			return fs.readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(word);
		} catch {
			return false;
		}
	});
}

async function until(condition: () => boolean): Promise<void> {
	const end = Date.now() + 10_000;
	while (!condition()) {
		if (Date.now() > end) throw new Error('it did not happen within 10 s');
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}
