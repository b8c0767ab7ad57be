/** The shape of the events in events.jsonl, for reading them here and, as a JSON schema, for other programs. */
import * as z from 'zod/mini';
import type { Effect } from '../model/effect.ts';
import type { RunEvent } from '../model/event.ts';
import { approvalShape, decidedByShape, limitName } from './session-record.ts';

// Made when they are first used: a run that reads no record starts sooner.
const at = z.lazy(() => z.int());
const paths = z.lazy(() => z.array(z.string()));
const sha256 = z.lazy(() => z.string().check(z.regex(/^[0-9a-f]{64}$/)));

const effectShape: z.ZodMiniType<Effect> = z.lazy(() =>
	z.discriminatedUnion('kind', [
		z.strictObject({ kind: z.literal('read'), path: z.string() }),
		z.strictObject({ kind: z.literal('write'), path: z.string() }),
		z.strictObject({ kind: z.literal('delete'), path: z.string() }),
		z.strictObject({
			kind: z.literal('run'),
			argv: z.array(z.string()),
			program: z.string(),
			cwd: z.string(),
			env: z.record(z.string(), z.string()),
			offline: z.exactOptional(z.boolean()),
		}),
		z.strictObject({
			kind: z.literal('connect'),
			host: z.string(),
			port: z.int(),
			address: z.exactOptional(z.string()),
		}),
		z.strictObject({ kind: z.literal('listen'), host: z.string(), port: z.int() }),
	]),
);

export const eventShape: z.ZodMiniType<RunEvent> = z.lazy(() =>
	z.discriminatedUnion('kind', [
		z.strictObject({
			kind: z.literal('started'),
			at,
			script: z.string(),
			policy: z.string(),
			runtime: z.string(),
			version: z.exactOptional(z.string()),
			mode: z.exactOptional(z.enum(['review', 'plan', 'unattended'])),
			hashes: z.exactOptional(z.strictObject({ script: sha256, policy: sha256, interpreter: sha256 })),
		}),
		z.strictObject({
			kind: z.literal('review-opened'),
			at,
			person: z.string(),
			uid: z.int(),
			terminal: z.exactOptional(z.string()),
		}),
		z.strictObject({ kind: z.literal('effect'), at, id: z.int(), effect: effectShape, approval: approvalShape }),
		z.strictObject({
			kind: z.literal('command-ended'),
			at,
			id: z.int(),
			status: z.int(),
			signal: z.exactOptional(z.string()),
		}),
		z.strictObject({ kind: z.literal('unsupported'), at, call: z.string() }),
		z.strictObject({ kind: z.literal('limit'), at, limit: limitName, allowed: z.number() }),
		z.strictObject({ kind: z.literal('taped'), at, sha256 }),
		z.strictObject({ kind: z.literal('failed'), at, error: z.string() }),
		z.strictObject({ kind: z.literal('ended'), at, status: z.int(), signal: z.exactOptional(z.int()) }),
		z.strictObject({ kind: z.literal('decided'), at, effect: effectShape, approval: approvalShape }),
		z.strictObject({
			kind: z.literal('resolved'),
			at,
			path: z.string(),
			how: z.enum(['machine', 'script', 'merged', 'edited']),
			by: decidedByShape,
			sha256: z.exactOptional(sha256),
		}),
		z.strictObject({ kind: z.literal('applied'), at, paths }),
		z.strictObject({ kind: z.literal('rolled-back'), at, paths }),
		z.strictObject({ kind: z.literal('discarded'), at }),
	]),
);

/** A line of events.jsonl: the SHA-256 of the line before it (of the first one: of `approve-run events 1 ID`), and the event. */
export const eventLineShape = z.lazy(() => z.strictObject({ hash: sha256, event: eventShape }));

/** Draft 2020-12, as in docs/events.schema.json. */
export function eventJsonSchema(): Readonly<Record<string, unknown>> {
	return {
		...z.toJSONSchema(eventLineShape, { io: 'input' }),
		title: 'A line of events.jsonl of an approve-run session',
	};
}
