import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { type Alphabet, cells, visible } from '../../src/ui/visible.ts';
import { anyText } from './any-text.ts';
import { hostile } from './fake.ts';

describe('visible', () => {
	test('names what would move, hide or reorder text', () => {
		expect(Object.fromEntries(Object.entries(hostile).map(([name, text]) => [name, visible(text)]))).toEqual({
			osc52: 'x␛]52;c;ZXZpbA==␇y',
			clear: 'a␛[2J␛[Hb',
			hidden: '␛[8mhidden␛[0m',
			title: '␛]0;pwned␇',
			bidi: 'invoice‹U+202E›gpj.exe',
			rewrite: 'harmless␍rm -rf /',
			backspace: 'rm -rf /␈␈␈␈␈␈␈␈ls      ',
			zeroWidth: 'pass‹U+200B›word',
			rawByte: 'caf‹\\xe9›',
			c1: '‹U+009B›31mred',
			honest: '文件.txt 🐍 naïve',
		});
	});

	test('shows in ASCII what a terminal without UTF-8 cannot', () => {
		expect(visible('文\t\x1b<b> <U+0041>', 'ascii')).toBe('<U+6587><\\t><U+001B><b> <U+003C>U+0041>');
	});

	test('keeps emoji, accents and scripts as they are', () => {
		for (const text of [
			'文件.txt',
			'🐍',
			'👩‍👩‍👧',
			'⚠️',
			'🇩🇪',
			'e\u0301',
			'Tiê\u0301ng Viê\u0323t',
			'שלום',
			'हिन्दी',
			'한국어',
		]) {
			expect(visible(text)).toBe(text);
		}
	});

	test('shows marks without a base, piles of marks, tags and fillers', () => {
		expect(visible('\u0301a')).toBe('‹U+0301›a');
		expect(visible(`a${'\u0301'.repeat(5)}`)).toBe(`a${'‹U+0301›'.repeat(5)}`);
		expect(visible('🏴\u{e0067}\u{e007f}')).toBe('🏴‹U+E0067›‹U+E007F›');
		expect(visible('\u3164\u2800\u00a0\u00ad')).toBe('‹U+3164›‹U+2800›‹U+00A0›‹U+00AD›');
	});

	test('shows spaces at the ends of a name', () => {
		expect(visible(' a b ', 'unicode', { edges: true })).toBe('␠a b␠');
	});

	test.each<Alphabet>(['unicode', 'ascii'])('lets nothing through that a terminal obeys or hides (%s)', (alphabet) => {
		const forbidden =
			/[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u200b-\u200c\u200e-\u200f\u202a-\u202e\u2060-\u206f\u061c\ufeff\u00ad]|[^\S ]/u;
		fc.assert(
			fc.property(anyText, fc.boolean(), fc.constantFrom(0, 4), (text, edges, tab) => {
				const shown = visible(text, alphabet, { edges, tab });
				expect(shown).not.toMatch(forbidden);
				if (alphabet === 'ascii') expect(shown).toMatch(/^[\x20-\x7e]*$/);
			}),
			{ numRuns: 500 },
		);
	});

	test.each<Alphabet>(['unicode', 'ascii'])('never makes two texts look the same (%s)', (alphabet) => {
		fc.assert(
			fc.property(anyText, (text) => {
				expect(original(visible(text, alphabet), alphabet)).toBe(text);
			}),
			{ numRuns: 1000 },
		);
	});

	test('counts the cells that a terminal will use', () => {
		fc.assert(
			fc.property(anyText, (text) => {
				expect(cells(text, 'ascii')).toBe(visible(text, 'ascii').length);
			}),
		);
		for (const text of Object.values(hostile)) expect(cells(text, 'unicode')).toBe(stringWidth(visible(text)));
	});
});

/** The way back: what the symbols stand for. */
function original(shown: string, alphabet: Alphabet): string {
	const [open, close] = alphabet === 'unicode' ? ['‹', '›'] : ['<', '>'];
	const pattern = new RegExp(
		`${open}(?:U\\+([0-9A-F]+)|\\\\x([0-9a-f]{2})|\\\\([tn]))${close}|([\u2400-\u2426])`,
		'gu',
	);
	return shown.replace(pattern, (_all, code, byte, letter, picture: string | undefined) => {
		if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
		if (byte !== undefined) return String.fromCharCode(0xdc00 + Number.parseInt(byte, 16));
		if (letter !== undefined) return letter === 't' ? '\t' : '\n';
		const control = (picture?.charCodeAt(0) ?? 0) - 0x2400;
		return control === 0x21 ? '\x7f' : String.fromCharCode(control);
	});
}
