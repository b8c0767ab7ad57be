/** Runs a replay from start to end: the same launcher and kernel as a run has, and nobody who performs anything. */
import type { LimitName } from '../model/limits.ts';
import type { Replayed } from '../replay/outcome.ts';
import { type RunOptions, startRun } from './controller.ts';
import { limitSentence } from './sentences.ts';

/** How often the kernel looks whether tasks wait for each other, milliseconds. */
const wakeMs = 200;

export async function runReplay(options: Omit<RunOptions, 'hooks'>): Promise<Replayed['result'] | Replayed> {
	let stopped: LimitName | undefined;
	const run = startRun({
		...options,
		hooks: {
			output: async () => true,
			wantInput() {},
			ask: async () => ({ approved: false, by: { built: 'kernel' } }),
			withdrawn() {},
			effect() {},
			beforeCommand: async () => [],
			commandEnded() {},
			traffic() {},
			origin() {},
			alone() {},
			unsupported() {},
			limit(limit) {
				stopped = limit;
			},
		},
	});
	const waking = setInterval(() => run.wake(), wakeMs);
	const outcome = await run.done;
	clearInterval(waking);
	const replayed = outcome.played?.replayed;
	if (replayed !== undefined && (stopped === undefined || replayed.result.kind === 'differs')) return replayed;
	if (stopped !== undefined) return { kind: 'unknown', why: `the replay ${limitSentence(stopped, options.limits)}.` };
	return { kind: 'unknown', why: outcome.end.kind === 'failed' ? outcome.end.message : 'the replay was broken off.' };
}
