/** What the person looks at, and whether for long enough that a key can be an answer to it. */
import type { Clock } from './clock.ts';
import type { Shown } from './driver.ts';
import { smallest } from './layout.ts';

/** How long something must be on the screen before a key is an answer to it, milliseconds. */
const settleMs = 250;

export interface Attention {
	/** `shown` is on the screen from now on. */
	drawn(shown: Shown): void;
	/** Has what `shown` asks been on the screen for long enough? */
	isSettled(shown: Shown): boolean;
	stop(): void;
}

/** `onSettled` is told once of each thing looked at. */
export function createAttention(clock: Clock, onSettled: () => void): Attention {
	let subject = '';
	let settled = false;
	let cancel = () => {};
	let stopped = false;
	return {
		drawn(shown) {
			const next = subjectOf(shown);
			if (next === subject || stopped) return;
			cancel();
			subject = next;
			settled = false;
			cancel = clock.after(settleMs, () => {
				settled = true;
				onSettled();
			});
		},
		isSettled: (shown) => settled && subject === subjectOf(shown),
		stop() {
			stopped = true;
			cancel();
		},
	};
}

/** What a key would be an answer to: another subject needs another look. */
function subjectOf(shown: Shown): string {
	const { view, world } = shown;
	const { mode } = view;
	const { item } = world;
	const detail = world.detail === undefined ? 'loading' : world.detail.kind;
	const question = mode.kind === 'confirm' ? `${mode.what}${mode.count}` : '';
	const live = item?.state.kind === 'pending' && item.state.live;
	return [mode.kind, question, item?.id, item?.version, live, detail, showsDetail(shown)].join(' ');
}

function showsDetail({ world }: Shown): boolean {
	const { panes, columns, rows } = world.layout;
	return panes !== 'list' && columns >= smallest.columns && rows >= smallest.rows;
}
