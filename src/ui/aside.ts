/** What has the terminal to itself for a while, beside the review: a rule to remember, many questions as one, the shell. */
import type { Detail, Review, ReviewItem } from '../model/review.ts';
import { groupOf } from './group.ts';
import { groupPage } from './group-page.ts';
import type { Page } from './page.ts';
import { rememberPage } from './remember-page.ts';

export type AsideKind = 'remember' | 'group' | 'shell';

/** A sentence of what was done, and the item to go on with. */
export type AsideEnd = { readonly message: string; readonly select?: number };

export type Aside = (what: AsideKind, item: ReviewItem) => Promise<AsideEnd>;

/** Shows a page until it ends; undefined: the terminal is gone. */
export type ShowPage = <Result>(page: Page<Result>) => Promise<Result | undefined>;

/** `suspend` stops this process, and returns when the shell has continued it. */
export function createAside(review: Review, person: string, show: ShowPage, suspend: () => void): Aside {
	return async (what, item) => {
		switch (what) {
			case 'remember':
				return remember(review, item, show);
			case 'group':
				return answerGroup(review, item, person, show);
			case 'shell':
				suspend();
				return { message: 'Back in the review.' };
		}
	};
}

async function remember({ remembering }: Review, item: ReviewItem, show: ShowPage): Promise<AsideEnd> {
	if (remembering === undefined) return { message: 'There is no policy here to put a rule into.' };
	let decision: 'allow' | 'deny' = item.state.kind === 'denied' ? 'deny' : 'allow';
	for (;;) {
		const result = await show(rememberPage(await remembering.offer(item.id, decision), decision));
		switch (result?.kind) {
			case 'write':
				return { message: await remembering.write(result.rule, result.file) };
			case 'other':
				decision = decision === 'allow' ? 'deny' : 'allow';
				break;
			case 'back':
			case undefined:
				return { message: 'No rule was written.' };
		}
	}
}

async function answerGroup(review: Review, item: ReviewItem, person: string, show: ShowPage): Promise<AsideEnd> {
	const group = groupOf(item, review.state().items);
	if (group.length === 0) return { message: 'There are not five or more pending questions like this one.' };
	const details = new Map<number, Detail>();
	// What is shown here is what an approval is bound to.
	for (const { id } of group) details.set(id, await review.detail(id));
	const result = await show(groupPage(group, details));
	switch (result?.kind) {
		case 'open':
			return { message: 'One of a group; * goes back to the list.', select: result.id };
		case 'decide':
			return { message: decideAll(review, group, result.approved, person) };
		case 'back':
		case undefined:
			return { message: 'Nothing was decided.' };
	}
}

function decideAll(review: Review, group: readonly ReviewItem[], approved: boolean, person: string): string {
	for (const { id, version } of group) {
		review.markSeen(id, version);
		review.decide(id, { approved, by: { person } }, version);
	}
	const ids = new Set(group.map(({ id }) => id));
	const wanted = approved ? 'approved' : 'denied';
	const done = review.state().items.filter(({ id, state }) => ids.has(id) && state.kind === wanted).length;
	// One that changed while the list was looked at is another one by now.
	const rest = done < group.length ? `; ${group.length - done} changed meanwhile: look again` : '';
	return `${approved ? 'Approved' : 'Denied'} ${done} at once${rest}.`;
}
