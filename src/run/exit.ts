/** How a run ends: the exit statuses of the command line. */
import type { LimitName } from '../model/limits.ts';
import type { ExitReason } from '../model/report.ts';
import type { RunOutcome } from './controller.ts';

export const exitStatus = { limit: 124, failed: 125, denied: 126, missing: 127 } as const;

export type Exit = {
	readonly status: number;
	readonly reason: ExitReason;
	readonly limit?: LimitName;
	/** For the person; one sentence or more. */
	readonly message?: string;
};

/** `denied`: something the script wanted was refused, and the policy does not say to ignore that. */
export function exitOf(outcome: RunOutcome, denied: boolean, limitSentence: (limit: LimitName) => string): Exit {
	if (outcome.limit !== undefined) {
		return { status: exitStatus.limit, reason: 'limit', limit: outcome.limit, message: limitSentence(outcome.limit) };
	}
	switch (outcome.end.kind) {
		case 'failed':
			return { status: exitStatus.failed, reason: 'failed', message: outcome.end.message };
		case 'stopped':
			return { status: 130, reason: 'stopped', message: 'the run was stopped' };
		case 'ended': {
			const { status } = outcome.end;
			const signal = status & 0x7f;
			if (denied) return { status: exitStatus.denied, reason: 'denied' };
			if (signal > 0) return { status: 128 + signal, reason: 'signaled' };
			return { status: (status >> 8) & 0xff, reason: 'exited' };
		}
	}
}
