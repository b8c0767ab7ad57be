import { afterEach, describe, expect, test } from 'vitest';
import { createReview } from '../../src/gate/review-store.ts';
import type { ReviewItem } from '../../src/model/review.ts';
import { systemClock } from '../../src/ui/clock.ts';
import { runReview } from '../../src/ui/run-review.tsx';
import { enterScreen, leaveScreen } from '../../src/ui/terminal.ts';
import { cwd, diffOf, hostile, hostileItems, many } from './fake.ts';
import { closeAll, FakeInput, FakeOutput, show, wait } from './harness.ts';
import { git, gitItem, pendingItems, reviewOf } from './reviews.ts';

afterEach(closeAll);

describe('input for the script', () => {
	test('is a line that Enter sends and Ctrl-D ends', async () => {
		const review = reviewOf([], 'running');
		const lines: (string | undefined)[] = [];
		review.onInput((line) => lines.push(line));
		const { press, text } = show(review);
		review.setPhase({ kind: 'input' });
		await wait(60);
		await press(...'hex', '\x7f', 'y 文', '\x1b[D', '!');
		expect(await text()).toContain('input ❯ hey !文');
		await press('\r', '\x1b[200~two\nlines\x1b[201~', '\r', '\x04');
		expect(lines).toEqual(['hey !文', 'two', 'lines', undefined]);
	});

	test('does not take the keys of a person who is deciding', async () => {
		const review = reviewOf(pendingItems, 'running');
		const lines: (string | undefined)[] = [];
		review.onInput((line) => lines.push(line));
		const { press, text } = show(review);
		await press('j');
		review.setPhase({ kind: 'input' });
		await wait(60);
		await press('\r', 'k');
		expect(lines).toEqual([]);
		expect(await text()).toContain('waits for input');
		await press('i', 'x');
		expect(await text()).toContain('input ❯ x');
	});
});

describe('hostile text', () => {
	test('in names, contents, output, script and commands is shown and never obeyed', async () => {
		const review = createReview({
			session: 's',
			script: hostile.osc52,
			policy: hostile.title,
			loadDetail: async () =>
				diffOf(
					many(20, (n) => ({ kind: 'added', after: n, text: Object.values(hostile)[n % 10] ?? '' })),
					[hostile.clear],
					1,
					0,
				),
		});
		review.setChanges(hostileItems);
		review.pushOutput(Buffer.from(Object.values(hostile).join('\n')));
		const { output, press, settle } = show(review);
		for (const key of [
			'j',
			'\t',
			'\t',
			'o',
			'\x1b[C',
			'\x1b',
			'?',
			'?',
			'/',
			'\x1b[200~\x1b]52;c;eA==\x07\x1b[201~',
			'\r',
		]) {
			await press(key);
			await settle();
		}
		// biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
		const allowed = /\x1b\[(?:\?(?:1049|25|7|2004|2026)[hl]|8[hl]|2J|2K|\d+;1H|\d+G|[0-9;]*m)/g;
		const rest = output.written.replace(allowed, '');
		expect(rest).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u200b]/u);
		expect(rest).toContain('‹U+202E›');
	});
});

describe('the terminal', () => {
	test('is given back as it was when the review ends', async () => {
		const { press, ended, output, input } = show(reviewOf(pendingItems));
		await press('q');
		await ended;
		expect(output.written.startsWith(enterScreen)).toBe(true);
		expect(output.written.endsWith(leaveScreen)).toBe(true);
		expect(input.raw).toEqual([true, false]);
		expect(output.terminal.buffer.active.type).toBe('normal');
	});

	test.each(['end', 'close', 'error'] as const)('that is gone (%s) leaves the review for later', async (how) => {
		const review = reviewOf(pendingItems, 'running', [gitItem]);
		const { input, ended } = show(review);
		const answer = review.addLive(git, new AbortController().signal);
		await wait(50);
		input.emit(how, new Error('EIO'));
		await ended;
		expect(await review.whenFinished()).toBe('later');
		expect((await answer).approved).toBe(false);
	});

	test('that cannot be taken rejects, and leaves nothing behind', async () => {
		const review = reviewOf(pendingItems);
		const input = new FakeInput();
		input.setRawMode = () => {
			throw new Error('EIO');
		};
		const output = new FakeOutput(80, 24);
		const before = process.listenerCount('SIGTERM');
		await expect(
			runReview(review, { input, output, env: {}, person: 'mia', stop: () => {}, clock: systemClock }),
		).rejects.toThrow('EIO');
		expect(process.listenerCount('SIGTERM')).toBe(before);
		expect(await review.whenFinished()).toBe('later');
	});

	test('that fails while it is written to leaves the review for later', async () => {
		const review = reviewOf(pendingItems);
		const { output, ended } = show(review);
		output.emit('error', new Error('EIO'));
		await ended;
		expect(await review.whenFinished()).toBe('later');
	});
});

describe('what is large and changes', () => {
	test('a key is answered among 100,000 effects while everything changes', async () => {
		const all: ReviewItem[] = Array.from({ length: 100_000 }, (_, index) => ({
			id: index + 1,
			effect: { kind: 'write', path: `${cwd}/out/file-${index}` },
			change: 'create',
			state: { kind: 'pending', live: false },
		}));
		const review = reviewOf(all, 'running');
		const { press, output, settle } = show(review, 160, 50);
		await settle();
		let n = 0;
		const storm = setInterval(() => {
			for (let k = 0; k < 100; k += 1) {
				n += 1;
				review.addItem({
					id: 200_000 + n,
					effect: { kind: 'read', path: `/x/${n}` },
					state: { kind: 'pending', live: false },
				});
				review.pushOutput(Buffer.from(`line ${n} 文件 🐍\n`));
			}
		}, 2);
		for (let key = 0; key < 20; key += 1) {
			const before = output.written.length;
			void press('j');
			await Promise.resolve();
			while (!output.written.slice(before).includes(`file-${key + 1}`))
				await new Promise((resolve) => setImmediate(resolve));
			await wait(13);
		}
		clearInterval(storm);
	});
});
