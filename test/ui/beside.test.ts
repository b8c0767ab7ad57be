import { afterEach, describe, expect, test } from 'vitest';
import { createReview, type ReviewStore } from '../../src/gate/review-store.ts';
import { eachLimit } from '../../src/model/limits.ts';
import type { ReadFile, ReviewItem } from '../../src/model/review.ts';
import { cwd, hostile, loadDetail } from './fake.ts';
import { closeAll, show, wait } from './harness.ts';
import { decided, git, pendingItems } from './reviews.ts';

afterEach(closeAll);

const script = Array.from({ length: 60 }, (_, at) => `print("line ${at + 1}")`).join('\n');
const asking: readonly ReviewItem[] = pendingItems.map((item, at) =>
	at === 0 ? { ...item, origin: { file: 'tidy_project.py', line: 41 } } : item,
);

function reviewBeside(reads: readonly ReadFile[] = [], text = script): ReviewStore {
	const review = createReview({
		session: 's',
		script: 'tidy_project.py',
		policy: 'review',
		cwd,
		loadDetail: loadDetail(asking),
		limits: eachLimit(() => 1000),
		beside: { source: async () => ({ kind: 'text', name: 'tidy_project.py', text }), reads: () => reads },
	});
	review.setChanges(asking);
	review.setUsed({ ...eachLimit(() => 10), memory: 950 });
	return review;
}

describe('beside the decisions', () => {
	test('t shows the script with the line that asked marked, and scrolls through the rest', async () => {
		const { press, text } = show(reviewBeside());
		await press('t');
		await wait(30);
		const shown = await text();
		expect(shown).toContain('tidy_project.py, line 41');
		expect(shown).toContain('❯ 41 print("line 41")');
		expect(shown.match(/❯/g)).toHaveLength(1);
		await press('G');
		expect(await text()).toContain(' 60 print("line 60")');
		await press('g');
		expect(await text()).toContain('  1 print("line 1")');
		await press('t');
		expect(await text()).toContain('Effects');
	});

	test('t shows the script from its start where it is not known which line asked', async () => {
		const { press, text } = show(reviewBeside());
		await press('j', 't');
		await wait(30);
		expect(await text()).toContain('  1 print("line 1")');
		expect(await text()).not.toContain('❯');
	});

	test('R shows what was read, with what is of the system folded until f', async () => {
		const reads: ReadFile[] = [
			{ path: `${cwd}/data.csv`, approved: true },
			{ path: '/usr/share/zoneinfo/Etc/UTC', approved: true },
			{ path: '/home/mia/.ssh/id_ed25519', approved: false },
		];
		const { press, text } = show(reviewBeside(reads));
		await press('R');
		const folded = await text();
		expect(folded).toContain(' ✓ data.csv');
		expect(folded).toContain(' ✗ /home/mia/.ssh/id_ed25519');
		expect(folded).not.toContain('zoneinfo');
		await press('f');
		expect(await text()).toContain(' ✓ /usr/share/zoneinfo/Etc/UTC');
		reads.push({ path: `${cwd}/later.csv`, approved: true });
		await press('f');
		expect(await text()).toContain(' ✓ later.csv');
	});

	test('L shows what was used of each limit, and the title tells of one that is nearly used up', async () => {
		const { press, text } = show(reviewBeside());
		expect(await text()).toContain(' memory 95% ');
		await press('L');
		expect(await text()).toMatch(/memory {4}█{10} {2}95% {2}950 B of 1000 B/);
		expect(await text()).toMatch(/tasks {5}░{10} {3}1% {2}10 of 1000/);
	});

	test('decides nothing there, neither by a key nor by a question that comes meanwhile', async () => {
		const review = reviewBeside();
		const { press, settle, text } = show(review);
		await settle();
		for (const view of ['t', 'R', 'L']) {
			await press(view);
			await settle();
			await press('a', 'd', 'A', 'y');
			await press('\x1b');
			await wait(60);
		}
		expect(decided(review)).toEqual([]);
		await press('t');
		void review.addLive(git, new AbortController().signal);
		await wait(60);
		expect(await text()).toContain('the script asks');
	});

	test('what is dangerous stands above all else of an item, also on a small screen, and is marked in the list', async () => {
		const note = 'careful: this file is run when you log in or open a shell';
		const detail = loadDetail(asking);
		const review = createReview({
			session: 's',
			script: 'tidy_project.py',
			policy: 'review',
			cwd,
			loadDetail: async (id) => ({ ...(await detail(id)), ...(id === 2 ? { notes: [note] } : {}) }),
			careful: ({ id }) => id === 2,
		});
		review.setChanges(asking);
		const { press, resize, text } = show(review);
		await wait(30);
		expect(await text()).toMatch(/config\/app\.toml +\+3 −2 !│/);
		expect((await text()).match(/!│/g)).toHaveLength(1);
		expect(await text()).toMatch(/│! +careful: this file is run/);
		resize(40, 10);
		await press('\t');
		await wait(30);
		expect(await text()).toMatch(/^! +careful: this file is run/m);
	});

	test('obeys nothing that stands in the script or in the name of a file', async () => {
		const text = Object.values(hostile).join('\n');
		const reads = Object.values(hostile).map((name) => ({ path: `${cwd}/${name}`, approved: true }));
		const { press, output } = show(reviewBeside(reads, text));
		await press('t');
		await wait(30);
		await press('R');
		await wait(60);
		for (const sign of ['\x1b]52', '\x1b[8m', '\u202e', '\u009b']) expect(output.written).not.toContain(sign);
	});
});
