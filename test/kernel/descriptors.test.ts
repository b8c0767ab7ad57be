/** Tables of descriptors: numbers as Linux gives them, and files that are closed when nobody has them any more. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SysError } from '../../src/abi/errno.ts';
import { Descriptors } from '../../src/kernel/descriptors.ts';
import { NodeFile } from '../../src/kernel/node-file.ts';
import { fakeKernel, fakeNode, fakeWorld } from './world.ts';

type Step =
	| { readonly kind: 'open'; readonly from: number }
	| { readonly kind: 'dup2'; readonly fd: number; readonly to: number }
	| { readonly kind: 'close'; readonly fd: number }
	| { readonly kind: 'fork' };

const limit = 8;
const fd = fc.integer({ min: -1, max: limit + 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
	fc.record({ kind: fc.constant('open' as const), from: fc.nat(limit) }),
	fc.record({ kind: fc.constant('dup2' as const), fd, to: fd }),
	fc.record({ kind: fc.constant('close' as const), fd }),
	fc.record({ kind: fc.constant('fork' as const) }),
);

describe('descriptors', () => {
	test('after any calls, a file is closed exactly once, and exactly when no table has it', () => {
		fc.assert(
			fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
				const tables = [new Descriptors(limit)];
				const models = [new Map<number, NodeFile>()];
				const nodes: ReturnType<typeof fakeNode>[] = [];
				steps.forEach((one, turn) => {
					const at = turn % tables.length;
					const table = tables[at] ?? new Descriptors(limit);
					const model = models[at] ?? new Map();
					if (one.kind === 'fork') {
						if (tables.length < 3) {
							tables.push(table.copy());
							models.push(new Map(model));
						}
						return;
					}
					attempt(() => act(one, table, model, nodes));
				});
				for (const [i, table] of tables.entries()) {
					expect(table.numbers()).toEqual([...(models[i]?.keys() ?? [])].sort((a, b) => a - b));
				}
				const open = new Set(models.flatMap((model) => [...model.values()].map((file) => file.node)));
				for (const node of nodes) expect(node.closed).toBe(open.has(node) ? 0 : 1);
			}),
			{ numRuns: 300 },
		);
	});

	test('a full table is EMFILE, and nothing is lost by it', () => {
		const table = new Descriptors(2);
		const file = new NodeFile(fakeNode('/f', 1), 0);
		table.add(file, false);
		table.add(file, false);
		expect(() => table.add(file, false)).toThrow('EMFILE');
		expect(() => table.add(file, false, 2)).toThrow('EINVAL');
		expect(table.free).toBe(false);
		table.close(0);
		expect(table.add(file, true)).toBe(0);
		expect(table.closesOnExec(0)).toBe(true);
	});

	test('execve closes what is marked for it and keeps the rest', () => {
		const table = new Descriptors(8);
		const [kept, gone] = [fakeNode('/kept', 1), fakeNode('/gone', 2)];
		table.add(new NodeFile(kept, 0), false);
		table.add(new NodeFile(gone, 0), true);
		table.closeOnExec();
		expect([table.numbers(), kept.closed, gone.closed]).toEqual([[0], 0, 1]);
	});
});

describe('a renamed directory', () => {
	test('takes along working directories and open files, and nothing that only begins alike', () => {
		const kernel = fakeKernel(fakeWorld());
		const task = kernel.attach(0, 100, 100, { kind: 'first' });
		const inside = new NodeFile(fakeNode('/a/b/f', 1), 0);
		const beside = new NodeFile(fakeNode('/ab/f', 2), 0);
		for (const file of [inside, beside]) task.process.descriptors.add(file, false);
		task.process.cwd = '/a/b';
		kernel.moved('/a', '/z/y', false);
		expect([task.process.cwd, inside.path, beside.path]).toEqual(['/z/y/b', '/z/y/b/f', '/ab/f']);
		kernel.moved('/z', '/ab', true);
		expect([task.process.cwd, inside.path, beside.path]).toEqual(['/ab/y/b', '/ab/y/b/f', '/z/f']);
	});
});

function act(
	one: Exclude<Step, { kind: 'fork' }>,
	table: Descriptors,
	model: Map<number, NodeFile>,
	nodes: ReturnType<typeof fakeNode>[],
): void {
	switch (one.kind) {
		case 'open': {
			const node = fakeNode('/f', nodes.length);
			const number = table.add(new NodeFile(node, 0), false, one.from);
			let lowest = one.from;
			while (model.has(lowest)) lowest += 1;
			expect(number).toBe(lowest);
			nodes.push(node);
			const file = table.get(number);
			if (file instanceof NodeFile) model.set(number, file);
			return;
		}
		case 'dup2': {
			const file = table.get(one.fd);
			if (one.fd === one.to) return;
			table.replace(one.to, file, false);
			if (file instanceof NodeFile) model.set(one.to, file);
			return;
		}
		case 'close':
			table.close(one.fd);
			model.delete(one.fd);
	}
}

function attempt(run: () => void): void {
	try {
		run();
	} catch (error) {
		if (!(error instanceof SysError)) throw error;
	}
}
