/** How tasks share the processors: sched(7). All of the guest's have the normal policy. */
import { SysError } from '../abi/errno.ts';
import type { Context, Handler } from './context.ts';

const SCHED_OTHER = 0;
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

function priorityAt(c: Context, index: number): number {
	if (c.long(index) === 0) throw new SysError('EINVAL');
	return c.link.read(c.long(index), 4).readInt32LE(0);
}

/** A task, or process 1: the first guest process has it for its parent. ESRCH, EINVAL. */
function taskOf(c: Context): void {
	const pid = c.int(0);
	if (pid < 0) throw new SysError('EINVAL');
	if (pid === 0 || pid === 1 || c.kernel.processes.has(pid)) return;
	for (const task of c.kernel.tasks.values()) if (task.tid === pid) return;
	throw new SysError('ESRCH');
}
