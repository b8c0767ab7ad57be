/** A person's decision of a change in the review, and what goes with it. */
import { stateOf } from '../gate/decisions.ts';
import type { ReviewStore } from '../gate/review-store.ts';
import type { Approval } from '../model/decision.ts';
import type { ChangeDecisions } from './change-decisions.ts';

/** The review has the row of the change itself already; those of the new directories above it follow. */
export function decideChange(review: ReviewStore, decisions: ChangeDecisions, id: number, approval: Approval): void {
	for (const { change } of decisions.decide(id, approval)) {
		if (change.order !== id) review.updateItem(change.order, { state: stateOf(approval) });
	}
}
