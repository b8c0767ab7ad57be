/** The effects of a run as they were decided, for the record and the report. */
import type { Approval } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';
import type { RunEvent } from '../model/event.ts';

export type RecordedEffect = {
	readonly id: number;
	readonly effect: Effect;
	readonly approval: Approval;
	/** A command that ran and ended. */
	readonly status?: number;
};

export type EffectRecord = {
	add(id: number, effect: Effect, approval: Approval): void;
	commandEnded(id: number, status: number, signal: number): void;
	get(id: number): RecordedEffect | undefined;
	/** In program order. */
	all(): readonly RecordedEffect[];
	/** Something the script wanted was refused. */
	denied(): boolean;
};

/** Each one is told to `event` as it is decided. `now`: milliseconds since the epoch. */
export function createEffectRecord(event: (event: RunEvent) => void, now: () => number): EffectRecord {
	const effects = new Map<number, RecordedEffect>();
	let denied = false;
	return {
		add(id, effect, approval) {
			effects.set(id, { id, effect, approval });
			denied ||= !approval.approved;
			event({ kind: 'effect', at: now(), id, effect, approval });
		},
		commandEnded(id, status, signal) {
			const recorded = effects.get(id);
			const shown = signal > 0 ? 128 + signal : status;
			if (recorded !== undefined) effects.set(id, { ...recorded, status: shown });
			event({ kind: 'command-ended', at: now(), id, status: shown, ...(signal > 0 ? { signal: String(signal) } : {}) });
		},
		get: (id) => effects.get(id),
		all: () => [...effects.values()].sort((a, b) => a.id - b.id),
		denied: () => denied,
	};
}
