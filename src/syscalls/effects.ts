/** Where a handler's wish becomes an effect and meets the policy. A handler acts only inside `perform`. */
import { SysError } from '../abi/errno.ts';
import type { Place } from '../fs/api.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { waitFor } from '../kernel/outcome.ts';
import type { Approval } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';
import type { Context } from './context.ts';
import { noteOrigin } from './origin.ts';

/**
 * Runs `perform` if the effect is allowed. A write or delete that is to be asked about is captured in the session's upper
 * layer and decided at the review; any other question waits for its answer. Denied: EACCES.
 */
export function want(context: Context, effect: Effect, perform: (id: number, answer?: Approval) => Outcome): Outcome {
	const { world } = context.kernel;
	const verdict = world.decide(effect);
	noteOrigin(context, effect);
	const because = verdict.because === undefined ? {} : { because: verdict.because };
	switch (verdict.decision) {
		case 'allow':
			return perform(captured(effect) ? 0 : world.record(effect, { approved: true, by: verdict.by, ...because }));
		case 'deny':
			world.record(effect, { approved: false, by: verdict.by, ...because });
			throw new SysError('EACCES');
		case 'ask': {
			if (captured(effect)) return perform(0);
			let answer: Approval | undefined;
			const id = world.ask(effect, verdict, (approval) => {
				answer = approval;
				context.kernel.changed();
			});
			const withdraw = (): undefined => {
				world.withdraw(id);
			};
			return waitFor(() => (answer === undefined ? undefined : afterAnswer(answer, () => perform(id, answer))), {
				onGone: withdraw,
				onInterrupt: withdraw,
			});
		}
	}
}

/** The same for what a path leads to: only the machine's own files are effects. */
export function wantPath(
	context: Context,
	kind: 'read' | 'write' | 'delete',
	place: Place,
	perform: () => Outcome,
): Outcome {
	if (place.domain !== 'host') return perform();
	const { origin } = place;
	// A file of the machine that the guest moved must not be read under a new name where it could not under its old one.
	if (kind === 'read' && origin !== undefined) {
		return want(context, { kind, path: origin }, () => want(context, { kind, path: place.path }, perform));
	}
	return want(context, { kind, path: place.path }, perform);
}

/** Throws EACCES, and records it, where the policy denies; else what it says. */
export function refuseDenied(context: Context, effect: Effect): 'allow' | 'ask' {
	const { decision, by, because } = context.kernel.world.decide(effect);
	if (decision !== 'deny') return decision;
	context.kernel.world.record(effect, { approved: false, by, ...(because === undefined ? {} : { because }) });
	throw new SysError('EACCES');
}

export type Wish = readonly [kind: 'read' | 'write' | 'delete', place: Place];

/** Several effects, each of which has to be allowed. */
export function wantAll(context: Context, wishes: readonly Wish[], perform: () => Outcome, from = 0): Outcome {
	const wish = wishes[from];
	if (wish === undefined) return perform();
	return wantPath(context, wish[0], wish[1], () => wantAll(context, wishes, perform, from + 1));
}

function captured(effect: Effect): boolean {
	return effect.kind === 'write' || effect.kind === 'delete';
}

function afterAnswer(answer: Approval, perform: () => Outcome): Outcome {
	if (answer.approved) return perform();
	// A person may let a denied command end with a status of its own instead of EACCES.
	if (answer.status !== undefined) return { kind: 'exit', status: answer.status };
	throw new SysError('EACCES');
}
