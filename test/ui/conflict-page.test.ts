import { expect, it } from 'vitest';
import type { Choice, ConflictView } from '../../src/model/conflict.ts';
import { conflictPage } from '../../src/ui/conflict-page.ts';
import type { KeyEvent } from '../../src/ui/keys.ts';
import { paintRow } from '../../src/ui/row.ts';
import { themeOf } from '../../src/ui/theme.ts';

const theme = themeOf({ LANG: 'C.UTF-8', TERM: 'dumb' });
const key = (name: string, burst = false): KeyEvent => ({ kind: 'key', name, burst });

const views: ConflictView[] = [
	{
		path: '/w/a\x1b[2J.txt',
		why: ['it was changed'],
		choices: ['machine', 'script', 'merged'],
		lines: [{ kind: 'change', by: 'machine', sign: '+', text: 'line\x1b]52;c;x\x07' }],
		draft: Buffer.from('x'),
	},
	{ path: '/w/gone', why: ['its directory is gone'], choices: ['machine'], lines: [] },
];

function open(columns = 80, rows = 24) {
	const choices = new Map<string, Choice>();
	const page = conflictPage(views, choices);
	const look = { theme, size: { columns, rows } };
	const text = () => {
		const drawn = page.draw(look);
		expect(drawn.rows.length).toBeLessThanOrEqual(Math.max(rows, 7));
		return drawn.rows
			.map((row) =>
				paintRow(row, columns, 0, theme)
					.map((part) => part.text)
					.join(''),
			)
			.join('\n');
	};
	return { choices, text, press: (event: KeyEvent, settled = true) => page.key(event, look, settled) };
}

it.each([
	[80, 24],
	[160, 50],
	[40, 10],
])('fits %i by %i cells, and obeys nothing that a name or a line holds', (columns, rows) => {
	const { text } = open(columns, rows);
	expect(text()).not.toContain('\x1b');
	expect(text()).toContain('it was changed');
});

it('ends with all chosen only by Enter after each has a choice that is possible', () => {
	const { choices, press, text } = open();
	expect(press(key('enter'))).toBe(undefined);
	expect(text()).toContain('2 not decided yet');
	press(key('g'));
	press(key('s'));
	expect(text()).toContain('m leaves it out');
	expect(choices.get('/w/gone')).toBe(undefined);
	press(key('m'));
	expect(text()).toContain('Enter applies');
	expect(press(key('enter'))).toEqual({ result: { kind: 'done' } });
	expect([...choices.values()]).toEqual([{ kind: 'merged' }, { kind: 'machine' }]);
});

it('pastes, keys typed ahead and keys that came in one piece choose nothing', () => {
	const { choices, press } = open();
	press({ kind: 'paste', text: 's' });
	press(key('s'), false);
	press(key('s', true));
	press(key('g', true));
	expect(choices.size).toBe(0);
	expect(press(key('q'))).toEqual({ result: { kind: 'later' } });
});

it('an editor is opened for what can be edited, and for nothing else', () => {
	expect(open().press(key('e'))).toEqual({ result: { kind: 'edit', path: views[0]?.path } });
	const { press, text } = open();
	press(key('j'));
	expect(press(key('e'))).toBe(undefined);
	expect(text()).toContain('nothing that an editor could show');
});
