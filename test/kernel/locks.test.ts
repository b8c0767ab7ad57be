/** Locks on files, against a model that keeps an owner for every single byte. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FileLocks } from '../../src/kernel/locks.ts';
import { NodeFile } from '../../src/kernel/node-file.ts';
import type { Process } from '../../src/kernel/task.ts';
import { fakeKernel, fakeNode, fakeWorld } from './world.ts';

const bytes = 12;

function processes(): [Process, Process] {
	const kernel = fakeKernel(fakeWorld());
	const { process } = kernel.attach(0, 100, 100, { kind: 'first' });
	kernel.forked(kernel.fork(process), 101);
	const child = kernel.processes.get(101);
	if (child === undefined) throw new Error('no child');
	return [process, child];
}

describe('locks', () => {
	const step = fc.record({
		who: fc.nat(1),
		kind: fc.constantFrom('read' as const, 'write' as const, 'free' as const),
		from: fc.nat(bytes - 1),
		length: fc.integer({ min: 1, max: bytes }),
	});

	test('of records are what Linux says: for each byte many readers or one writer, and a process replaces its own', () => {
		fc.assert(
			fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
				const owners = processes();
				const locks = new FileLocks(() => {});
				const file = new NodeFile(fakeNode('/f', 1), 2).hold();
				const held = owners.map(() => Array.from({ length: bytes }, () => 'free'));
				for (const { who, kind, from, length } of steps) {
					const [owner, mine, other] = [owners[who], held[who], held[1 - who]];
					if (owner === undefined || mine === undefined || other === undefined)
						throw new Error('a test without owners');
					const to = Math.min(bytes, from + length);
					const stands = other.slice(from, to);
					const free = kind === 'write' ? stands.every((one) => one === 'free') : !stands.includes('write');
					if (kind === 'free') locks.unlock(owner, file, { from, to });
					else expect(locks.lock(owner, file, kind === 'write', { from, to })).toBe(free);
					if (kind === 'free' || free) mine.fill(kind, from, to);
				}
			}),
			{ numRuns: 300 },
		);
	});

	test('of a process go when it closes any descriptor of the file, those of an open file with its last one', () => {
		const [one, two] = processes();
		const locks = new FileLocks(() => {});
		one.descriptors.onClose = (file) => locks.closed(one, file);
		const [file, again] = [new NodeFile(fakeNode('/f', 1), 2), new NodeFile(fakeNode('/f', 1), 2)];
		const fd = one.descriptors.add(file, false);
		const second = one.descriptors.add(again, false);
		const all = { from: 0, to: Number.POSITIVE_INFINITY };
		expect(locks.lock(one, file, true, all)).toBe(true);
		expect(locks.flock(file, true)).toBe(true);
		expect(locks.lock(two, again, true, all)).toBe(false);
		expect(locks.flock(again, false)).toBe(false);
		one.descriptors.close(second);
		expect(locks.lock(two, again, true, all)).toBe(true);
		expect(locks.flock(again, false)).toBe(false);
		one.descriptors.close(fd);
		expect(locks.flock(again, false)).toBe(true);
	});

	test('that are given up wake whoever waits, and trying in vain wakes nobody', () => {
		let woken = 0;
		const locks = new FileLocks(() => {
			woken += 1;
		});
		const [one, two] = [new NodeFile(fakeNode('/f', 1), 2), new NodeFile(fakeNode('/f', 1), 2)];
		locks.flock(one, true);
		expect([locks.flock(two, true), woken]).toEqual([false, 0]);
		locks.unflock(one);
		expect(woken).toBe(1);
	});
});
