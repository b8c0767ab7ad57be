/** Moving bytes between open files and the guest's memory: what read, write and their kin share. */
import { SysError } from '../abi/errno.ts';
import { signals } from '../abi/signals.ts';
import { readInt64 } from '../abi/structs.ts';
import { NodeFile } from '../kernel/node-file.ts';
import type { OpenFile } from '../kernel/open-file.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { type Clock, waitFor, waitTimed } from '../kernel/outcome.ts';
import { raiseSigpipe } from '../kernel/signaling.ts';
import { maxTransfer, pieceBytes } from '../wire/guest-link.ts';
import type { Context } from './context.ts';
import { inBackground } from './job-control.ts';
import { afterWriting, beforeReading } from './shared-memory.ts';

/** One stretch of the guest's memory: struct iovec. */
export type Stretch = { readonly address: number; readonly length: number };

const IOV_MAX = 1024;

/** Reused for every transfer: the kernel handles one call at a time. */
const buffers = new WeakMap<object, Buffer>();

/** The array of struct iovec at an address. EINVAL for a count or length out of range. readv(2). */
export function stretches(context: Context, address: number, count: number): Stretch[] {
	if (count < 0 || count > IOV_MAX) throw new SysError('EINVAL');
	const bytes = context.link.read(address, count * 16);
	const list: Stretch[] = [];
	// All together are cut to what Linux moves at most: with no bound /dev/zero would be read for ever.
	let room = maxTransfer;
	for (let i = 0; i < count; i++) {
		const length = readInt64(bytes, i * 16 + 8);
		if (length < 0) throw new SysError('EINVAL');
		list.push({ address: readInt64(bytes, i * 16), length: Math.min(length, room) });
		room -= Math.min(length, room);
	}
	return list;
}

/** A length argument as Linux takes it: negative is EINVAL, and it moves at most 2 GiB. */
export function transferLength(length: number): number {
	if (length < 0) throw new SysError('EINVAL');
	return Math.min(length, maxTransfer);
}

/** Reads into the guest's memory. `position` undefined: at the file's offset, and waits where the file does. */
export function readInto(context: Context, file: OpenFile, targets: readonly Stretch[], position?: number): Outcome {
	if (!file.readable) throw new SysError('EBADF');
	const total = targets.reduce((sum, target) => sum + target.length, 0);
	if (total === 0) return 0;
	if (context.kernel.hasSharedMappings && file instanceof NodeFile) {
		beforeReading(context, file, position ?? file.offset, total);
	}
	const step = (): number | undefined => {
		let done = 0;
		for (const target of targets) {
			const got = fill(context, file, target, position === undefined ? undefined : position + done, done > 0);
			if (got === undefined) return done > 0 ? done : undefined;
			done += got;
			if (got < target.length) break;
		}
		return done;
	};
	const background = file.kind === 'terminal' ? inBackground(context, file, signals.SIGTTIN) : undefined;
	if (background !== undefined) return background;
	if (file.blocking) {
		const { patienceNs } = file;
		if (patienceNs !== undefined) return waitFor(step, { timeoutNs: patienceNs, onTimeout: () => 0 });
		return step() ?? waitTimed(step, clockOf(context, file), undefined, () => 0, true);
	}
	const got = step();
	if (got === undefined) throw new SysError('EAGAIN');
	return got;
}

function clockOf({ kernel }: Context, file: OpenFile): Clock {
	return { now: () => kernel.world.monotonic(), readyAt: () => file.readyAt };
}

/** Writes from the guest's memory; a blocking pipe takes it all before the call ends. write(2), pipe(7). */
export function writeFrom(
	context: Context,
	file: OpenFile,
	total: number,
	piece: (from: number, max: number) => Buffer,
	position?: number,
): Outcome {
	if (!file.writable) throw new SysError('EBADF');
	if (total === 0) return 0;
	const background = file.kind === 'terminal' ? inBackground(context, file, signals.SIGTTOU) : undefined;
	if (background !== undefined) return background;
	let done = 0;
	const step = (): number | undefined => {
		while (done < total) {
			const bytes = piece(done, Math.min(total - done, pieceBytes));
			let at = 0;
			while (at < bytes.length) {
				const rest = bytes.subarray(at);
				const put = attempt(context, file, rest, position === undefined ? undefined : position + done, done);
				if (put === undefined) return file.blocking || done === 0 ? undefined : done;
				if (put < 0) return done;
				at += put;
				done += put;
			}
		}
		return done;
	};
	// A write that a signal ends after some of it has gone out tells how much. write(2).
	if (file.blocking) return waitFor(step, { onInterrupt: () => (done > 0 ? done : undefined) });
	const put = step();
	if (put === undefined) throw new SysError('EAGAIN');
	return put;
}

/** One write; -1 where it failed after something was already written, which is then the result. */
function attempt(
	context: Context,
	file: OpenFile,
	bytes: Buffer,
	position: number | undefined,
	done: number,
): number | undefined {
	try {
		const put = position === undefined ? file.write(bytes) : file.writeAt(bytes, position);
		if (context.kernel.hasSharedMappings && put !== undefined && file instanceof NodeFile) {
			const end = file.appending ? file.stat().size : position === undefined ? file.offset : position + put;
			afterWriting(context, file, end - put, bytes.subarray(0, put));
		}
		return put;
	} catch (error) {
		if (!(error instanceof SysError)) throw error;
		if (error.code === 'EPIPE') raiseSigpipe(context.kernel, context.task);
		if (done > 0) return -1;
		throw error;
	}
}

/** Fills one stretch, in pieces; short at the end of the file. undefined: nothing there yet. */
function fill(
	context: Context,
	file: OpenFile,
	target: Stretch,
	position: number | undefined,
	some: boolean,
): number | undefined {
	const buffer = scratch(context);
	let done = 0;
	while (done < target.length) {
		const piece = buffer.subarray(0, Math.min(target.length - done, pieceBytes));
		// Once something was read, only what can be had without waiting.
		if ((done > 0 || some) && file.kind !== 'node') return done;
		const got = position === undefined ? file.read(piece) : file.readAt(piece, position + done);
		if (got === undefined) return done > 0 ? done : undefined;
		context.link.write(target.address + done, piece.subarray(0, got));
		done += got;
		if (got < piece.length) break;
	}
	return done;
}

function scratch(context: Context): Buffer {
	let buffer = buffers.get(context.kernel);
	if (buffer === undefined) {
		buffer = Buffer.allocUnsafeSlow(pieceBytes);
		buffers.set(context.kernel, buffer);
	}
	return buffer;
}
