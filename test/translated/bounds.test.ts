/** What is kept for a translated interpreter, which may be hostile, has a bound; past it a call fails, and the next one goes on. */
import { expect, test } from 'vitest';
import { errno } from '../../src/abi/errno.ts';
import { O_RDWR } from '../../src/abi/open-flags.ts';
import { guest } from '../fs/guest.ts';
import { fakeKernel, fakeWorld } from '../kernel/world.ts';
import { Interpreter } from './interpreter.ts';

function started(maxDescriptors = 32) {
	const { fs, work } = guest();
	return { work, interpreter: new Interpreter(fakeKernel(fakeWorld(), fs, 4, maxDescriptors)) };
}

test('a request to a device may come one byte at a time, up to its bound', () => {
	const { interpreter } = started();
	const { value: fd } = interpreter.call('open(pii)i', '/dev/approve-run/poll', O_RDWR, 0);
	const byte = interpreter.put('[');
	let written = 0;
	while (interpreter.call('write(ipi)i', fd, byte, 1).value === 1) written += 1;
	expect(written).toBe(64 * 1024);
	expect(interpreter.call('write(ipi)i', fd, byte, 1)).toEqual({ value: -1, errno: errno.E2BIG });
	expect(interpreter.call('close(i)i', fd).value).toBe(0);
});

test('all requests together have a bound, and closing one gives its room back', () => {
	const { interpreter } = started();
	const piece = interpreter.room(1024 * 1024);
	const open = () => interpreter.call('open(pii)i', '/dev/approve-run/spawn', O_RDWR, 0).value;
	const fill = (fd: number): number => {
		for (let written = 0; ; written++) {
			const { value, errno } = interpreter.call('write(ipi)i', fd, piece, 1024 * 1024);
			if (value < 0) return written * 1000 + errno;
		}
	};
	const [first, second, third] = [open(), open(), open()];
	expect([fill(first), fill(second), fill(third)]).toEqual([8000 + errno.E2BIG, 8000 + errno.E2BIG, errno.ENOMEM]);
	interpreter.call('close(i)i', first);
	expect(fill(third)).toBe(8000 + errno.E2BIG);
});

test('an environment that no command could be given is ENOMEM, and a long value is none', () => {
	const { interpreter } = started();
	expect(interpreter.call('putenv(p)i', `LONG=${'x'.repeat(100_000)}`).value).toBe(0);
	expect(interpreter.text(interpreter.call('getenv(p)p', 'LONG').value)).toHaveLength(100_000);
	const entry = interpreter.put(`A=${'x'.repeat(130_000)}`);
	let errors = 0;
	for (let i = 0; i < 40 && errors === 0; i++) {
		interpreter.at(entry, 1).write(String.fromCharCode(65 + i));
		errors = interpreter.call('putenv(p)i', entry).errno;
	}
	expect(errors).toBe(errno.ENOMEM);
	expect(interpreter.call('putenv(p)i', `B=${'x'.repeat(200_000)}`).errno).toBe(errno.ENOMEM);
	expect(interpreter.text(interpreter.call('getenv(p)p', 'NAME').value)).toBe('value');
});

test('directories that are never closed end at a bound', () => {
	const { interpreter, work } = started();
	const { value: fd } = interpreter.call('open(pii)i', work, 0o200000, 0);
	let opened = 0;
	while (interpreter.call('fdopendir(i)p', fd).value !== 0 && opened < 20_000) opened += 1;
	expect(opened).toBe(4096);
});

test('standard output stays the same however many strings are asked for', () => {
	const { interpreter } = started();
	const { value: stdout } = interpreter.call('get_stdout()p');
	expect(interpreter.call('fileno(p)i', stdout).value).toBe(1);
	expect(interpreter.call('fileno(p)i', 0x20000).errno).toBe(errno.EBADF);
});
