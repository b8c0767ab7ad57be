import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openGuestMemory } from '../../src/host/guest-memory.ts';

test('bytes go to and from the memory of a child process, and nowhere where there is none', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'memory-'));
	symlinkSync('/bin/sleep', join(folder, 'guest'));
	const child = spawn(join(folder, 'guest'), ['60']);
	const other = spawn('/bin/sleep', ['60']);
	const ended = new Promise((resolve) => child.once('close', resolve));
	try {
		const pid = child.pid ?? 0;
		await expect.poll(() => readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('guest\n');
		const [start, end] = stackOf(pid);
		const memory = openGuestMemory(process.pid);
		const sent = Buffer.from('seen from outside');
		expect(memory.write(pid, start, sent)).toBe(sent.length);
		const got = Buffer.alloc(sent.length);
		expect(memory.read(pid, start, got)).toBe(sent.length);
		expect(got.toString()).toBe('seen from outside');
		// Across the end of what is mapped: as much as there is, so that the wire can tell where the fault lies.
		expect(memory.write(pid, end - 4, Buffer.alloc(4096))).toBe(4);
		expect(memory.write(pid, 4096, sent)).toBe(0);
		child.kill('SIGKILL');
		await ended;
		expect(memory.read(pid, start, got)).toBe(0);
		memory.close();
		// The supervisor and the maker are in the guest's namespace too, and outside of the filter.
		expect(openGuestMemory(process.pid).write(other.pid ?? 0, stackOf(other.pid ?? 0)[0], sent)).toBe(0);
		expect(openGuestMemory(process.pid).write(1, start, sent)).toBe(0);
	} finally {
		child.kill('SIGKILL');
		other.kill('SIGKILL');
		rmSync(folder, { recursive: true });
	}
});

function stackOf(pid: number): readonly [number, number] {
	const stack = /^([0-9a-f]+)-([0-9a-f]+) .*\[stack\]$/m.exec(readFileSync(`/proc/${pid}/maps`, 'utf8'));
	return [Number(`0x${stack?.[1]}`), Number(`0x${stack?.[2]}`)];
}
