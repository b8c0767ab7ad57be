import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Detail, ReviewItem } from '../../src/model/review.ts';
import { createDocument } from '../../src/ui/document.ts';
import { goesOn, paintRow } from '../../src/ui/row.ts';
import { themeOf } from '../../src/ui/theme.ts';
import { cells } from '../../src/ui/visible.ts';
import { newBudget, wrap } from '../../src/ui/wrap.ts';
import { processorTime } from '../setup/processor-time.ts';

const theme = { ...themeOf({ TERM: 'xterm', LANG: 'C.UTF-8' }), styling: 'none' } as const;
const path = Array.from({ length: 40 }, (_, n) => `/opt/tools/${n}/bin`).join(':');
const word = `--message=${'x'.repeat(300)}`;
const effect = {
	kind: 'run',
	argv: ['git', word],
	program: '/usr/bin/git',
	cwd: '/home/mia/project',
	env: { HOME: '/home/mia', PATH: path, TERM: 'xterm' },
} as const;
const item: ReviewItem = { id: 1, effect, state: { kind: 'pending', live: true } };
const fact =
	'changes above were not approved when this was asked; the command sees only what is approved before it runs';
const detail: Detail = { ...effect, kind: 'command', facts: [fact] };

/** The command as it stands on a screen 50 cells wide, moved by `side`. */
function drawn(alone: boolean, side = 0): string[] {
	const page = createDocument(item, detail, {
		width: 50,
		alone,
		theme,
		syntax: undefined,
		sides: false,
		wraps: true,
		marks: false,
	});
	return Array.from({ length: page.length }, (_, index) =>
		paintRow(page.row(index), 50, side, theme)
			.map(({ text }) => text)
			.join('')
			.trimEnd(),
	);
}

describe('a command', () => {
	test('has a row for each name of its environment, however long the value', () => {
		const rows = drawn(false);
		const env = rows.slice(rows.findIndex((row) => row.startsWith('env')));
		expect(env).toEqual([
			'env     3 names',
			'        HOME=/home/mia',
			`        ${`PATH=${path}`.slice(0, 41)}…`,
			'        TERM=xterm',
		]);
	});

	test('shows the rest of a value when it is moved sideways, and all of it when it has the screen for itself', () => {
		const page = createDocument(item, detail, {
			width: 50,
			alone: false,
			theme,
			syntax: undefined,
			sides: false,
			wraps: true,
			marks: false,
		});
		const row = page.length - 2;
		let side = 0;
		while (goesOn(page.row(row), 50, side, theme)) side += 8;
		expect(drawn(false, side)[row]).toContain('/opt/tools/39/bin');
		expect(
			drawn(true)
				.map((line) => line.trim())
				.join(''),
		).toContain(path);
	});

	test('never has a word cut, and its facts broken between words', () => {
		for (const alone of [true, false]) {
			const rows = drawn(alone);
			expect(rows.map((row) => row.slice(8)).join('')).toContain(word);
			const first = rows.findIndex((row) => row.includes('changes above'));
			expect(rows.slice(first, first + 3)).toEqual([
				'        changes above were not approved when this',
				'        was asked; the command sees only what is',
				'        approved before it runs',
			]);
		}
	});
});

describe('wrapping between words', () => {
	const text = fc
		.array(fc.oneof(fc.constantFrom(' ', '  ', 'a', 'ab', '文件', '🐍', 'e\u0301', '\x1b', '<'), fc.string()), {
			maxLength: 40,
		})
		.map((parts) => parts.join(''));

	test('fits the width, loses nothing but spaces, and breaks only words that have no room in a row', () => {
		fc.assert(
			fc.property(text, fc.integer({ min: 8, max: 30 }), (all, width) => {
				const { parts, slides } = wrap(all, width, 'unicode', newBudget(), 'words');
				expect(slides).toBe(false);
				expect(parts.join('').replaceAll(' ', '')).toBe(all.replaceAll(' ', ''));
				for (const part of parts) expect(cells(part, 'unicode')).toBeLessThanOrEqual(width);
				const words = all.split(' ').filter((one) => one !== '' && cells(one, 'unicode') < width);
				const whole = parts.flatMap((part) => part.split(' '));
				for (const one of words) expect(whole.some((shown) => shown.includes(one))).toBe(true);
			}),
			{ numRuns: 500 },
		);
	});

	test('takes no time for a huge word', () => {
		const huge = () => wrap('x'.repeat(1_000_000), 50, 'unicode', newBudget(), 'words').parts.length;
		expect(processorTime(() => expect(huge()).toBe(20_000))).toBeLessThan(5000);
	});
});
