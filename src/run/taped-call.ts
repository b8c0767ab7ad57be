/** How messages of tasks are told apart on a tape. */
import type { Call } from '../wire/call.ts';

const attach = 'attach(iii)i';

/**
 * The signature, and of a task's first message also as what it comes: a process by its ticket. Channels are no names: which one is free
 * again for the next process differs from run to run.
 */
export function tapedSignature({ signature, args }: Call): string {
	return signature === attach ? `${attach} ${Number(args[2])}` : signature;
}

/** Whether it is a task's first message. */
export function isFirst(signature: string): boolean {
	return signature.startsWith(attach);
}
