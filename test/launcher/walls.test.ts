/** What a guest can not do, whatever instruction it jumps to; what is left of that where the kernel has less. */
import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isThere, library, program, raw, setUp } from './guest.ts';
import { runGuest } from './mini-controller.ts';

const bench = setUp();

describe.skipIf(!isThere)('the walls', { timeout: 30_000 }, () => {
	test('traps a write to its own channel that is not its own', async () => {
		const { output } = await bench.python(`${raw}
print(said(libc.write, 1000, b"forged", 6), said(libc.write, 1002, b"forged", 6), said(libc.syscall, 1, 1000, b"forged", 6))
print(said(libc.read, 1001, ctypes.create_string_buffer(8), 8))
`);
		// EBADF comes from the controller: the guest's descriptors are not the process's.
		expect(output).toBe('(-1, 9) (-1, 9) (-1, 9)\n(-1, 9)\n');
	});

	test('traps what is reached through the number of another call: fork with namespaces, ptrace, a made up number', async () => {
		const { output, calls } = await bench.python(`${raw}
print(said(libc.syscall, 101, 0, 0, 0, 0), said(libc.syscall, 272, 0x10000000), said(libc.syscall, 1234, 0), said(libc.syscall, 435, 0, 0))
print(said(libc.syscall, 56, 0x10000000 | 17, 0, 0, 0, 0)[0] >= 0)
`);
		expect(output.split('\n')[0]).toBe('(-1, 38) (-1, 38) (-1, 38) (-1, 38)');
		expect(calls).toEqual(
			expect.arrayContaining(['ptrace(iipp)i', 'unshare(i)i', 'syscall_1234(iiiiii)i', 'fork(i)i']),
		);
	});

	test('gives nothing more to a guest that jumps to the launcher’s own system call instruction', async () => {
		const symbols = execFileSync('nm', [bench.launcher], { encoding: 'utf8' });
		const address = (name: string): number =>
			Number.parseInt(new RegExp(`^([0-9a-f]+) . ${name}$`, 'm').exec(symbols)?.[1] ?? '', 16);
		const { output, calls } = await bench.python(`${raw}
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

	test('gives no huge pages, which are in no resident set: the same as where the machine has none', async () => {
		const { output } = await bench.python(`${raw}
libc.mmap.restype = ctypes.c_long
for flags in (0x40022, 0x40021, 0x40022 | 63 << 26, 0x22): print(said(libc.mmap, None, ctypes.c_size_t(2 << 20), 3, ctypes.c_int(flags), -1, ctypes.c_long(0))[0] == -1, ctypes.get_errno())
`);
		// Of the third, a size that there is not, the kernel itself would say EINVAL.
		expect(output).toMatch(/^True 12\nTrue 12\nTrue 12\nFalse /);
	});

	test('kills a guest that makes a 32-bit system call', async () => {
		const outcome = await runGuest({
			launcher: bench.launcher,
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
		const { output } = await bench.python(`${raw}
print(said(libc.kill, ${victim.pid}, 9), said(libc.kill, 1, 9), said(libc.kill, -1, 9))`);
		expect(output).toBe('(-1, 3) (-1, 3) (-1, 3)\n');
		expect(victim.kill('SIGTERM')).toBe(true);
	});

	test('holds the guest by the filter and Landlock alone where namespaces are forbidden', async () => {
		const args = ['-c', 'import os\npid = os.fork()\nif pid == 0: os._exit(4)\nprint(os.waitpid(pid, 0)[1] >> 8)'];
		const outcome = await runGuest({ launcher: bench.refusing(272), library, program, args });
		expect(outcome).toMatchObject({ status: 0, output: '4\n', errors: '' });
		expect(outcome.facts).toMatch(/^userns=no pidns=no netns=no mountns=no ipcns=no landlock=/);
	});

	test('refuses to run where seccomp is missing, and says what to do', async () => {
		const script = bench.refusing(317);
		const outcome = await runGuest({ launcher: script, library, program, args: ['-c', 'print(1)'] });
		expect(outcome).toMatchObject({ status: 125, output: '', facts: '' });
		expect(outcome.errors).toMatch(/no seccomp filters .*CONFIG_SECCOMP_FILTER/);
	});

	test('keeps its limits of memory and processor time', async () => {
		const memory = await runGuest({
			launcher: bench.launcher,
			library,
			program,
			args: ['-c', 'x = bytearray(900 << 20)'],
			extra: ['--memory', `${64 << 20}`],
		});
		expect(memory.output).toMatch(/MemoryError/);
		const cpu = await runGuest({
			launcher: bench.launcher,
			library,
			program,
			args: ['-c', 'while True: pass'],
			extra: ['--cpu', '1'],
		});
		expect(cpu.status).toBe(128 + 9);
	});

	test('works for an ordinary user too, with the same walls', async () => {
		if (process.getuid?.() !== 0) return;
		const open = fs.mkdtempSync('/tmp/launcher-user-');
		fs.chmodSync(open, 0o755);
		fs.copyFileSync(bench.launcher, join(open, 'launcher'));
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
