/** What was decided in a recorded run, and what a policy says of it: for `policy test`, `policy diff` and `policy learn`. */
import type { Approval, Verdict } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';
import type { RunEvent } from '../model/event.ts';
import { compilePolicy, type PolicyContext } from './compile.ts';
import { decide } from './decide.ts';
import type { PolicyDocument } from './document.ts';
import { RuleCounts } from './standing.ts';

export type Recorded = {
	readonly effect: Effect;
	readonly approved: boolean;
	/** Milliseconds since the epoch. */
	readonly at: number;
};

/**
 * Each different effect of a run once, in the order of the first. A change is decided at the end or in the review: what was
 * said last counts. Anything else is approved where each time was. A limit, or a question that was withdrawn, decides nothing.
 */
export function recordedDecisions(events: Iterable<RunEvent>): readonly Recorded[] {
	const found = new Map<string, Recorded>();
	for (const event of events) {
		if ((event.kind !== 'effect' && event.kind !== 'decided') || !isDecision(event.approval)) continue;
		const effect = asApproved(event.effect, event.approval);
		const key = effectKey(effect);
		const before = event.kind === 'effect' ? (found.get(key)?.approved ?? true) : true;
		found.set(key, { effect, approved: event.approval.approved && before, at: event.at });
	}
	return [...found.values()];
}

/** What the policy says of each, in their order, at the time that each had. A size that was not recorded is not known. */
export function judgeRecorded(
	document: PolicyDocument,
	context: PolicyContext,
	recorded: readonly Recorded[],
): readonly Verdict[] {
	let now = 0;
	const policy = compilePolicy(document, { ...context, now: () => new Date(now) });
	const counts = new RuleCounts();
	return recorded.map(({ effect, at }) => {
		now = at;
		return decide(policy, effect, counts);
	});
}

/** The same text for two effects that are the same question. */
export function effectKey(effect: Effect): string {
	switch (effect.kind) {
		case 'read':
		case 'write':
		case 'delete':
			return JSON.stringify([effect.kind, effect.path]);
		case 'run':
			return JSON.stringify([effect.kind, effect.program, effect.argv, effect.cwd, Object.entries(effect.env).sort()]);
		case 'connect':
			return JSON.stringify([effect.kind, effect.host, effect.port, effect.address ?? '']);
		case 'listen':
			return JSON.stringify([effect.kind, effect.host, effect.port]);
	}
}

function isDecision({ by }: Approval): boolean {
	return !('built' in by) || (by.built !== 'limit' && by.built !== 'runtime');
}

/** A command whose words were edited was approved with the new ones. */
function asApproved(effect: Effect, { edit }: Approval): Effect {
	if (effect.kind !== 'run' || edit?.kind !== 'command') return effect;
	return { ...effect, argv: edit.argv, program: edit.program };
}
