/** What processes have used and may use: getrusage(2) of children, times(2), wait4(2)'s struct, limits, nice values. */
import { SysError } from '../abi/errno.ts';
import { writeInt64 } from '../abi/structs.ts';
import type { Usage } from '../kernel/task.ts';
import type { Context, Handler } from './context.ts';
import { processOf } from './identity.ts';

const RUSAGE_CHILDREN = -1;
const RLIMIT_STACK = 3;
const RLIMIT_CORE = 4;
const RLIMIT_NPROC = 6;
const RLIMIT_NOFILE = 7;
const RLIMIT_COUNT = 16;
const RLIM_INFINITY = -1;
const PRIO_PROCESS = 0;
const million = 1_000_000;
/** USER_HZ: times(2) and /proc count in hundredths of a second. */
const ticks = 100;
/** Places in /proc/PID/stat after the name, which may hold spaces: utime is field 14. */
const utimeField = 11;

/** Implements getrusage(2) of children that were waited for. RUSAGE_SELF and RUSAGE_THREAD are answered natively. */
export const getrusage: Handler = (c) => {
	if (c.int(0) !== RUSAGE_CHILDREN) throw new SysError('EINVAL');
	c.link.write(c.long(1), packUsage(c.process.childrenUsage));
	return 0;
};

/** Implements times(2). */
export const times: Handler = (c) => {
	const stat = c.kernel.world.hostProc(c.process.native, 'stat') ?? '';
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	const { user, system } = c.process.childrenUsage;
	const bytes = Buffer.alloc(32);
	writeInt64(bytes, Number(fields[utimeField] ?? 0), 0);
	writeInt64(bytes, Number(fields[utimeField + 1] ?? 0), 8);
	writeInt64(bytes, Math.floor((user * ticks) / million), 16);
	writeInt64(bytes, Math.floor((system * ticks) / million), 24);
	if (c.long(0) !== 0) c.link.write(c.long(0), bytes);
	return Number(c.kernel.world.monotonic() / BigInt(1_000_000_000 / ticks));
};

/** struct rusage, 144 bytes: times, the most memory; what else it has room for is zero. */
export function packUsage(usage: Usage): Buffer {
	const bytes = Buffer.alloc(144);
	[usage.user, usage.system].forEach((micros, i) => {
		writeInt64(bytes, Math.floor(micros / million), i * 16);
		writeInt64(bytes, micros % million, i * 16 + 8);
	});
	writeInt64(bytes, usage.maxRss, 32);
	return bytes;
}

/** Implements getrlimit(2). */
export const getrlimit: Handler = (c) => {
	c.link.write(c.long(1), limitBytes(c, c.int(0)));
	return 0;
};

/** Implements prlimit64(2): a process may lower how many descriptors it has; setting what already is succeeds, else EPERM. */
export const prlimit64: Handler = (c) => {
	if (processOf(c, c.int(0)) !== c.process && c.long(2) !== 0) throw new SysError('EPERM');
	const now = limitBytes(c, c.int(1));
	if (c.long(2) !== 0) setLimit(c, c.int(1), c.link.read(c.long(2), 16), now);
	if (c.long(3) !== 0) c.link.write(c.long(3), now);
	return 0;
};

/** Implements setrlimit(2), as prlimit64. */
export const setrlimit: Handler = (c) => {
	setLimit(c, c.int(0), c.link.read(c.long(1), 16), limitBytes(c, c.int(0)));
	return 0;
};

/** Implements getpriority(2): 20 minus the nice value. */
export const getpriority: Handler = (c) => {
	if (c.int(0) !== PRIO_PROCESS) return 20;
	return 20 - processOf(c, c.int(1)).nice;
};

/** Implements setpriority(2): a nicer process is remembered to be so, and runs as before. */
export const setpriority: Handler = (c) => {
	const nice = Math.max(-20, Math.min(19, c.int(2)));
	const process = c.int(0) === PRIO_PROCESS ? processOf(c, c.int(1)) : c.process;
	if (nice < process.nice) throw new SysError('EACCES');
	process.nice = nice;
	return 0;
};

function setLimit(c: Context, resource: number, wanted: Buffer, now: Buffer): void {
	const [soft, hard] = [wanted.readBigUInt64LE(0), wanted.readBigUInt64LE(8)];
	if (soft > hard) throw new SysError('EINVAL');
	if (wanted.equals(now) || resource === RLIMIT_CORE) return;
	const { descriptors } = c.process;
	if (resource !== RLIMIT_NOFILE || hard > BigInt(descriptors.most)) throw new SysError('EPERM');
	descriptors.limit = Number(soft);
	descriptors.most = Number(hard);
}

function limitBytes(c: Context, resource: number): Buffer {
	if (resource < 0 || resource >= RLIMIT_COUNT) throw new SysError('EINVAL');
	const values: Partial<Record<number, number>> = {
		[RLIMIT_STACK]: 8 * 1024 * 1024,
		[RLIMIT_NPROC]: c.kernel.maxTasks,
		[RLIMIT_NOFILE]: c.process.descriptors.most,
		[RLIMIT_CORE]: 0,
	};
	const value = values[resource] ?? RLIM_INFINITY;
	const bytes = Buffer.alloc(16);
	writeInt64(bytes, resource === RLIMIT_NOFILE ? c.process.descriptors.limit : value, 0);
	writeInt64(bytes, value, 8);
	return bytes;
}
