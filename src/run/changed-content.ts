/** What lies in a session's folder is not what was decided on: that decision counts for nothing, and it is asked about again. */
import type { Detail } from '../model/review.ts';
import { ApplyError } from '../session/apply.ts';
import { ContentError } from '../session/stage.ts';
import type { ChangeDecisions, DecidedChange } from './change-decisions.ts';
import type { SessionWork } from './session-work.ts';
import type { StoredDecisions } from './stored-decisions.ts';

const otherBytes = 'The session was changed: what was decided of it was about other bytes. It is asked about again.';

/** The detail of a change. `undecided` is called where it was decided about other bytes than those that are there now. */
export function checkedDetail(
	{ change, approval }: DecidedChange,
	work: SessionWork,
	decisions: ChangeDecisions,
	undecided: () => void,
): Detail {
	const detail = work.detail(change);
	const shown = 'content' in detail ? detail.content : undefined;
	if (detail.kind === 'failed' || shown === undefined) return detail;
	if (approval?.content === undefined || approval.content === shown) return detail;
	decisions.undecide(change.order);
	undecided();
	return { ...detail, notes: [otherBytes, ...(detail.notes ?? [])] };
}

/** After an apply that was refused because of bytes that nobody approved: so that the next review asks about those. */
export function forgetChanged(
	error: unknown,
	stored: StoredDecisions,
	work: SessionWork,
	decisions: ChangeDecisions,
): void {
	if (!(error instanceof ApplyError && error.cause instanceof ContentError)) return;
	for (const { change, wanted } of [...decisions.all()]) {
		if (!stored.holds(wanted ?? change)) decisions.undecide(change.order);
	}
	work.saveDecisions(decisions);
}
