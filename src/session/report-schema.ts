/** The shape of the report, as a JSON schema for the programs that act on it. */
import * as z from 'zod/mini';
import { noteCodes } from '../model/note.ts';
import type { Report, ReportEffect } from '../model/report.ts';
import { decidedByShape, exitShape } from './session-record.ts';

const count = z.int();
const text = z.string();

const effectShape: z.ZodMiniType<ReportEffect> = z.strictObject({
	id: count,
	kind: z.enum(['read', 'write', 'delete', 'run', 'connect', 'listen']),
	path: z.exactOptional(text),
	from: z.exactOptional(text),
	argv: z.exactOptional(z.array(text)),
	host: z.exactOptional(text),
	decision: z.enum(['allow', 'ask', 'deny']),
	by: decidedByShape,
	because: z.exactOptional(text),
	notes: z.exactOptional(z.array(z.strictObject({ code: z.enum(noteCodes), text }))),
	origin: z.exactOptional(z.strictObject({ file: text, line: count })),
	added: z.exactOptional(count),
	removed: z.exactOptional(count),
	approvedArgv: z.exactOptional(z.array(text)),
	edited: z.exactOptional(z.enum(['edited', 'hunks'])),
	connections: z.exactOptional(count),
	sent: z.exactOptional(count),
	received: z.exactOptional(count),
	requests: z.exactOptional(z.array(text)),
	secrets: z.exactOptional(z.array(text)),
	tls: z.exactOptional(z.array(text)),
	heard: z.exactOptional(z.array(text)),
	clients: z.exactOptional(
		z.array(z.strictObject({ address: text, connections: count, sent: count, received: count })),
	),
	status: z.exactOptional(count),
});

const limit = z.strictObject({ allowed: z.number(), used: z.number() });

export const reportShape: z.ZodMiniType<Report> = z.strictObject({
	session: text,
	script: text,
	policy: text,
	runtime: text,
	started: z.iso.datetime(),
	ended: z.iso.datetime(),
	exit: exitShape,
	effects: z.array(effectShape),
	unlisted: z.exactOptional(z.strictObject({ allowed: count, denied: count })),
	limits: z.strictObject({
		time: limit,
		cpu: limit,
		memory: limit,
		output: limit,
		tasks: limit,
		disk: limit,
		files: limit,
		sent: limit,
		received: limit,
	}),
	calls: count,
	applied: z.array(text),
});

/** Draft 2020-12, as in docs/report.schema.json. */
export function reportJsonSchema(): Readonly<Record<string, unknown>> {
	return { ...z.toJSONSchema(reportShape, { io: 'input' }), title: 'The report of a run of approve-run' };
}
