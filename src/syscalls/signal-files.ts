/** Signals as files: signalfd(2). */
import { SysError } from '../abi/errno.ts';
import { O_CLOEXEC, O_NONBLOCK } from '../abi/open-flags.ts';
import { signals } from '../abi/signals.ts';
import { type PendingSignals, SignalFile } from '../kernel/signal-file.ts';
import type { CallLink } from '../wire/call.ts';
import type { Context, Handler } from './context.ts';

const never = (1n << BigInt(signals.SIGKILL - 1)) | (1n << BigInt(signals.SIGSTOP - 1));

/** Implements signalfd(2). */
export const signalfd: Handler = (c) => open(c, 0);
/** Implements signalfd4(2). */
export const signalfd4: Handler = (c) => open(c, c.int(3));

function open(c: Context, flags: number): number {
	const { link, kernel } = c;
	if (c.long(2) !== 8) throw new SysError('EINVAL');
	const mask = link.read(c.long(1), 8).readBigUInt64LE(0) & ~never;
	if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) !== 0) throw new SysError('EINVAL');
	if (c.int(0) !== -1) {
		const file = c.file(0);
		if (!(file instanceof SignalFile)) throw new SysError('EINVAL');
		file.mask = mask;
		kernel.changed();
		return c.int(0);
	}
	const now = (): bigint => kernel.world.monotonic();
	const file = new SignalFile(mask, pendingOf(link), now, kernel.anonymousStat(), flags & O_NONBLOCK);
	return c.process.descriptors.add(file, (flags & O_CLOEXEC) !== 0);
}

/** Of whoever makes the call that is being handled. */
function pendingOf({ pendingSignal }: CallLink): PendingSignals {
	if (pendingSignal === undefined) throw new SysError('ENOSYS');
	return {
		has: (mask) => pendingSignal(mask, false) !== undefined,
		take: (mask) => {
			const info = pendingSignal(mask, true);
			return info === undefined ? undefined : recordOf(info);
		},
	};
}

/** struct signalfd_siginfo of a siginfo_t. */
function recordOf(info: Buffer): Buffer {
	const record = Buffer.alloc(128);
	record.writeUInt32LE(info.readUInt32LE(0), 0);
	// Error number, code; pid and uid.
	info.copy(record, 4, 4, 12);
	info.copy(record, 12, 16, 24);
	const isChild = info.readInt32LE(0) === signals.SIGCHLD && info.readInt32LE(8) > 0;
	if (isChild) {
		info.copy(record, 40, 24, 28);
	} else {
		info.copy(record, 44, 24, 28);
		info.copy(record, 48, 24, 32);
	}
	return record;
}
