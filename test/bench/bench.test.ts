/** That the benchmarks run and add up; how fast anything is, is never tested here. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
// @ts-expect-error: plain JavaScript
import { interleave, ratio } from '../../bench/measure.mjs';
// @ts-expect-error: plain JavaScript
import { verdictOf } from '../../bench/table.mjs';

test('the two sides take turns, and the first round does not count', async () => {
	const order: string[] = [];
	const numbers = await interleave(2, {
		a: () => order.push('a'),
		b: () => order.push('b'),
	});
	expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
	expect(numbers).toEqual({ a: [3, 5], b: [4, 6] });
});

test('a ratio is that of the medians, and over its bar when it is more', () => {
	const row = ratio('x', 2, [30, 10, 50], [10, 11, 5], 'ms', 'peer');
	expect(row).toMatchObject({ measured: 3, best: 2, note: '30.0 ms, peer 10.0 ms' });
	expect([verdictOf(row), verdictOf({ ...row, bar: 3 }), verdictOf({ ...row, bar: undefined })]).toEqual([
		'over',
		'ok',
		'-',
	]);
	expect(verdictOf({ failed: 'no cc' })).toBe('failed');
});

test('a row runs and is printed as JSON', () => {
	const bench = fileURLToPath(new URL('../../bench/run.mjs', import.meta.url));
	const words = [bench, '--json', '--rounds', '1', '--scale', '0.01', 'getppid'];
	const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
	expect(stderr).not.toContain('bench:');
	const { results } = JSON.parse(stdout);
	expect(results).toHaveLength(2);
	expect(results).toMatchObject([
		{ row: 'getppid', bar: 15, unit: 'µs' },
		{ row: 'getppid', bar: 4, unit: '×' },
	]);
	for (const { measured } of results) expect(measured).toBeGreaterThan(0);
});

test('a file is fetched from a server of the bench', () => {
	const bench = fileURLToPath(new URL('../../bench/run.mjs', import.meta.url));
	const words = [bench, '--json', '--rounds', '1', '--scale', '0.002', 'download'];
	const { stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' });
	const { results } = JSON.parse(stdout);
	expect(results).toMatchObject([{ row: 'download', bar: 2, unit: '×' }]);
	expect(results[0].measured).toBeGreaterThan(0);
});

test('a row that does not exist is named with those that do', () => {
	const bench = fileURLToPath(new URL('../../bench/run.mjs', import.meta.url));
	const { status, stderr } = spawnSync(process.execPath, [bench, 'helo'], { encoding: 'utf8' });
	expect(status).toBe(2);
	expect(stderr).toContain('there is no row helo; the rows are hello, ');
});
