/** Keeps what a person has decided while the review goes on, so that a kill -9 in the middle of it takes little with it. */
import type { ChangeDecisions } from './change-decisions.ts';
import type { SessionWork } from './session-work.ts';

/** After the last key of a row of them, milliseconds: keeping it reads the contents that were approved. */
const pauseMs = 300;
/** With more changes than this it would be felt at each key: then it is kept at the end alone. */
const mostChanges = 2000;

export type SaveSoon = { touch(): void; stop(): void };

export function saveSoon(work: SessionWork, decisions: ChangeDecisions): SaveSoon {
	let timer: NodeJS.Timeout | undefined;
	return {
		touch() {
			clearTimeout(timer);
			if (decisions.all().length > mostChanges) return;
			timer = setTimeout(() => work.saveDecisions(decisions, 'persons'), pauseMs);
		},
		stop: () => clearTimeout(timer),
	};
}
