/** What a decision makes of an item, and which ones are still open. */
import type { Approval } from '../model/decision.ts';
import type { ItemState, ReviewItem } from '../model/review.ts';

/** What a person may still decide: all that is pending, and a change that is not applied and that no rule denied. */
export function canDecide(item: ReviewItem): boolean {
	switch (item.state.kind) {
		case 'pending':
			return true;
		case 'approved':
			return item.change !== undefined;
		case 'denied':
			return item.change !== undefined && 'person' in item.state.by;
		case 'ran':
		case 'applied':
			return false;
	}
}

export function differs(item: ReviewItem, version: string | undefined): boolean {
	return version !== undefined && version !== item.version;
}

export function stateOf(approval: Approval): ItemState {
	const because = approval.because === undefined ? {} : { because: approval.because };
	return { kind: approval.approved ? 'approved' : 'denied', by: approval.by, ...because };
}

export function noAnswer(because: string): Approval {
	return { approved: false, by: { built: 'unattended' }, because };
}
