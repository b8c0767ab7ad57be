import { afterEach, describe, expect, test } from 'vitest';
import type { ReviewItem } from '../../src/model/review.ts';
import { items } from './fake.ts';
import { closeAll, show, wait } from './harness.ts';
import { decided, pendingItems, reviewOf, states } from './reviews.ts';

afterEach(closeAll);

describe('keys', () => {
	test('a and d decide the selected effect and go on to the next', async () => {
		const review = reviewOf(pendingItems);
		const { press, settle, text } = show(review);
		await settle();
		await press('a');
		await settle();
		await press('d');
		await settle();
		expect(decided(review)).toEqual(['2 approved', '3 denied']);
		expect(await text()).toContain('❯○ → ');
		expect(review.state().items[0]?.state).toEqual({ kind: 'approved', by: { person: 'mia' } });
	});

	test('arrows and j k select, Home and End go to the ends', async () => {
		const { press, text } = show(reviewOf(pendingItems));
		await press('j', '\x1b[B', 'k');
		expect(await text()).toContain('❯● + notes/todo.txt');
		await press('\x1b[F');
		expect(await text()).toContain('❯● - logs/2019.log');
		await press('\x1b[H');
		expect(await text()).toContain('❯● ~ config/app.toml');
	});

	test('scroll a long detail up and down, and long lines sideways', async () => {
		const { press, text } = show(reviewOf(pendingItems));
		await press('\x1b[F');
		await wait(20);
		expect(await text()).toContain('1–21 of 124');
		await press(' ');
		expect(await text()).toContain('21–41 of 124');
		await press('\x04', '\x15', '\x1b[6~', '\x1b[5~');
		expect(await text()).toContain('21–41 of 124');
		await press('G');
		expect(await text()).toContain('2019-03-120 GET');
		await press('g', '\x1b[H');
		await wait(20);
		expect(await text()).toContain(' the screen is wide"');
		await press('w', '\x1b[C');
		expect(await text()).toContain('…"{time} {level}');
		for (let n = 0; n < 30; n += 1) await press('l');
		expect(await text()).toContain('than the screen is wide"');
		await press('h');
		expect(await text()).not.toContain('is wide"');
	});

	test('Tab gives the detail all of the width', async () => {
		const { press, text } = show(reviewOf(items));
		await press('\t');
		expect(await text()).not.toContain('Effects');
		await press('\t');
		expect(await text()).toContain('Effects');
	});

	test('/ finds in the detail and then in the list, n goes on', async () => {
		const { press, text } = show(reviewOf(pendingItems));
		await wait(30);
		await press('/', ...'level', '\r');
		expect(await text()).toContain('Found in row 12 of 17');
		await press('/', ...'todo', '\r');
		expect(await text()).toContain('Found in effect 2 of 4');
		expect(await text()).toContain('❯● + notes/todo.txt');
		await press('/', ...'nowhere', '\r');
		expect(await text()).toContain('Found nowhere else.');
		await press('/', 'q', '\x1b');
		await wait(80);
		expect(await text()).not.toContain('/q');
	});

	test('o and ? have the whole screen, and keys there decide nothing', async () => {
		const review = reviewOf(pendingItems);
		for (let n = 1; n <= 100; n += 1) review.pushOutput(Buffer.from(`line ${n}\n`));
		const { press, text, settle } = show(review);
		await settle();
		await press('o');
		expect(await text()).toContain(' line 80\n');
		await press('g', 'a', 'd', 'A');
		expect(await text()).toContain('─\n line 1\n');
		await press('q', '?', 'a', 'd');
		expect(await text()).toContain('approve what is selected');
		await press(' ', ' ');
		expect(await text()).toContain('a quarter of a second');
		expect(decided(review)).toEqual([]);
	});

	test('unknown keys do nothing', async () => {
		const review = reviewOf(pendingItems);
		const { press, screen, settle } = show(review);
		await settle();
		const before = await screen();
		await press('x', 'e', 's', 'r', 'z', 'Y', 'y', '\x1b[15~', '\x1bOP', '1', '文', '\x1ba');
		expect(await screen()).toEqual(before);
		expect(decided(review)).toEqual([]);
	});

	test('Ctrl-Z stops the program, decides nothing and leads back into the review', async () => {
		const review = reviewOf(pendingItems);
		const shown = show(review);
		await shown.settle();
		const before = await shown.screen();
		await shown.press('\x1a');
		expect((await shown.screen()).slice(0, -1)).toEqual(before.slice(0, -1));
		expect([shown.stops, shown.input.raw]).toEqual([1, [true, false, true]]);
		expect(decided(review)).toEqual([]);
	});

	test('Enter goes to what is not decided, then asks once, and exactly y applies', async () => {
		const review = reviewOf(pendingItems.slice(0, 2));
		const { press, text, settle, ended } = show(review);
		await press('\r');
		expect(await text()).toContain('❯● + notes');
		await press('\r');
		await settle();
		for (let n = 0; n < 2; n += 1) {
			await press('a');
			await settle();
		}
		expect(await text()).toContain('All is decided. Enter finishes.');
		await press('\r', 'y');
		expect(await text()).toContain('Apply 2 approved changes?');
		await settle();
		await press('Y', ' ', '\r', 'a', 'yy');
		expect(await text()).toContain('Apply 2 approved changes?');
		await press('n', '\r');
		await settle();
		await press('y');
		await ended;
		expect(await review.whenFinished()).toBe('apply');
	});

	test('q leaves an ended review for later at once, a running one after a question', async () => {
		const over = reviewOf(pendingItems);
		const first = show(over);
		await first.press('q');
		await first.ended;
		expect(await over.whenFinished()).toBe('later');

		const running = reviewOf(pendingItems, 'running');
		const second = show(running);
		await second.press('q');
		expect(await second.text()).toContain('The script still runs.');
		await second.settle();
		await second.press('y');
		await second.ended;
		expect(await running.whenFinished()).toBe('later');
	});

	test('Ctrl-C stops a script that runs', async () => {
		const review = reviewOf([], 'running');
		let stops = 0;
		review.onStop(() => {
			stops += 1;
		});
		const { press } = show(review);
		await press('\x03');
		expect(stops).toBe(1);
	});

	test('a decision on a change can be taken back, one of a rule against it cannot', async () => {
		const ruled: ReviewItem = {
			id: 9,
			effect: { kind: 'write', path: '/etc/passwd' },
			change: 'modify',
			state: { kind: 'denied', by: { rule: 'review.yaml:2' } },
		};
		const review = reviewOf([...pendingItems.slice(0, 1), ruled]);
		const { press, settle, text } = show(review);
		await settle();
		await press('d', 'a');
		expect(decided(review)).toEqual(['2 approved', '9 denied']);
		await press('j');
		await settle();
		await press('a');
		expect(await text()).toContain('A rule denies it');
		expect(states(review)).toEqual(['2 approved', '9 denied']);
	});
});
