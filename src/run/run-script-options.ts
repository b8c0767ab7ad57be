/** What a run of a script is given, and what it gives back. */
import type { ChooseConflicts } from '../model/conflict.ts';
import type { Verdict } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';
import type { RunEvent } from '../model/event.ts';
import type { Limits } from '../model/limits.ts';
import type { Report } from '../model/report.ts';
import type { Review } from '../model/review.ts';
import type { DeniedRule } from '../policy/document.ts';
import type { ApplyHost } from '../session/apply-host.ts';
import type { ReservedSession, Session, SessionStore } from '../session/store.ts';
import type { RunOptions } from './controller.ts';
import type { Exit } from './exit.ts';
import type { OutsideStreams } from './outside-streams.ts';
import type { RememberOptions } from './remember.ts';
import type { Reviewer } from './session-work.ts';

export type Mode = 'review' | 'plan' | 'unattended';

export type RunScriptOptions = {
	readonly mode: Mode;
	readonly store: SessionStore;
	readonly applyHost: ApplyHost;
	readonly about: {
		readonly script: string;
		readonly argv: readonly string[];
		readonly policy: string;
		readonly runtime: string;
		readonly cwd: string;
	};
	/** The policy's answer; asked for the first time when there is something to decide. */
	readonly decide: (effect: Effect) => Verdict;
	/** Called before a whole change set is judged: rules that count begin again. Whether there are any. */
	readonly recount: () => boolean;
	readonly denied: DeniedRule;
	readonly limits: Limits;
	/** The session's folders are made, `channel` too; its record is not. */
	readonly reserved: ReservedSession;
	readonly start: Omit<RunOptions, 'hooks' | 'limits'>;
	readonly streams: OutsideStreams;
	/** Whether the script's output and the review share a terminal, and whether its input is one. */
	readonly terminal: { readonly input: boolean; readonly output: boolean };
	/** Shows the review until it is finished. */
	readonly screen: (review: Review) => Promise<void>;
	/** Asks in the terminal what becomes of changes that the machine stands against. */
	readonly choose: ChooseConflicts;
	/** Where rules go that are made of what was asked. */
	readonly remember?: RememberOptions;
	/** A sentence for the person: to the terminal, never into the script's output. */
	readonly say: (text: string) => void;
	readonly now: () => number;
	readonly reviewer: Reviewer;
	/** What the run is made with, for the record. */
	readonly facts: Pick<Extract<RunEvent, { kind: 'started' }>, 'version' | 'hashes'>;
	/** The script's bytes, where it is no file. */
	readonly code?: Uint8Array | undefined;
	/** Bytes that stand for standard input (the script came from it). */
	readonly input?: Uint8Array;
	/** Aborted: stop the run (Ctrl-C, a closed terminal). */
	readonly signal: AbortSignal;
};

export type RunScriptResult = {
	readonly exit: Exit;
	readonly report: Report;
	readonly session: Session;
	/** Addresses of servers to which nobody but the script could connect. */
	readonly alone: readonly string[];
};
