/** A program with the real screen and a made-up run behind it, for the tests that drive a real terminal. */
import { openSync } from 'node:fs';
import { isatty, ReadStream, WriteStream } from 'node:tty';
import { person, type Question, settle } from '../../src/gate/approver.ts';
import { createReview } from '../../src/gate/review-store.ts';
import type { ReviewItem } from '../../src/model/review.ts';
import { cwd, hostile, hostileItems, items, loadDetail } from './fake.ts';

const [scene = 'end'] = process.argv.slice(2);
const many: readonly ReviewItem[] = Array.from({ length: 100_000 }, (_, index) => ({
	id: index + 1,
	effect: { kind: 'write', path: `${cwd}/out/file-${index}.txt` },
	change: 'create',
	state: { kind: 'pending', live: false },
}));
const all = scene === 'hostile' ? hostileItems : scene === 'many' ? many : items;
const review = createReview({
	session: '01J0DEMO',
	script: scene === 'hostile' ? `tidy${hostile.osc52}.py` : 'tidy_project.py',
	policy: 'review',
	cwd,
	loadDetail: loadDetail([...all, ...liveItems()]),
});
const stop = new AbortController();
const said: string[] = [];
review.onStop(() => stop.abort());
review.onInput((line) => {
	said.push(`input ${JSON.stringify(line ?? null)}`);
	review.pushOutput(Buffer.from(`hello ${line ?? ''}\n`));
	review.setPhase({ kind: 'running' });
});
review.onDecided((item, { approved }) => said.push(`${item.id} ${approved}`));

const { runReview } = await import('../../src/ui/run-review.tsx');
const { systemClock } = await import('../../src/ui/clock.ts');
const shown = runReview(review, {
	// In a pipe the terminal is still there, by its name.
	input: new ReadStream(isatty(0) ? 0 : openSync('/dev/tty', 'r')),
	output: new WriteStream(isatty(1) ? 1 : openSync('/dev/tty', 'w')),
	env: process.env,
	person: 'mia',
	stop: () => process.kill(process.pid, 'SIGTSTP'),
	clock: systemClock,
});
const timers: NodeJS.Timeout[] = [];
play();
await shown;
for (const timer of timers) clearInterval(timer);
// What else the process does is none of the screen's business: it ends here.
process.stdout.write(`end ${await review.whenFinished()}; ${said.join(', ')}\n`);
process.exit(0);

function liveItems(): ReviewItem[] {
	const effect = {
		kind: 'run',
		argv: ['sh', '-c', 'git add -A\ngit commit -m "tidy up"', ''],
		program: '/usr/bin/dash',
		cwd,
		env: { HOME: '/home/mia', LANG: 'C.UTF-8', PATH: '/usr/local/bin:/usr/bin:/bin' },
	} as const;
	return [{ id: 20, effect, state: { kind: 'pending', live: true } }];
}

function play(): void {
	switch (scene) {
		case 'end':
		case 'hostile':
		case 'many':
			review.setChanges(all.filter((item) => item.change !== undefined));
			for (const item of all.filter((other) => other.change === undefined)) review.addItem(item);
			review.pushOutput(Buffer.from('Reading config\nFound 42 photos\nRenamed IMG_0042.jpg\n'));
			if (scene === 'hostile') review.pushOutput(Buffer.from(Object.values(hostile).join('\n')));
			review.setPhase({ kind: 'ended', status: 0, why: 'exited with status 0' });
			return;
		case 'live':
			review.setChanges(items.filter((item) => item.change !== undefined && item.id < 6));
			review.pushOutput(Buffer.from('Committing\n'));
			setTimeout(() => void ask(), 300);
			return;
		case 'ahead':
			setTimeout(() => void ask(), 2000);
			return;
		case 'input':
			review.pushOutput(Buffer.from('What is your name? '));
			setTimeout(() => review.setPhase({ kind: 'input' }), 200);
			return;
		case 'storm': {
			let count = 0;
			timers.push(
				setInterval(() => {
					for (let n = 0; n < 200; n += 1) {
						count += 1;
						review.addItem({
							id: count,
							effect: { kind: 'read', path: `/usr/lib/file-${count}` },
							state: { kind: 'approved', by: { rule: 'review.yaml:3' } },
						});
						review.pushOutput(Buffer.from(`line ${count} of the storm 🐍 文件\n`));
					}
				}, 4),
			);
			return;
		}
		case 'crash':
			setTimeout(() => {
				throw new Error('a bug of ours');
			}, 500);
			return;
	}
}

async function ask(): Promise<void> {
	const [item] = liveItems();
	if (item === undefined) return;
	const verdict = { decision: 'ask', by: { rule: 'review default' } } as const;
	const question: Question = { id: item.id, effect: item.effect, verdict };
	const approval = await settle(verdict, person(review), question, stop.signal);
	if (approval.approved) review.updateItem(item.id, { state: { kind: 'ran', by: approval.by, status: 0 } });
	review.setPhase({ kind: 'ended', status: approval.approved ? 0 : 1, why: 'exited' });
}
