/** Who and where the guest is: ids, machine, limits, scheduling. credentials(7). */
import { SysError } from '../abi/errno.ts';
import { packUtsname, writeInt64 } from '../abi/structs.ts';
import type { Process } from '../kernel/task.ts';
import type { Context, Handler } from './context.ts';

const PR_GET_DUMPABLE = 3;
const PR_SET_NAME = 15;
const PR_GET_NAME = 16;
const GRND_ALL = 7;
/** __NEW_UTS_LEN */
const longestHostname = 64;

/** Implements getpid(2). */
export const getpid: Handler = (c) => c.process.pid;
/** Implements gettid(2). */
export const gettid: Handler = (c) => c.task.tid;
/** Implements getppid(2). A process whose parent is gone belongs to process 1. */
export const getppid: Handler = (c) => (c.process.parent?.ended === undefined ? (c.process.parent?.pid ?? 1) : 1);
/** Implements getuid(2), geteuid(2). */
export const getuid: Handler = (c) => c.kernel.identity.uid;
/** Implements getgid(2), getegid(2). */
export const getgid: Handler = (c) => c.kernel.identity.gid;

/** Implements getresuid(2). */
export const getresuid: Handler = (c) => giveThree(c, c.kernel.identity.uid);
/** Implements getresgid(2). */
export const getresgid: Handler = (c) => giveThree(c, c.kernel.identity.gid);

/** Implements setuid(2) and its kin: staying who one is succeeds, all else is EPERM. */
export const setuid: Handler = (c) => staySame(c, c.kernel.identity.uid);
export const setgid: Handler = (c) => staySame(c, c.kernel.identity.gid);

/** Implements getgroups(2). */
export const getgroups: Handler = (c) => {
	const groups = c.process.groups ?? c.kernel.identity.groups;
	const room = c.int(0);
	if (room === 0) return groups.length;
	if (room < groups.length) throw new SysError('EINVAL');
	const bytes = Buffer.alloc(groups.length * 4);
	groups.forEach((group, i) => void bytes.writeUInt32LE(group, i * 4));
	c.link.write(c.long(1), bytes);
	return groups.length;
};

/** Implements getpgid(2). */
export const getpgid: Handler = (c) => processOf(c, c.int(0)).pgid;
/** Implements getpgrp(2). */
export const getpgrp: Handler = (c) => c.process.pgid;
/** Implements getsid(2). */
export const getsid: Handler = (c) => processOf(c, c.int(0)).sid;

/** Implements setpgid(2) among the guest's own processes; the machine's process group stays as it is. */
export const setpgid: Handler = (c) => {
	const process = processOf(c, c.int(0));
	const group = c.int(1);
	if (group < 0) throw new SysError('EINVAL');
	if (process.sid === process.pid || process.sid !== c.process.sid) throw new SysError('EPERM');
	process.pgid = group === 0 ? process.pid : group;
	return 0;
};

/** Implements setsid(2). */
export const setsid: Handler = (c) => {
	if (c.process.pgid === c.process.pid) throw new SysError('EPERM');
	c.process.sid = c.process.pid;
	c.process.pgid = c.process.pid;
	return c.process.pid;
};

/** Implements uname(2). */
export const uname: Handler = (c) => {
	const { kernelRelease, kernelVersion, machine } = c.kernel.identity;
	c.link.write(c.long(0), packUtsname(['Linux', c.kernel.hostname, kernelRelease, kernelVersion, machine, '(none)']));
	return 0;
};

/** Implements sethostname(2): the guest is called so from then on, and nobody else learns of it. Not root: EPERM. */
export const sethostname: Handler = (c) => {
	const length = c.int(1);
	if (c.kernel.identity.uid !== 0) throw new SysError('EPERM');
	if (length < 0 || length > longestHostname) throw new SysError('EINVAL');
	c.kernel.hostname = c.link.read(c.long(0), length).toString('latin1').replace(/\0.*/s, '');
	return 0;
};

/** Implements sysinfo(2): uptime and memory. */
export const sysinfo: Handler = (c) => {
	const bytes = Buffer.alloc(112);
	writeInt64(bytes, Number(c.kernel.world.monotonic() / 1_000_000_000n), 0);
	writeInt64(bytes, c.kernel.identity.memory, 32);
	writeInt64(bytes, Math.floor(c.kernel.identity.memory / 2), 40);
	bytes.writeUInt16LE(c.kernel.processes.size, 80);
	bytes.writeUInt32LE(1, 104);
	c.link.write(c.long(0), bytes);
	return 0;
};

/** Implements getrandom(2). */
export const getrandom: Handler = (c) => {
	if ((c.int(2) & ~GRND_ALL) !== 0) throw new SysError('EINVAL');
	// At most so much is given at once; callers of getrandom(2) ask again for the rest.
	const length = Math.min(Math.max(c.long(1), 0), 65536);
	c.link.write(c.long(0), c.kernel.world.randomBytes(length));
	return length;
};

/** Implements prctl(2) for the thread's name and harmless questions; all else is EINVAL. */
export const prctl: Handler = (c) => {
	switch (c.int(0)) {
		case PR_SET_NAME:
		case PR_GET_DUMPABLE:
			return 0;
		case PR_GET_NAME:
			c.link.write(c.long(1), Buffer.from('pypy3\0'));
			return 0;
		default:
			throw new SysError('EINVAL');
	}
};

/** Implements setgroups(2): the process tells others from then on; its rights stay those of the user. Not root: EPERM. */
export const setgroups: Handler = (c) => {
	const count = c.int(0);
	if (c.kernel.identity.uid !== 0) throw new SysError('EPERM');
	if (count < 0 || count > 65_536) throw new SysError('EINVAL');
	const bytes = c.link.read(c.long(1), count * 4);
	c.process.groups = Array.from({ length: count }, (_, i) => bytes.readUInt32LE(i * 4)).sort((a, b) => a - b);
	return 0;
};

/** The process a pid names (0: the caller). ESRCH. */
export function processOf(c: Context, pid: number): Process {
	const process = pid === 0 ? c.process : c.kernel.processes.get(pid);
	if (process === undefined) throw new SysError('ESRCH');
	return process;
}

function giveThree(c: Context, id: number): number {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(id);
	for (let i = 0; i < 3; i++) c.link.write(c.long(i), bytes);
	return 0;
}

function staySame(c: Context, id: number): number {
	for (let i = 0; i < c.call.args.length; i++) if (c.int(i) !== -1 && c.int(i) !== id) throw new SysError('EPERM');
	return 0;
}
