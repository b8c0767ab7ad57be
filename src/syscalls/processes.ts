/** Tasks: attaching, fork(2), wait4(2), kill(2), leaving. */
import { SysError } from '../abi/errno.ts';
import { maxSignal } from '../abi/signals.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { silent, waitFor } from '../kernel/outcome.ts';
import { addUsage, type Process } from '../kernel/task.ts';
import type { Context, Handler } from './context.ts';
import { writeBack } from './shared-memory.ts';
import { packUsage } from './usage.ts';

const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x1000000;
const P_ALL = 0;
const P_PID = 1;
const P_PGID = 2;

/** The launcher asks before it forks. The result is the child's ticket: it comes back in `attach`. */
export const fork: Handler = (c) => c.kernel.fork(c.process);

/** The launcher has forked: the child's number, or an errno. The result is what the guest calls the child. */
export const forked: Handler = (c) => {
	c.kernel.forked(c.long(1), c.long(0));
	return c.kernel.numberOf(c.long(0));
};

/** A fresh process asks what it is to run: how long that is, and then for it. */
export const image: Handler = (c) => {
	const bytes = c.process.image;
	if (bytes === undefined) throw new SysError('EINVAL');
	if (c.long(0) === 0) return bytes.length;
	if (c.long(1) !== bytes.length) throw new SysError('EINVAL');
	c.link.write(c.long(0), bytes);
	c.process.image = undefined;
	return bytes.length;
};

/** A thread ends. */
export const detach: Handler = (c) => {
	c.kernel.detach(c.task.channel);
	return silent;
};

/** Implements exit_group(2): what the process mapped shared is written back, its files are closed. */
export const exitGroup: Handler = (c) => {
	for (const mapping of c.process.mappings.values()) writeBack(c, mapping.address, mapping.length);
	c.kernel.leaving(c.process);
	return 0;
};

/** Implements wait4(2). */
export const wait4: Handler = (c) => {
	const pid = c.int(0);
	const group = pid === 0 ? c.process.pgid : -pid;
	const matches = (child: Process): boolean => pid === -1 || (pid > 0 ? child.pid === pid : child.pgid === group);
	return waitForChild(c, matches, (c.int(2) & WNOHANG) !== 0, (child) => {
		if (c.long(1) !== 0) c.link.write(c.long(1), int32(child.ended ?? 0));
		if (c.long(3) !== 0) c.link.write(c.long(3), packUsage(addUsage(child.usage, child.childrenUsage)));
		c.kernel.forget(child);
		return child.pid;
	});
};

/** Implements waitid(2) for children that ended. */
export const waitid: Handler = (c) => {
	const [type, id, options] = [c.int(0), c.int(1), c.int(3)];
	if ((options & WEXITED) === 0) throw new SysError('EINVAL');
	const matches = (child: Process): boolean =>
		type === P_ALL ||
		(type === P_PID && child.pid === id) ||
		(type === P_PGID && child.pgid === (id || c.process.pgid));
	return waitForChild(c, matches, (options & WNOHANG) !== 0, (child) => {
		if (c.long(2) !== 0) c.link.write(c.long(2), childInfo(c, child));
		if ((options & WNOWAIT) === 0) c.kernel.forget(child);
		return 0;
	});
};

/** Implements kill(2) among the guest's own processes; every other pid is ESRCH. */
export const kill: Handler = (c) => {
	const [pid, signal] = [c.int(0), checkSignal(c.int(1))];
	const targets = [...c.kernel.processes.values()].filter((process) => {
		if (process.ended !== undefined) return false;
		if (pid > 0) return process.pid === pid;
		if (pid === -1) return process !== c.process;
		return process.pgid === (pid === 0 ? c.process.pgid : -pid);
	});
	if (targets.length === 0) {
		// One that has ended and was not waited for can still be named.
		if (pid > 0 && c.kernel.processes.has(pid)) return 0;
		throw new SysError('ESRCH');
	}
	return signal === 0 ? 0 : sendAll(c, targets, signal);
};

/** Implements tkill(2). */
export const tkill: Handler = (c) => sendToThread(c, c.int(0), checkSignal(c.int(1)));
/** Implements tgkill(2). */
export const tgkill: Handler = (c) => sendToThread(c, c.int(1), checkSignal(c.int(2)));

function sendAll(c: Context, targets: readonly Process[], signal: number): Outcome {
	let waiting = targets.length;
	for (const process of targets) {
		if (process.signalCommand !== undefined) {
			process.signalCommand(signal);
			waiting -= 1;
		} else {
			c.kernel.world.signal(process.native, 0, signal, () => {
				waiting -= 1;
				c.kernel.changed();
			});
		}
	}
	return onItsWay(() => waiting <= 0);
}

function sendToThread(c: Context, tid: number, signal: number): Outcome {
	const target = [...c.kernel.tasks.values()].find((task) => task.tid === tid || task.nativeTid === tid);
	if (target === undefined) throw new SysError('ESRCH');
	if (signal === 0) return 0;
	let sent = false;
	c.kernel.world.signal(target.native, target.nativeTid, signal, () => {
		sent = true;
		c.kernel.changed();
	});
	return onItsWay(() => sent);
}

/** The caller goes on when the signal was sent: one to itself is delivered before kill returns, which is never EINTR. */
function onItsWay(sent: () => boolean): Outcome {
	if (sent()) return 0;
	return { kind: 'park', retry: () => (sent() ? 0 : undefined), interruptible: false, restarts: false };
}

function checkSignal(signal: number): number {
	if (signal < 0 || signal > maxSignal) throw new SysError('EINVAL');
	return signal;
}

function waitForChild(
	c: Context,
	matches: (child: Process) => boolean,
	now: boolean,
	take: (child: Process) => number,
): Outcome {
	const look = (): number | undefined => {
		const children = [...c.process.children].filter((child) => child.pid === 0 || matches(child));
		const ended = children.find((child) => child.ended !== undefined);
		if (ended !== undefined) return take(ended);
		if (children.length === 0) throw new SysError('ECHILD');
		return undefined;
	};
	if (now) return look() ?? 0;
	return waitFor(look);
}

/** siginfo_t of a SIGCHLD, 128 bytes. */
function childInfo(c: Context, child: Process): Buffer {
	const status = child.ended ?? 0;
	const signal = status & 0x7f;
	const info = Buffer.alloc(128);
	info.writeInt32LE(17, 0);
	info.writeInt32LE(signal === 0 ? 1 : 2, 8); // CLD_EXITED, CLD_KILLED
	info.writeInt32LE(child.pid, 16);
	info.writeInt32LE(c.kernel.identity.uid, 20);
	info.writeInt32LE(signal === 0 ? (status >> 8) & 0xff : signal, 24);
	return info;
}

function int32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeInt32LE(value);
	return bytes;
}
