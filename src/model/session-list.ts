/** What the list of sessions shows of each one. Plain data: texts come from scripts and are unsafe for a terminal. */

export type SessionStateName =
	| 'running'
	| 'waiting'
	| 'interrupted'
	| 'ended'
	| 'applied'
	| 'partly-applied'
	| 'rolled-back'
	| 'discarded'
	/** Edited, cut off, or of a newer version: it is left alone. */
	| 'untrusted';

export type SessionSummary = {
	readonly id: string;
	readonly state: SessionStateName;
	/** The script and its arguments. */
	readonly words: string;
	/** Why it is not trusted. */
	readonly why?: string;
	readonly cwd?: string;
	readonly policy?: string;
	/** Milliseconds since the epoch. */
	readonly started?: number;
	readonly ended?: number;
	/** How the script ended, in words. */
	readonly exit?: string;
};

/** Whether a person can decide something there. */
export function isOpen({ state }: SessionSummary): boolean {
	return state === 'waiting' || state === 'interrupted' || state === 'partly-applied';
}
