/** The launcher with a stock PyPy: what a guest sees, and how it ends. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { here, isThere, library, program, raw, setUp } from './guest.ts';
import { runGuest } from './mini-controller.ts';

const bench = setUp();

describe.skipIf(!isThere)('the launcher', { timeout: 30_000 }, () => {
	test('runs a program and hands on its output and its exit status', async () => {
		expect((await bench.python('print("hello")')).output).toBe('hello\n');
		const outcome = await runGuest({
			launcher: bench.launcher,
			library,
			program,
			args: ['-c', 'import sys; sys.exit(7)'],
		});
		expect(outcome.status).toBe(7);
	});

	test('loads the modules that ordinary scripts import, C libraries among them', async () => {
		const { output } = await bench.python(`
import json, re, hashlib, datetime, threading, ctypes, sqlite3, csv
print(hashlib.sha256(b"x").hexdigest()[:8], sqlite3.connect(":memory:").execute("select 6*7").fetchone()[0])
`);
		expect(output).toBe('2d711642 42\n');
	});

	test('forks, and the parent gets the status of the child', async () => {
		const { output, calls } = await bench.python(`
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
		const { output } = await bench.python(`
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

	test('answers a bad address with EFAULT, in strings, buffers and results', async () => {
		const { output } = await bench.python(`${raw}
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
		const { output } = await bench.python('import os\nprint(os.system("true"), os.system("true"))');
		expect(output).toBe('768 768\n');
	});

	test('makes a call again after a signal whose handler wants that, and else ends it with EINTR', async () => {
		const { output } = await bench.python(`${raw}
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
		const { output, calls } = await bench.python(`
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
		const { output } = await bench.python(`
import os
os.write(1, b"y" * 200000)
os.write(2, b"z" * 4000)
try: os.stat("/" + "x" * 5000)
except OSError as error: print(error.errno)
`);
		expect(output).toBe(`${'y'.repeat(200000)}${'z'.repeat(4000)}14\n`);
	});

	test('runs a Python signal handler after a signal by order, and in the middle of a sleep', async () => {
		const { output } = await bench.python(`
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
		const { output } = await bench.python(`
import signal, os
signal.signal(signal.SIGUSR1, lambda number, frame: print("got"))
signal.pthread_sigmask(signal.SIG_SETMASK, range(1, 65))
os.kill(os.getpid(), signal.SIGUSR1)
print("held", signal.SIGSYS in signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.SIGUSR1 in signal.sigpending())
signal.pthread_sigmask(signal.SIG_SETMASK, [])
`);
		expect(output).toBe('held False True\ngot\n');
	});

	test('reports a guest that dies of a signal as 128 and its number', async () => {
		const outcome = await runGuest({
			launcher: bench.launcher,
			library,
			program,
			args: ['-c', 'import ctypes; ctypes.memset(8, 1, 1)'],
		});
		expect(outcome.status).toBe(128 + 11);
	});

	test('never lets the controller wait for a task that died while it was being read', async () => {
		const { output } = await bench.python(`
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
		['with namespaces', () => bench.launcher],
		['without', () => bench.refusing(272)],
	])('leaves no process when the controller is killed while the guest computes, %s', async (_, start) => {
		const alone = join(bench.scratch, 'run-alone.mjs');
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

	test('says in one sentence what is wrong with its arguments', async () => {
		const outcome = await runGuest({ launcher: bench.launcher, library: '/nowhere/libpypy3-c.so', program, args: [] });
		expect(outcome.status).toBe(125);
		expect(outcome.errors).toMatch(/^approve-run launcher: cannot load PyPy: .*--runtime.*\n$/);
	});
});

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
