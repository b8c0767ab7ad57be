import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, printableLine } from '../../src/cli/printable.ts';

test('no text of the guest holds anything that a terminal obeys', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), (text) => {
			expect(printableLine(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
			expect(printable(text).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
		}),
	);
});

test.each([
	['文件 🐍 naïve', '文件 🐍 naïve'],
	['\u001b[2J\u001b]0;x\u0007', String.raw`\x1b[2J\x1b]0;x\x07`],
	['caf\udce9', String.raw`caf\xe9`],
	['invoice\u202egpj.exe', String.raw`invoice\u202egpj.exe`],
	['two\nlines', String.raw`two\nlines`],
])('%j is shown as %j', (text, shown) => {
	expect(printableLine(text)).toBe(shown);
});
