import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allKinds } from '../../src/syscalls/argument-kinds.ts';
import { table } from '../../src/syscalls/table.ts';
import { allFunctionKinds } from '../../src/syscalls/translated/argument-kinds.ts';
import { functions } from '../../src/syscalls/translated/functions.ts';

test('a described call is one that is answered, with as many arguments as the launcher sends', () => {
	const launcher = ['calls.c', 'signals.c', 'process.c', 'mappings.c']
		.map((name) => readFileSync(new URL(`../../pypy/launcher/${name}`, import.meta.url), 'utf8'))
		.join('\n');
	const sent = new Map<string, number>();
	for (const [, name = '', types = ''] of launcher.matchAll(/CALL\((\w+), "(\w*)"\)/g)) sent.set(name, types.length);
	for (const [, name = '', types = ''] of launcher.matchAll(/"(\w+)\(([ipsb]*)\)[iv]"/g)) sent.set(name, types.length);
	for (const [name, kinds] of Object.entries(allKinds())) {
		expect(table.has(name), name).toBe(true);
		expect(kinds.length, name).toBe(sent.get(name));
	}
});

test('a described C function is one that is answered, with as many arguments as its handler reads', () => {
	const shapes = new Map([...functions].map(([signature, { shape }]) => [signature.split('(')[0], shape.length]));
	for (const [name, kinds] of Object.entries(allFunctionKinds())) expect(kinds.length, name).toBe(shapes.get(name));
});
