import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeBytes } from '../../src/session/describe-bytes.ts';
import { lineEndsAlone } from '../../src/session/line-ends.ts';

const alone = (before: string, after: string) => lineEndsAlone(Buffer.from(before), Buffer.from(after));

test('line ends that alone differ are counted by what becomes of them', () => {
	expect(alone('a\r\nb\r\nc', 'a\nb\nc')).toEqual({ toLf: 2, toCrlf: 0 });
	expect(alone('a\nb\r\n', 'a\r\nb\n')).toEqual({ toLf: 1, toCrlf: 1 });
	expect(alone('a\r\r\n', 'a\r\n')).toEqual({ toLf: 1, toCrlf: 0 });
});

test('anything else that differs is not hidden behind its line ends', () => {
	for (const [before, after] of [
		['a\r\nb\r\n', 'a\nB\n'],
		['a\r\n', 'a\n\n'],
		['a\n', 'a'],
		['a\r', 'a\n'],
		['a\rb\n', 'ab\n'],
		['a\r\n', 'a\r\nb'],
		['same\n', 'same\n'],
	] as const) {
		expect(alone(before, after), JSON.stringify([before, after])).toBeUndefined();
	}
});

test('with the line ends made alike both texts are the same, whenever they are said to differ in those alone', () => {
	const text = fc
		.array(fc.constantFrom('a', 'b', '\r', '\n', '\r\n'), { maxLength: 12 })
		.map((parts) => parts.join(''));
	const unix = (given: string) => given.replaceAll('\r\n', '\n').replaceAll(/\r+\n/g, '\n');
	fc.assert(
		fc.property(text, text, (before, after) => {
			if (alone(before, after) !== undefined) expect(unix(before)).toBe(unix(after));
		}),
		{ numRuns: 2000 },
	);
});

test('a small file keeps its diff below that fact; of a large one the fact is all', () => {
	const small = describeBytes(Buffer.from('a\r\nb\r\n'), Buffer.from('a\nb\n'), ['mode 0644'], true);
	const fact = (count: string) => `only line ends change: CRLF becomes LF in ${count} lines`;
	expect(small).toMatchObject({ kind: 'diff', facts: ['mode 0644', fact('2')], added: 2, removed: 2 });
	const lines = 1_000_000;
	const large = describeBytes(
		Buffer.from('12345678\r\n'.repeat(lines)),
		Buffer.from('12345678\n'.repeat(lines)),
		[],
		true,
	);
	expect(large).toEqual({
		kind: 'facts',
		facts: [fact('1,000,000')],
		content: expect.stringMatching(/^[0-9a-f]{64}$/),
	});
});
