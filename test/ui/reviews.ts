/** Reviews to look at, and what has become of them. */
import type { Question } from '../../src/gate/approver.ts';
import { createReview, type ReviewStore } from '../../src/gate/review-store.ts';
import type { ReviewItem } from '../../src/model/review.ts';
import { cwd, items, loadDetail } from './fake.ts';

export function reviewOf(
	all: readonly ReviewItem[],
	phase: 'running' | 'ended' = 'ended',
	more: readonly ReviewItem[] = [],
): ReviewStore {
	const review = createReview({
		session: 's',
		script: 'tidy_project.py',
		policy: 'review',
		cwd,
		loadDetail: loadDetail([...all, ...more]),
	});
	review.setChanges(all);
	if (phase === 'ended') review.setPhase({ kind: 'ended', status: 0, why: 'exited with status 0' });
	return review;
}

export const states = (review: ReviewStore) => review.state().items.map(({ id, state }) => `${id} ${state.kind}`);
export const decided = (review: ReviewStore) => states(review).filter((state) => !state.endsWith('pending'));
export const pendingItems = items.filter((item) => item.state.kind === 'pending');

export const git: Question = {
	id: 50,
	effect: { kind: 'run', argv: ['git', 'push', '--force'], program: '/usr/bin/git', cwd, env: { PATH: '/usr/bin' } },
	verdict: { decision: 'ask', by: { rule: 'default' } },
};
export const gitItem: ReviewItem = { id: git.id, effect: git.effect, state: { kind: 'pending', live: true } };
