import { afterEach, describe, expect, test } from 'vitest';
import { createReview, type ReviewStore } from '../../src/gate/review-store.ts';
import type { Approval } from '../../src/model/decision.ts';
import { systemClock } from '../../src/ui/clock.ts';
import { closeAll, show, wait } from './harness.ts';
import { decided, git, gitItem, pendingItems, reviewOf } from './reviews.ts';

afterEach(closeAll);

describe('what counts as an answer', () => {
	async function ask(review: ReviewStore): Promise<{ answer: () => Approval | undefined }> {
		let answer: Approval | undefined;
		void review.addLive(git, new AbortController().signal).then((given) => {
			answer = given;
		});
		await wait(50);
		return { answer: () => answer };
	}

	test('a live question is selected when it arrives, and a answers it', async () => {
		const review = reviewOf(pendingItems, 'running', [gitItem]);
		const { text, press, settle } = show(review);
		const { answer } = await ask(review);
		expect(await text()).toContain('❯▶ $ git push --force');
		expect(await text()).toContain('     2  --force');
		await settle();
		await press('a');
		await wait(5);
		expect(answer()).toEqual({ approved: true, by: { person: 'mia' } });
	});

	test('a live question waits above when the person is in the middle of something; Enter goes to it', async () => {
		const review = reviewOf(pendingItems, 'running', [gitItem]);
		const { text, press, settle } = show(review);
		await settle();
		await press('j');
		const { answer } = await ask(review);
		expect(await text()).toContain('▶ the script asks: Enter');
		expect(await text()).toContain('❯● + notes/todo.txt');
		await press('\r');
		await settle();
		await press('d');
		await wait(5);
		expect(answer()).toMatchObject({ approved: false, by: { person: 'mia' } });
	});

	test('keys typed before a question, or a moment after it, are no answer', async () => {
		const review = reviewOf([], 'running', [gitItem]);
		const { press, text, settle } = show(review);
		const { answer } = await ask(review);
		await press('a', 'd', 'A');
		expect(answer()).toBeUndefined();
		expect(await text()).toContain('Too soon');
		await settle();
		await press('d');
		await wait(5);
		expect(answer()?.approved).toBe(false);
	});

	test('keys that waited while nothing was read are no answer, however long that took', async () => {
		const review = reviewOf([], 'running', [gitItem]);
		const { input } = show(review, 80, 24, undefined, systemClock);
		const { answer } = await ask(review);
		// The process does nothing for a while; the key comes in the same turn in which time is up.
		const until = performance.now() + 400;
		while (performance.now() < until);
		input.emit('data', Buffer.from('a'));
		await wait(20);
		expect(answer()).toBeUndefined();
	});

	test('a paste is no answer, bracketed or not, and neither is a key among others', async () => {
		const review = reviewOf(pendingItems);
		const { press, settle, text } = show(review);
		await settle();
		await press('ay', 'aaaa', '\x1b[200~a\x1b[201~', '\x1b[Ba', 'a\r');
		await settle();
		expect(decided(review)).toEqual([]);
		await press('\x1b[200~d\x1b[201~');
		expect(await text()).toContain('A paste is not an answer');
	});

	test('what came by quickly was not seen: A approves only what stood on the screen', async () => {
		const review = reviewOf(pendingItems);
		const { press, settle, text } = show(review);
		await settle();
		await press('j', 'j');
		await settle();
		expect([...review.state().seen]).toEqual([2, 5]);
		await press('A');
		expect(decided(review)).toEqual(['2 approved', '5 approved']);
		expect(await text()).toContain('Approved 2 that were seen; 2 not seen yet stay.');
	});

	test('of a long diff every row has to have stood on the screen: its start and its end are not enough', async () => {
		const review = reviewOf(pendingItems.filter(({ id }) => id === 6));
		const { press, settle } = show(review);
		await settle();
		await press('G');
		await settle();
		expect([...review.state().seen]).toEqual([]);
		await press('A');
		expect(decided(review)).toEqual([]);
		await press('g');
		for (let page = 0; page < 6; page += 1) {
			await settle();
			await press(' ');
		}
		await settle();
		expect([...review.state().seen]).toEqual([6]);
	});

	test('of a long line all of it has to have stood on the screen', async () => {
		const review = reviewOf(pendingItems.filter(({ id }) => id === 2));
		const { press, settle } = show(review);
		await press('w');
		await settle();
		expect([...review.state().seen]).toEqual([]);
		for (let step = 0; step < 12; step += 1) {
			await press('l');
			await settle();
		}
		expect([...review.state().seen]).toEqual([2]);
	});

	test('help, output and a question in front of it hide an effect: it is not seen then', async () => {
		const review = reviewOf(pendingItems);
		const { press, settle } = show(review);
		await press('?');
		await settle();
		expect([...review.state().seen]).toEqual([]);
	});

	test('a file that changes after it was seen is neither seen nor approved by a key for the old one', async () => {
		const [first] = pendingItems;
		if (first === undefined) throw new Error('no item');
		const review = reviewOf([{ ...first, version: 'one' }]);
		const { press, settle } = show(review);
		await settle();
		expect([...review.state().seen]).toEqual([2]);
		review.setChanges([{ ...first, version: 'two' }]);
		await press('a');
		expect(decided(review)).toEqual([]);
		expect([...review.state().seen]).toEqual([]);
		await settle();
		await press('a');
		expect(decided(review)).toEqual(['2 approved']);
	});

	test('a file that changes while its end is looked at is shown from its start again', async () => {
		const log = pendingItems.at(-1);
		if (log === undefined) throw new Error('no item');
		const review = reviewOf([{ ...log, version: 'one' }]);
		const { press, text, settle } = show(review);
		await settle();
		await press('G');
		expect(await text()).toContain('2019-03-120');
		review.setChanges([{ ...log, version: 'two' }]);
		await settle();
		expect(await text()).toContain('2019-03-1 GET');
	});

	test('what cannot be shown can be denied and not approved', async () => {
		const [first] = pendingItems;
		if (first === undefined) throw new Error('no item');
		const review = createReview({
			session: 's',
			script: 'x.py',
			policy: 'review',
			loadDetail: () => Promise.reject(new Error('EIO: i/o error')),
		});
		review.setChanges([first]);
		const { press, settle, text } = show(review);
		await settle();
		await press('a', 'A');
		expect(decided(review)).toEqual([]);
		expect(await text()).toContain('EIO: i/o error');
		await press('d');
		expect(decided(review)).toEqual(['2 denied']);
	});
});
