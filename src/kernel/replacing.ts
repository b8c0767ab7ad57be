/** execve(2) of the guest's own interpreter: the process goes on as a fresh one, which is behind the filter from its start. */
import { encodeName } from '../abi/bytes.ts';
import { SysError } from '../abi/errno.ts';
import type { Task } from './task.ts';

/** Which signals are blocked and which ignored: bit 0 is signal 1, as in the kernel's sigset_t. */
export type SignalState = { readonly mask: bigint; readonly ignored: bigint };

/** A process that waits for the fresh one that it goes on as. */
export type Replacement = {
	/** Who called execve: it waits, and ends when the fresh process is there. */
	readonly caller: Task;
	readonly image: Buffer;
	readonly argv: readonly string[];
	/** The fresh process's number, once the supervisor has told it; an errno below 0. */
	made: number | undefined;
	/** The fresh process has its channel: it is the process now. */
	attached: boolean;
};

/** What a fresh process is handed: PROTOCOL.md, `image`. */
export function packImage(argv: readonly string[], env: readonly string[], { mask, ignored }: SignalState): Buffer {
	const head = Buffer.alloc(24);
	head.writeBigUInt64LE(mask, 0);
	head.writeBigUInt64LE(ignored, 8);
	head.writeUInt32LE(argv.length, 16);
	head.writeUInt32LE(env.length, 20);
	const end = Buffer.alloc(1);
	return Buffer.concat([head, ...[...argv, ...env].flatMap((word) => [encodeName(word), end])]);
}

/** Whether the old process can end now. EAGAIN: there is no fresh one. */
export function isReplaced({ made, attached }: Replacement): boolean {
	if (made !== undefined && made <= 0) throw new SysError('EAGAIN');
	return made !== undefined && attached;
}
