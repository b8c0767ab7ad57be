import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { goesOn, paintRow, type Row } from '../../src/ui/row.ts';
import { type Theme, themeOf } from '../../src/ui/theme.ts';
import { processorTime } from '../setup/processor-time.ts';
import { anyText } from './any-text.ts';

const theme = themeOf({ TERM: 'xterm', LANG: 'C.UTF-8' });
const plain: Theme = { ...theme, styling: 'none' };

const text = (row: Row, width: number, side = 0) =>
	paintRow(row, width, side, plain)
		.map((part) => part.text)
		.join('');

/** The sequences that a row may hold: ours, for colour and weight. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
const ours = /\x1b\[[0-9;]*m/g;

describe('paintRow', () => {
	test('draws any text without a single sequence that is not ours, and never beyond its width', () => {
		fc.assert(
			fc.property(
				anyText,
				anyText,
				fc.integer({ min: 1, max: 60 }),
				fc.integer({ min: 0, max: 40 }),
				(a, b, width, side) => {
					const row: Row = {
						left: [{ text: a, style: { colour: 'red' } }],
						body: { text: b, spans: [{ start: 1, end: 3, style: { inverse: true } }], tab: 4 },
						right: [{ text: ' +1' }],
						fill: { inverse: true },
						slides: true,
					};
					let column = 0;
					for (const part of paintRow(row, width, side, theme)) {
						expect(part.at).toBe(column);
						const bare = part.text.replace(ours, '');
						expect(bare).not.toMatch(/\p{Cc}/u);
						column += stringWidth(bare);
					}
					expect(column).toBeLessThanOrEqual(width);
				},
			),
			{ numRuns: 500 },
		);
	});

	test('cuts between characters and says so', () => {
		expect(text({ body: { text: '文件文件' }, slides: true }, 6)).toBe('文件 …');
		expect(text({ body: { text: '文件文件' }, slides: true }, 5)).toBe('文件…');
		expect(text({ body: { text: 'abcdef' }, slides: true }, 6)).toBe('abcdef');
		expect(text({ body: { text: 'abcdefghij' }, slides: true }, 5, 3)).toBe('…efg…');
		expect(text({ body: { text: 'a文件b' }, slides: true }, 5, 1)).toBe('… 件b');
	});

	test('keeps the end of a path and the right side', () => {
		expect(text({ body: { text: '/very/long/path/name.txt' }, keep: 'end', right: [{ text: ' +3' }] }, 14)).toBe(
			'…h/name.txt +3',
		);
	});

	test('shows every part of a long line at some place sideways', () => {
		fc.assert(
			fc.property(fc.array(fc.constantFrom('a', '文', '\x1b', '🐍', '\u202e'), { maxLength: 60 }), (parts) => {
				const row: Row = { body: { text: parts.join('') }, slides: true };
				let side = 0;
				let seen = text(row, 20, 0);
				while (goesOn(row, 20, side, plain)) {
					side += 8;
					seen += `|${text(row, 20, side)}`;
				}
				for (const part of parts) expect(seen).toContain(text({ body: { text: part } }, 20));
				expect(seen.endsWith('…')).toBe(false);
			}),
		);
	});

	test('costs what is on the screen: a line of 50 MB is drawn at once', () => {
		const row: Row = { body: { text: `${'文'.repeat(1000)}${'x'.repeat(50_000_000)}` }, slides: true };
		const took = processorTime(() => {
			for (let n = 0; n < 10; n += 1) paintRow(row, 100, 0, theme);
		});
		// Looking at all of it would take ten seconds.
		expect(took).toBeLessThan(5000);
	});
});
