import * as fs from 'node:fs';
import { expect, test } from 'vitest';
import { at, guest, names, read, write } from './guest.ts';

test('smoke', () => {
	const g = guest();
	fs.mkdirSync(`${g.work}/d/e`, { recursive: true });
	fs.writeFileSync(`${g.work}/d/e/f`, 'hello');
	expect(read(g, 'd/e/f')).toBe('hello');
	write(g, 'd/e/f', ' world', 'a');
	expect(read(g, 'd/e/f')).toBe('hello world');
	write(g, 'new', 'x');
	g.fs.rename(at(g, 'd'), at(g, 'moved'), { noReplace: false, exchange: false });
	expect(read(g, 'moved/e/f')).toBe('hello world');
	expect(names(g, '.')).toEqual(['moved', 'new']);
	const p = '/usr/share/doc/bash/copyright';
	const t0 = process.hrtime.bigint();
	for (let i = 0; i < 20000; i++) g.fs.resolve(p, g.work);
	console.log('resolve us', Number(process.hrtime.bigint() - t0) / 20000 / 1000);
});
