import type { DecidedBy, Decision, EditWay } from './decision.ts';
import type { EffectKind } from './effect.ts';
import type { LimitName } from './limits.ts';
import type { Note } from './note.ts';
import type { Origin } from './review.ts';
import type { Client } from './traffic.ts';

/** Why a run ended as it did. */
export type ExitReason = 'exited' | 'signaled' | 'denied' | 'limit' | 'failed' | 'stopped' | 'no-script';

export type ReportEffect = {
	readonly id: number;
	readonly kind: EffectKind;
	readonly path?: string;
	readonly from?: string;
	readonly argv?: readonly string[];
	readonly host?: string;
	readonly decision: Decision;
	readonly by: DecidedBy;
	readonly because?: string;
	/** What is dangerous about it, by stable codes; left out where nothing is known. */
	readonly notes?: readonly Note[];
	/** The line of the script that wanted it, as the script's own interpreter says: a hostile one may say anything. */
	readonly origin?: Origin;
	/** Lines, for a text file. */
	readonly added?: number;
	readonly removed?: number;
	/** The words that were approved in place of the script's own. */
	readonly approvedArgv?: readonly string[];
	/** A file's new content was changed by a person before it was approved: in an editor, or by leaving out parts of it. */
	readonly edited?: EditWay;
	/** Bytes over the connections to a host; request line and headers of plain HTTP; names that TLS was asked for. */
	readonly connections?: number;
	readonly sent?: number;
	readonly received?: number;
	readonly requests?: readonly string[];
	/** Variables whose secrets were put in for their stand-ins. */
	readonly secrets?: readonly string[];
	readonly tls?: readonly string[];
	/** Of a port that others could connect to: where, with the true port, and who did. */
	readonly heard?: readonly string[];
	readonly clients?: readonly Client[];
	/** A command's exit status. */
	readonly status?: number;
};

/** What `--report FILE` writes; design: docs in README. */
export type Report = {
	readonly session: string;
	readonly script: string;
	readonly policy: string;
	readonly runtime: string;
	/** ISO 8601, UTC. */
	readonly started: string;
	readonly ended: string;
	readonly exit: {
		readonly status: number;
		readonly reason: ExitReason;
		readonly limit?: LimitName;
		readonly message?: string;
	};
	readonly effects: readonly ReportEffect[];
	/** How many more there were than are listed: beyond 100,000 effects only the record (`audit show`) has them all. */
	readonly unlisted?: { readonly allowed: number; readonly denied: number };
	readonly limits: { readonly [name in LimitName]: { readonly allowed: number; readonly used: number } };
	/** System calls that were answered. */
	readonly calls: number;
	/** Paths that were changed on the machine. */
	readonly applied: readonly string[];
};
