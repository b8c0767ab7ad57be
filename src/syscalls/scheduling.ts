/** How tasks share the processors: sched(7). All of the guest's have the normal policy. */
import { SysError } from '../abi/errno.ts';
import type { Process } from '../kernel/task.ts';
import type { Context, Handler } from './context.ts';

const SCHED_OTHER = 0;
/** Bytes of the longest set of processors that Linux can be built for. */
const longestSet = 1024;
/** SCHED_OTHER, FIFO, RR, BATCH, IDLE, DEADLINE. */
const policies = new Set([0, 1, 2, 3, 5, 6]);

/** Implements sched_getscheduler(2). */
export const schedGetscheduler: Handler = (c) => {
	taskOf(c);
	return SCHED_OTHER;
};

/** Implements sched_getparam(2): priority 0. */
export const schedGetparam: Handler = (c) => {
	taskOf(c);
	c.link.write(c.long(1), Buffer.alloc(4));
	return 0;
};

/** Implements sched_setscheduler(2) for SCHED_OTHER; any other policy is EPERM. */
export const schedSetscheduler: Handler = (c) => {
	const [policy, priority] = [c.int(1), priorityAt(c, 2)];
	taskOf(c);
	if (!policies.has(policy)) throw new SysError('EINVAL');
	if (policy !== SCHED_OTHER) throw new SysError('EPERM');
	if (priority !== 0) throw new SysError('EINVAL');
	return 0;
};

/** Implements sched_setparam(2): the one priority of SCHED_OTHER. */
export const schedSetparam: Handler = (c) => {
	const priority = priorityAt(c, 1);
	taskOf(c);
	if (priority !== 0) throw new SysError('EINVAL');
	return 0;
};

/** Implements sched_rr_get_interval(2): a tick of 4 ms. */
export const schedRrGetInterval: Handler = (c) => {
	taskOf(c);
	const interval = Buffer.alloc(16);
	interval.writeBigInt64LE(4_000_000n, 8);
	c.link.write(c.long(1), interval);
	return 0;
};

/** Implements sched_getaffinity(2): the result is the bytes that were written. */
export const schedGetaffinity: Handler = (c) => {
	const { processors } = c.kernel.identity;
	const process = ownerOf(c);
	const bytes = Buffer.alloc(Math.ceil(processors / 64) * 8);
	if (c.long(1) < bytes.length || c.long(1) % 8 !== 0) throw new SysError('EINVAL');
	const set = process?.affinity ?? all(processors);
	for (let at = 0; at < bytes.length; at += 8) bytes.writeBigUInt64LE((set >> BigInt(at * 8)) & all(64), at);
	c.link.write(c.long(2), bytes);
	return bytes.length;
};

/** Implements sched_setaffinity(2) for the caller: the launcher does the same on the machine. Of another it is EPERM. */
export const schedSetaffinity: Handler = (c) => {
	const length = Math.min(c.int(1) >>> 0, longestSet);
	const bytes = c.link.read(c.long(2), length);
	const process = ownerOf(c);
	if (c.int(0) !== 0 && c.int(0) !== c.task.tid) throw new SysError('EPERM');
	let set = 0n;
	bytes.forEach((byte, at) => {
		set |= BigInt(byte) << BigInt(at * 8);
	});
	set &= all(c.kernel.identity.processors);
	if (process === undefined || set === 0n) throw new SysError('EINVAL');
	process.affinity = set;
	return 0;
};

/** Of affinities a number below 0 is nobody's, and not wrong. */
function ownerOf(c: Context): Process | undefined {
	if (c.int(0) < 0) throw new SysError('ESRCH');
	return taskOf(c);
}

function all(count: number): bigint {
	return (1n << BigInt(count)) - 1n;
}

function priorityAt(c: Context, index: number): number {
	if (c.long(index) === 0) throw new SysError('EINVAL');
	return c.link.read(c.long(index), 4).readInt32LE(0);
}

/** A task, or process 1: the first guest process has it for its parent. ESRCH, EINVAL. */
function taskOf(c: Context): Process | undefined {
	const pid = c.int(0);
	if (pid < 0) throw new SysError('EINVAL');
	if (pid === 0) return c.process;
	if (pid === 1) return undefined;
	const process = c.kernel.processes.get(pid);
	if (process !== undefined) return process;
	for (const task of c.kernel.tasks.values()) if (task.tid === pid) return task.process;
	throw new SysError('ESRCH');
}
