/** What a person is told of a limit, a refusal or a fault of ours. */
import type { LimitName, Limits } from '../model/limits.ts';
import { formatLimit } from '../policy/limits.ts';

export function limitSentence(limit: LimitName, limits: Limits): string {
	return `stopped: the script passed its ${limit} limit of ${formatLimit(limit, limits[limit])}; nothing of it was applied since`;
}

export function bugSentence(error: unknown): string {
	return `a bug in approve-run: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
