/** Clocks and what a process used: a stock PyPy reads these natively, a translated one asks. */
import { SysError } from '../../abi/errno.ts';
import { packTimespec, writeInt64 } from '../../abi/structs.ts';
import { getrusage as getrusageOfChildren, packUsage } from '../usage.ts';
import type { LibcContext, LibcHandler } from './libc.ts';

const RUSAGE_SELF = 0;
const RUSAGE_THREAD = 1;
/** USER_HZ: /proc counts in hundredths of a second. */
const tickMicros = 10_000;
const million = 1_000_000n;

/** Implements gettimeofday(2). The time zone is nobody's any more. */
export const gettimeofday: LibcHandler = (c) => {
	const micros = c.kernel.world.realtime() / 1000n;
	const bytes = Buffer.alloc(16);
	bytes.writeBigInt64LE(micros / million, 0);
	bytes.writeBigInt64LE(micros % million, 8);
	if (c.long(0) !== 0) c.link.write(c.long(0), bytes);
	return 0;
};

/** Implements clock_gettime(2): real, monotonic (and its raw, coarse and boottime forms), processor time. */
export const clockGettime: LibcHandler = (c) => {
	c.link.write(c.long(1), packTimespec(now(c, c.int(0))));
	return 0;
};

/** Implements clock_getres(2). */
export const clockGetres: LibcHandler = (c) => {
	now(c, c.int(0));
	if (c.long(1) !== 0) c.link.write(c.long(1), packTimespec(1n));
	return 0;
};

/** Implements clock(3): processor time in microseconds. */
export const clock: LibcHandler = (c) => {
	const { user, system } = used(c);
	return user + system;
};

/** Implements getrusage(2). */
export const getrusage: LibcHandler = (c) => {
	if (c.int(0) !== RUSAGE_SELF && c.int(0) !== RUSAGE_THREAD) return getrusageOfChildren(c);
	c.link.write(c.long(1), packUsage(used(c)));
	return 0;
};

/** Implements times(2). */
export const times: LibcHandler = (c) => {
	const [own, children] = [used(c), c.process.childrenUsage];
	const bytes = Buffer.alloc(32);
	for (const [i, micros] of [own.user, own.system, children.user, children.system].entries())
		writeInt64(bytes, Math.floor(micros / tickMicros), i * 8);
	if (c.long(0) !== 0) c.link.write(c.long(0), bytes);
	return Number(c.kernel.world.monotonic() / BigInt(tickMicros * 1000));
};

function now(c: LibcContext, clockId: number): bigint {
	switch (clockId) {
		case 0: // CLOCK_REALTIME
		case 5: // CLOCK_REALTIME_COARSE
			return c.kernel.world.realtime();
		case 1: // CLOCK_MONOTONIC
		case 4: // CLOCK_MONOTONIC_RAW
		case 6: // CLOCK_MONOTONIC_COARSE
		case 7: // CLOCK_BOOTTIME
			return c.kernel.world.monotonic();
		case 2: // CLOCK_PROCESS_CPUTIME_ID
		case 3: {
			// CLOCK_THREAD_CPUTIME_ID: there is one thread
			const { user, system } = used(c);
			return BigInt(user + system) * 1000n;
		}
		default:
			throw new SysError('EINVAL');
	}
}

/** Of the interpreter's process, microseconds and KiB. */
export function used(c: LibcContext): { readonly user: number; readonly system: number; readonly maxRss: number } {
	const stat = c.kernel.world.hostProc(c.process.pid, 'stat') ?? '';
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	const peak = /^VmHWM:\s+(\d+)/m.exec(c.kernel.world.hostProc(c.process.pid, 'status') ?? '')?.[1];
	const micros = (field: number): number => Number(fields[field] ?? 0) * tickMicros;
	return { user: micros(11), system: micros(12), maxRss: Number(peak ?? 0) };
}
