/** Keeps what a person has decided while the review goes on, so that a kill -9 in the middle of it takes little with it. */
import type { ChangeDecisions } from './change-decisions.ts';
import type { SessionWork } from './session-work.ts';

/** After the last key of a row of them, milliseconds: keeping it reads the contents that were approved. */
const pauseMs = 300;
/** With more changes than this it would be felt at each key: then it is kept at the end alone. */
const mostChanges = 2000;

export type SaveSoon = {
	/** Something was decided, or is decided no more. */
	touch(): void;
	/** Keeps all that there is, where anything was touched: of 100,000 changes that takes a second. */
	end(): void;
	/** Somebody else keeps it. */
	stop(): void;
};

export function saveSoon(work: SessionWork, decisions: ChangeDecisions): SaveSoon {
	let timer: NodeJS.Timeout | undefined;
	let isTouched = false;
	return {
		touch() {
			isTouched = true;
			clearTimeout(timer);
			if (decisions.all().length > mostChanges) return;
			timer = setTimeout(() => work.saveDecisions(decisions, 'persons'), pauseMs);
		},
		end() {
			clearTimeout(timer);
			if (isTouched) work.saveDecisions(decisions);
		},
		stop: () => clearTimeout(timer),
	};
}
