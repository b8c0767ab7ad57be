/** How messages of tasks are told apart on a tape. */
import type { Call } from '../wire/call.ts';
import type { Frame } from '../wire/frame.ts';

const attach = 'attach(iii)i';

/**
 * The signature, and of a task's first message also as what it comes: a process by its ticket. Channels are no names: which one is free
 * again for the next process differs from run to run.
 */
export function tapedSignature({ signature, args }: Call): string {
	return signature === attach ? `${attach} ${Number(args[2])}` : signature;
}

/** The name of a call, for a sentence. */
export function nameOf(signature: string): string {
	return signature.slice(0, signature.indexOf('('));
}

/** Whether it is a task's first message. */
export function isFirst(signature: string): boolean {
	return signature.startsWith(attach);
}

/** The word that a process has ended, with what it used in the run: that differs each time, and the script can ask. */
export function withUsage(frame: Frame | undefined, usage: readonly number[]): Frame | undefined {
	if (frame === undefined) return undefined;
	const payload = Buffer.from(frame.payload);
	const first = 1 + (payload[0] ?? 0) + 16;
	for (const [index, value] of usage.entries())
		if (first + 8 * index + 8 <= payload.length) payload.writeBigInt64LE(BigInt(Math.trunc(value)), first + 8 * index);
	return { ...frame, payload };
}
