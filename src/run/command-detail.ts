/** What the right side of the review shows of an effect that is no change of a file. */
import type { Effect } from '../model/effect.ts';
import type { Detail } from '../model/review.ts';

/** `pending`: changes made so far that are not on the machine. */
export function describeEffect(effect: Effect, because: string | undefined, pending: number): Detail {
	const facts = because === undefined ? [] : [because];
	switch (effect.kind) {
		case 'run': {
			const { argv, program, cwd, env } = effect;
			if (pending > 0) {
				const noun = pending === 1 ? '1 change above was' : `${pending} changes above were`;
				facts.push(`${noun} not approved when this was asked; the command sees only what is approved before it runs`);
			}
			return { kind: 'command', argv, program, cwd, env, facts };
		}
		case 'connect':
			return { kind: 'facts', facts: [`connect to ${effect.host}, port ${effect.port}`, ...facts] };
		case 'read':
			return { kind: 'facts', facts: [`read ${effect.path}`, ...facts] };
		case 'write':
		case 'delete':
			return { kind: 'facts', facts: [`${effect.kind} ${effect.path}`, ...facts] };
	}
}
