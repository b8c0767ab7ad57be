/** What session.json, decisions.json and origins.json hold. */
import * as z from 'zod/mini';
import type { Approval, Edit } from '../model/decision.ts';
import type { ExitReason } from '../model/report.ts';

/** Of session.json, report.json and origins.json. A change of their shape raises it. */
export const recordVersion = 1;
/** The same of decisions.json. */
export const decisionsVersion = 2;

// Shapes are made when they are first used: a run that reads no record starts sooner.
const time = z.int();
const limitNames = ['time', 'cpu', 'memory', 'output', 'tasks', 'disk', 'files', 'sent', 'received'] as const;
export const limitName = z.enum(limitNames);
const reason: z.ZodMiniType<ExitReason> = z.lazy(() =>
	z.enum(['exited', 'signaled', 'denied', 'limit', 'failed', 'stopped', 'no-script']),
);

const identityShape = z.lazy(() => z.strictObject({ pid: z.int(), started: z.string(), namespace: z.string() }));

export const exitShape = z.lazy(() =>
	z.strictObject({
		status: z.int(),
		reason,
		limit: z.exactOptional(limitName),
		message: z.exactOptional(z.string()),
	}),
);

/** Times are milliseconds since the epoch. */
const stateShape = z.lazy(() =>
	z.discriminatedUnion('kind', [
		/** A controller is at it: this one. */
		z.strictObject({ kind: z.literal('running'), controller: identityShape }),
		/** The script ended; changes wait for a decision. */
		z.strictObject({ kind: z.literal('waiting') }),
		/** Nothing is left to decide, and the machine was not changed. */
		z.strictObject({ kind: z.literal('ended'), at: time }),
		z.strictObject({ kind: z.literal('applied'), at: time }),
		/** Some were applied (the rest denied), or an apply before a command and nothing since. */
		z.strictObject({ kind: z.literal('partly-applied'), at: time }),
		z.strictObject({ kind: z.literal('discarded'), at: time }),
		z.strictObject({ kind: z.literal('rolled-back'), at: time }),
	]),
);

export const sessionRecordShape = z.lazy(() =>
	z.strictObject({
		id: z.string().check(z.regex(/^[0-9A-HJKMNP-TV-Z]{26}$/)),
		/** As the person gave it; `-` for standard input, `-c` for code. */
		script: z.string(),
		/** The script's own arguments. */
		argv: z.array(z.string()),
		/** Where the policy came from: a name or a path. */
		policy: z.string(),
		runtime: z.string(),
		cwd: z.string(),
		started: time,
		ended: z.exactOptional(time),
		exit: z.exactOptional(exitShape),
		limits: z.exactOptional(z.partialRecord(limitName, z.strictObject({ allowed: z.number(), used: z.number() }))),
		state: stateShape,
		/** How many events there were at the last change of state, and the hash of the last: so a cut is seen. */
		events: z.exactOptional(z.strictObject({ count: z.int(), head: z.string() })),
	}),
);

export type SessionRecord = z.infer<typeof sessionRecordShape>;
export type StoredState = SessionRecord['state'];

/** `interrupted`: its controller died. It can be reviewed like one that is waiting. */
export type SessionState = StoredState | { readonly kind: 'interrupted' };

export const decidedByShape = z.lazy(() =>
	z.union([
		z.strictObject({ rule: z.string() }),
		z.strictObject({ person: z.string() }),
		z.strictObject({ built: z.enum(['unattended', 'plan', 'limit', 'kernel', 'runtime']) }),
	]),
);

const sha256 = z.lazy(() => z.string().check(z.regex(/^[0-9a-f]{64}$/)));

const editShape: z.ZodMiniType<Edit> = z.lazy(() =>
	z.discriminatedUnion('kind', [
		z.strictObject({
			kind: z.literal('content'),
			// A name and no path: it stands in the session's own folder.
			content: z.string().check(z.regex(/^edit-[0-9a-f]{64}$/)),
			size: z.int(),
			wanted: z.string(),
			how: z.enum(['edited', 'hunks']),
		}),
		z.strictObject({ kind: z.literal('command'), argv: z.array(z.string()), program: z.string() }),
	]),
);

export const approvalShape: z.ZodMiniType<Approval> = z.lazy(() =>
	z.strictObject({
		approved: z.boolean(),
		by: decidedByShape,
		because: z.exactOptional(z.string()),
		status: z.exactOptional(z.int().check(z.minimum(0), z.maximum(255))),
		content: z.exactOptional(sha256),
		edit: z.exactOptional(editShape),
	}),
);

export const decisionsShape = z.lazy(() =>
	z.strictObject({
		/** `of`: each the hash of a change's bytes (`-`: none), and all else of it: see run/stored-decisions.ts. */
		changes: z.array(z.strictObject({ approval: approvalShape, of: z.array(z.string()) })),
	}),
);

/** The path of a change, and the file and the line of the script that asked for it. */
export const originsShape = z.lazy(() => z.array(z.tuple([z.string(), z.string(), z.int()])));

export type KeptOrigins = z.infer<typeof originsShape>;

export type DecidedChanges = readonly { readonly approval: Approval; readonly of: readonly string[] }[];

/** What was decided so far, so that a review can be left and gone on with. */
export type Decisions = {
	readonly changes: DecidedChanges;
};
