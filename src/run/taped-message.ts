/** A message of the main thread as it was kept on a tape, and is given to the kernel again. */
import * as z from 'zod/mini';
import type { Change } from '../model/change.ts';
import type { Tape } from '../replay/tape-reader.ts';
import { approvalShape } from '../session/session-record.ts';
import type { ToWorker } from './messages.ts';

const id = z.int();
const stream = z.union([z.literal(1), z.literal(2)]);
const bytes = z.nullable(z.tuple([z.int(), z.int(), z.string()]));
const change = z.custom<Change>(
	(value) => typeof value === 'object' && value !== null && 'kind' in value && 'path' in value,
);
const found = z.discriminatedUnion('kind', [
	z.strictObject({ kind: z.literal('found'), addresses: z.array(z.string()) }),
	z.strictObject({ kind: z.literal('failed'), exists: z.exactOptional(z.literal(false)) }),
]);

const shape = z.discriminatedUnion('kind', [
	z.strictObject({ kind: z.literal('answer'), id, approval: approvalShape }),
	z.strictObject({ kind: z.literal('output-broken'), stream }),
	z.strictObject({ kind: z.literal('input'), bytes }),
	z.strictObject({ kind: z.literal('command-started'), id }),
	z.strictObject({ kind: z.literal('command-output'), id, stream, bytes }),
	z.strictObject({ kind: z.literal('command-input-taken'), id }),
	z.strictObject({ kind: z.literal('command-ended'), id, status: z.int(), signal: z.int() }),
	z.strictObject({ kind: z.literal('command-drained'), id }),
	z.strictObject({ kind: z.literal('command-closed'), id }),
	z.strictObject({ kind: z.literal('command-failed'), id, code: z.string() }),
	z.strictObject({ kind: z.literal('applied'), changes: z.array(change) }),
	z.strictObject({ kind: z.literal('network'), privateLoopback: z.optional(z.boolean()) }),
	z.strictObject({ kind: z.literal('looked-up'), id, found }),
]);

/** undefined where it is none that this version knows. Throws TapeError where its bytes are not there. */
export function tapedMessage(value: unknown, tape: Tape): ToWorker | undefined {
	const parsed = shape.safeParse(value);
	if (!parsed.success) return undefined;
	const message = parsed.data;
	switch (message.kind) {
		case 'input':
			return { ...message, bytes: message.bytes === null ? undefined : tape.blob(message.bytes) };
		case 'command-output':
			return { ...message, bytes: message.bytes === null ? new Uint8Array(0) : tape.blob(message.bytes) };
		case 'network':
			return { kind: 'network', privateLoopback: message.privateLoopback };
		default:
			return message;
	}
}
