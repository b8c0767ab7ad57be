/** The effects of a run as they were decided, for the record and the report. */
import { withdrawn } from '../gate/approver.ts';
import type { Approval } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';
import type { RunEvent } from '../model/event.ts';
import type { ReadFile } from '../model/review.ts';
import type { Traffic } from '../model/traffic.ts';
import { sizeOf } from './effect-log.ts';

export type RecordedEffect = {
	readonly id: number;
	readonly effect: Effect;
	readonly approval: Approval;
	/** What went over its connections. */
	readonly traffic?: Traffic;
	/** A command that ran and ended. */
	readonly status?: number;
};

export type EffectRecord = {
	/** Whether it is listed, and not only in the record. */
	add(id: number, effect: Effect, approval: Approval): boolean;
	commandEnded(id: number, status: number, signal: number): void;
	/** Counts so far; the last ones are what the report has. */
	traffic(id: number, traffic: Traffic): void;
	get(id: number): RecordedEffect | undefined;
	/** What was read, in the order in which that was decided; the first of them. The list itself grows. */
	reads(): readonly ReadFile[];
	/** In program order; the first of them, as many as a report is to list. */
	all(): readonly RecordedEffect[];
	/** How many more were recorded. One that was among 100,000 others when it came again counts twice. */
	unlisted(): { readonly allowed: number; readonly denied: number };
	/** Something the script wanted was refused. */
	denied(): boolean;
};

/** What is kept in memory for the report and the review, and characters of it: nobody reads more. */
const mostListed = { effects: 100_000, text: 64 * 1024 * 1024 };

/** Each one is told to `event` as it is decided. `now`: milliseconds since the epoch. */
export function createEffectRecord(event: (event: RunEvent) => void, now: () => number): EffectRecord {
	const effects = new Map<number, RecordedEffect>();
	const reads: ReadFile[] = [];
	const unlisted = { allowed: 0, denied: 0 };
	let text = 0;
	let denied = false;
	return {
		add(id, effect, approval) {
			denied ||= !approval.approved && approval.because !== withdrawn;
			event({ kind: 'effect', at: now(), id, effect, approval });
			const isListed = effects.size < mostListed.effects && text < mostListed.text;
			if (isListed && effect.kind === 'read' && !effects.has(id)) {
				reads.push({ path: effect.path, approved: approval.approved });
			}
			if (isListed) effects.set(id, { id, effect, approval });
			else unlisted[approval.approved ? 'allowed' : 'denied'] += 1;
			text += sizeOf(effect);
			return isListed;
		},
		commandEnded(id, status, signal) {
			const recorded = effects.get(id);
			const shown = signal > 0 ? 128 + signal : status;
			if (recorded !== undefined) effects.set(id, { ...recorded, status: shown });
			event({ kind: 'command-ended', at: now(), id, status: shown, ...(signal > 0 ? { signal: String(signal) } : {}) });
		},
		traffic(id, traffic) {
			const recorded = effects.get(id);
			if (recorded !== undefined) effects.set(id, { ...recorded, traffic });
		},
		get: (id) => effects.get(id),
		reads: () => reads,
		all: () => [...effects.values()].sort((a, b) => a.id - b.id),
		unlisted: () => ({ ...unlisted }),
		denied: () => denied,
	};
}
