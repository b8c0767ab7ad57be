import stringWidth from 'string-width';
import { afterEach, describe, expect, test } from 'vitest';
import { enterScreen } from '../../src/ui/terminal.ts';
import { items } from './fake.ts';
import { closeAll, show, wait } from './harness.ts';
import { decided, pendingItems, reviewOf } from './reviews.ts';

afterEach(closeAll);

describe('the layout', () => {
	test.each([
		[80, 24],
		[160, 50],
		[40, 10],
		[20, 6],
		[10, 3],
	])('fits a terminal of %i by %i to the cell', async (columns, rows) => {
		const review = reviewOf(items);
		review.pushOutput(Buffer.from('hello\n'));
		const { screen, press } = show(review, columns, rows);
		for (const keys of [[], ['\t'], ['?'], ['\x1b'], ['o'], ['\x1b'], ['/', 'x']]) {
			await press(...keys);
			const lines = await screen();
			expect(lines.length).toBe(rows);
			for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
		}
	});

	test('at 80 by 24 has list, detail, output and keys', async () => {
		const review = reviewOf(items);
		review.pushOutput(Buffer.from('Reading config\nFound 42 photos\n'));
		const { screen } = show(review);
		await wait(50);
		// A quarter of a second later it counts as seen: on a busy machine that may be now.
		expect((await screen()).map((line) => line.replace('❯○', '❯●'))).toEqual([
			' approve-run tidy_project.py  ·  policy review             exit 0 · ● 4 ✓ 2 ✗ 2',
			'─ Effects ────────── 2 of 8 ─┬─ modify ──────────────────────────── 1–16 of 17 ─',
			' ✗§< …ome/mia/.ssh/id_ed25519│modify  /home/mia/project/config/app.toml',
			'❯● ~ config/app.toml    +3 −2│        not decided yet',
			' ● + notes/todo.txt       +12│        mode 0644',
			' ✓§$ git status --sho… exit 0│',
			' ● → …os/2024-06-01 beach.jpg│@@ -1,8 +1,9 @@',
			' ● - logs/2019.log       −200│  1   [server]',
			' ✓§+ build/index.html     +40│  2 − host = "localhost"',
			' ✗§@ …lemetry.example.com:443│  2 + host = "0.0.0.0"',
			'                             │  3   port = 8080',
			'                             │  4',
			'                             │  5   [log]',
			'                             │  6 − level = "info"',
			'                             │  6 + level = "debug"',
			'                             │  7 + format = "{time} {level} {message} {file}:{l',
			'                             │    … ine} {function} — a line that is longer than',
			'                             │    …  the screen is wide"',
			'─ Output ────────────────────┴──────────────────────────────────────────────────',
			' Reading config',
			' Found 42 photos',
			'',
			'',
			' a approve  d deny  e edit  Enter next  ↑↓ move  PgDn scroll  q later    ? help',
		]);
	});

	test('at 40 by 10 shows list and detail in turns, and what was not shown cannot be approved', async () => {
		const review = reviewOf(pendingItems);
		const { text, press, settle } = show(review, 40, 10);
		await settle();
		expect(await text()).not.toContain('[server]');
		await press('a', 'A');
		expect(await text()).toContain('Approved 0 that were seen; 4 not seen');
		await press('a');
		expect(await text()).toContain('Tab shows it');
		expect(decided(review)).toEqual([]);
		await press('\t');
		await settle();
		expect(await text()).toContain('modify');
		await press('a');
		expect(decided(review)).toEqual(['2 approved']);
	});

	test('follows the terminal when it is resized', async () => {
		const { screen, resize } = show(reviewOf(items));
		await wait(30);
		resize(160, 50);
		expect((await screen()).at(-1)).toMatch(/\? help$/);
		resize(40, 10);
		const lines = await screen();
		expect(lines[0]).toContain('tidy_project.py');
		expect(lines.at(-1)).toMatch(/\? help$/);
	});

	test('works without colour and without Unicode', async () => {
		const { output, text } = show(reviewOf(items), 80, 24, { TERM: 'xterm', LANG: 'C' });
		const ascii = await text();
		expect(ascii).toMatch(/^[\x20-\x7e\n]*$/);
		expect(ascii).toMatch(/>[?o] ~ config\/app\.toml/);
		output.written = '';
		const bare = show(reviewOf(items), 80, 24, { TERM: 'dumb', LANG: 'C.UTF-8' });
		await wait(50);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
		expect(bare.output.written.slice(enterScreen.length)).not.toMatch(/\x1b\[[0-9;]+m/);
	});
});
