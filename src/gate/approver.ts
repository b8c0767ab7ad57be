/** The one place where an ask becomes an answer: whoever answers, only a clear yes in time is one. */

import type { Approval, Verdict } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';
import { noAnswer } from './decisions.ts';

/** An effect that the policy wants somebody to look at. `id` is its place in the program's order. */
export type Question = {
	readonly id: number;
	readonly effect: Effect;
	/** Why it is asked. */
	readonly verdict: Verdict;
};

/** Somebody, or something, that answers questions. An approver that throws, or is too late, has said no. */
export interface Approver {
	ask(question: Question, signal: AbortSignal): Promise<Approval>;
}

/** Where questions wait for a person: the review store. */
export interface QuestionDesk {
	addLive(question: Question, signal: AbortSignal): Promise<Approval>;
}

/** `--unattended`: there is no person, so every ask is a no. */
export const unattended: Approver = {
	ask: async ({ verdict }) => refusal('unattended', 'nobody to ask (--unattended)', verdict),
};

/** `--plan`: commands and the like are refused while it runs; changes of files wait for the review without being asked. */
export const plan: Approver = {
	ask: async ({ verdict }) => refusal('plan', 'nobody to ask in --plan; review cannot run it later', verdict),
};

/** With why it was asked: that is what a rule has to mend. */
function refusal(built: 'unattended' | 'plan', nobody: string, { because }: Verdict): Approval {
	return { approved: false, by: { built }, because: because === undefined ? nobody : `${nobody}; asked: ${because}` };
}

/** A person in the terminal, by way of the review. */
export function person(desk: QuestionDesk): Approver {
	return { ask: (question, signal) => desk.addLive(question, signal) };
}

/**
 * The final answer to an effect: the policy's own where it has one, the approver's where the policy asks.
 * Never rejects: an approver that throws, answers nonsense or is overtaken by `signal` has denied.
 */
export async function settle(
	verdict: Verdict,
	approver: Approver,
	question: Question,
	signal: AbortSignal,
): Promise<Approval> {
	switch (verdict.decision) {
		case 'allow':
			return answer(true, verdict);
		case 'deny':
			return answer(false, verdict);
		case 'ask':
			return asked(approver, question, signal);
	}
}

function answer(approved: boolean, { by, because }: Verdict): Approval {
	return because === undefined ? { approved, by } : { approved, by, because };
}

/** Why a question is aborted whose task has died, or was called away by a signal: nobody has denied anything. */
export const withdrawn = 'withdrawn: what asked has ended, or was interrupted, before the answer';

function aborted({ reason }: AbortSignal): Approval {
	if (reason === withdrawn) return { approved: false, by: { built: 'kernel' }, because: withdrawn };
	return noAnswer('the run was stopped before anybody answered');
}

async function asked(approver: Approver, question: Question, signal: AbortSignal): Promise<Approval> {
	if (signal.aborted) return aborted(signal);
	let stop = () => {};
	const stopped = new Promise<Approval>((resolve) => {
		stop = () => resolve(aborted(signal));
	});
	signal.addEventListener('abort', stop, { once: true });
	try {
		const given = await Promise.race([approver.ask(question, signal), stopped]);
		if (signal.aborted) return aborted(signal);
		// An approver may be somebody else's program: anything but a plain `true` is a no.
		return given.approved === true ? given : { ...given, approved: false };
	} catch (error) {
		return noAnswer(`asking failed: ${error instanceof Error ? error.message : String(error)}`);
	} finally {
		signal.removeEventListener('abort', stop);
	}
}
