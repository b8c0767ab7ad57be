/** Whatever a call is given, and however much there is already: an answer, an errno or a wait, and no half of anything. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { forReading } from '../../src/fs/api.ts';
import { table } from '../../src/syscalls/table.ts';
import { buffer, type Part, string, word } from '../wire/messages.ts';
import { Machine } from './machine.ts';

const [_EINTR, EBADF, _ECHILD, _EAGAIN, ENOMEM, _EACCES, _EFAULT, EMFILE, _ENOSYS, _ERESTARTSYS] = [
	4, 9, 10, 11, 12, 13, 14, 24, 38, 512,
];

let machine: Machine;

beforeEach(() => {
	machine = new Machine();
});

const at = (offset: number): Part => word(0x10000 + offset);

describe('descriptors', () => {
	test('that run out leave no half of a pair behind', () => {
		let last: number | undefined = 0;
		let pairs = 0;
		while (last === 0) {
			last = machine.call(0, 'socketpair(iiip)i', word(1), word(1), word(0), at(0));
			pairs += 1;
		}
		expect([last, pairs]).toEqual([-EMFILE, 15]);
		expect(machine.call(0, 'dup(i)i', word(0))).toBe(31);
		expect(machine.call(0, 'pipe2(pi)i', at(0), word(0))).toBe(-EMFILE);
		machine.call(0, 'close(i)i', word(30));
		expect(machine.call(0, 'pipe2(pi)i', at(0), word(0))).toBe(-EMFILE);
		expect(machine.call(0, 'dup(i)i', word(0))).toBe(30);
	});

	test.each([-1, 99, 2 ** 31 - 1, -(2 ** 31)])('%i is EBADF for every call that takes one first', (fd) => {
		for (const [name, rest] of Object.entries({
			read: 'pi',
			write: '',
			close: '',
			fstat: 'p',
			lseek: 'ii',
			fsync: '',
		})) {
			const parts = [...rest].map((type) => (type === 'p' ? at(0) : word(1)));
			const written = name === 'write' ? [buffer('x')] : [];
			const types = name === 'write' ? 'ib' : `i${rest}`;
			expect(machine.call(0, `${name}(${types})i`, word(fd), ...written, ...parts), name).toBe(-EBADF);
		}
	});
});

describe('any call at all', () => {
	/** As the launcher sends them: pypy/launcher/calls.c, and mmap, which it does partly by itself. */
	const source = readFileSync(new URL('../../pypy/launcher/calls.c', import.meta.url), 'utf8');
	const sent = [...source.matchAll(/CALL\((\w+), "(\w*)"\)/g)].map(([, name = '', types = '']) => ({ name, types }));
	const known = [...sent, { name: 'mmap', types: 'piiiii' }].filter(
		({ name }) => table.has(name) && name !== 'exit_group',
	);
	const small = fc.constantFrom(-100n, -1n, 0n, 1n, 2n, 3n, 4n, 5n, 100n, 0x10000n, 0x10040n, 0x40ffffn);
	const large = fc.constantFrom(2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 31n), -(2n ** 63n));
	const value = fc.oneof({ weight: 4, arbitrary: small }, large, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n));
	const path = fc.constantFrom('/f', 'f', '/', '', '.', '/none/x', 'a'.repeat(300));
	const call = fc.constantFrom(...known).chain(({ name, types }) =>
		fc.record({
			signature: fc.constant(`${name}(${types})i`),
			parts: fc.tuple(...[...types].map((type) => partOf(type, value, path))),
		}),
	);

	test('is answered or waits: no handler throws, or moves more than a piece at one time', () => {
		expect(known.length).toBeGreaterThan(140);
		fc.assert(
			fc.property(
				fc.array(call, { minLength: 1, maxLength: 30 }),
				fc.uint8Array({ maxLength: 200 }),
				(calls, memory) => {
					machine = new Machine();
					machine.guest.put(Buffer.from(memory));
					for (const { signature, parts } of calls) {
						if (machine.call(0, signature, ...parts) !== undefined) continue;
						// It waits: a signal ends that, or else the process.
						machine.tell(0, 'interrupted()v');
						if (machine.kernel.tasks.get(0)?.parked === undefined) continue;
						machine.reaped(100, 9);
						break;
					}
					expect(machine.guest.mostAsked).toBeLessThanOrEqual(1024 * 1024);
				},
			),
			{ numRuns: 1000 },
		);
	});
});

function partOf(type: string, value: fc.Arbitrary<bigint>, path: fc.Arbitrary<string>): fc.Arbitrary<Part> {
	if (type === 's') return path.map((text) => string(text));
	if (type === 'b') return fc.uint8Array({ maxLength: 60 }).map((bytes) => buffer(Buffer.from(bytes)));
	return value.map(word);
}

describe('shared mappings', () => {
	const map = (address: number, length = 8192): number | undefined =>
		machine.call(0, 'mmap(piiiii)i', word(address), word(length), word(3), word(1), word(3), word(0));

	test('are refused past as many as Linux lets a process have, and one larger than any memory is', () => {
		machine.fs.open('/mapped', { ...forReading, write: true, create: true, mode: 0o600 });
		expect(machine.call(0, 'openat(isii)i', word(-100), string('/mapped'), word(2), word(0))).toBe(3);
		expect(map(0x7000_0000, 2 ** 40)).toBe(-ENOMEM);
		expect(map(0x1000_0000)).toBeGreaterThanOrEqual(0);
		const { mappings } = machine.kernel.first;
		const [one] = mappings.values();
		for (let n = 2; one !== undefined && n < 65_530; n++) mappings.set(n, one);
		expect(map(0x2000_0000)).toBeGreaterThanOrEqual(0);
		expect(map(0x3000_0000)).toBe(-ENOMEM);
	});
});
