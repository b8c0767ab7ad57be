/** Tasks: attaching, fork(2), wait4(2), kill(2), leaving. */
import { SysError } from '../abi/errno.ts';
import { maxSignal, signals } from '../abi/signals.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { silent, waitFor } from '../kernel/outcome.ts';
import { sendSignal, stopSignals } from '../kernel/signaling.ts';
import { addUsage, type Process } from '../kernel/task.ts';
import type { Context, Handler } from './context.ts';
import { writeBackAll } from './shared-memory.ts';
import { packUsage } from './usage.ts';

const { SIGCONT, SIGSTOP } = signals;
const WNOHANG = 1;
const WUNTRACED = 2;
const WCONTINUED = 8;
/** wait4's status words of a child that was continued, and (with the signal above) of one that was stopped. */
const continuedStatus = 0xffff;
const stoppedStatus = 0x7f;
const WEXITED = 4;
const WNOWAIT = 0x1000000;
/** __WALL, __WCLONE, __WNOTHREAD: there are no children of another kind. */
const waitAny = 0xe0000000 | 0;
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

/** The launcher tells what the process does with a signal that would stop it: 0 is the usual. */
export const disposition: Handler = (c) => {
	const signal = c.int(0);
	if (c.int(1) === 0) c.process.handlesStop.delete(signal);
	else if (stopSignals.includes(signal)) c.process.handlesStop.add(signal);
	return 0;
};

/** A thread ends. */
export const detach: Handler = (c) => {
	c.kernel.detach(c.task.channel);
	return silent;
};

/** Implements exit_group(2): what the process mapped shared is written back, its files are closed. */
export const exitGroup: Handler = (c) => {
	writeBackAll(c);
	c.kernel.leaving(c.process);
	return 0;
};

/** Implements wait4(2). */
export const wait4: Handler = (c) => {
	const pid = c.int(0);
	const group = pid === 0 ? c.process.pgid : -pid;
	const matches = (child: Process): boolean => pid === -1 || (pid > 0 ? child.pid === pid : child.pgid === group);
	const options = c.int(2);
	if ((options & ~(WNOHANG | WUNTRACED | WCONTINUED | waitAny)) !== 0) throw new SysError('EINVAL');
	return waitForChild(c, matches, options | WEXITED, (child) => {
		if (c.long(1) !== 0) c.link.write(c.long(1), int32(statusWord(child)));
		if (child.ended === undefined) {
			child.news = undefined;
			return child.pid;
		}
		if (c.long(3) !== 0) c.link.write(c.long(3), packUsage(addUsage(child.usage, child.childrenUsage)));
		c.kernel.forget(child);
		return child.pid;
	});
};

/** Implements waitid(2). */
export const waitid: Handler = (c) => {
	const [type, id, options] = [c.int(0), c.int(1), c.int(3)];
	if ((options & (WEXITED | WUNTRACED | WCONTINUED)) === 0) throw new SysError('EINVAL');
	const matches = (child: Process): boolean =>
		type === P_ALL ||
		(type === P_PID && child.pid === id) ||
		(type === P_PGID && child.pgid === (id || c.process.pgid));
	if (c.long(2) !== 0) c.link.write(c.long(2), Buffer.alloc(128));
	return waitForChild(c, matches, options, (child) => {
		if (c.long(2) !== 0) c.link.write(c.long(2), childInfo(c, child));
		if ((options & WNOWAIT) !== 0) return 0;
		if (child.ended === undefined) child.news = undefined;
		else c.kernel.forget(child);
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
	return signal === 0 ? 0 : sendAll(c, targets, signal, pid <= 0);
};

/** Implements tkill(2). */
export const tkill: Handler = (c) => sendToThread(c, c.int(0), checkSignal(c.int(1)));
/** Implements tgkill(2). */
export const tgkill: Handler = (c) => sendToThread(c, c.int(1), checkSignal(c.int(2)));

function sendAll(c: Context, targets: readonly Process[], signal: number, group: boolean): Outcome {
	let waiting = targets.length;
	for (const process of targets) {
		const sent = (): void => {
			waiting -= 1;
			c.kernel.changed();
		};
		sendSignal(c.kernel, process, signal, sent, group);
	}
	return onItsWay(() => waiting <= 0);
}

function sendToThread(c: Context, tid: number, signal: number): Outcome {
	const target = [...c.kernel.tasks.values()].find((task) => task.tid === tid || task.nativeTid === tid);
	if (target === undefined) throw new SysError('ESRCH');
	if (signal === 0) return 0;
	let sent = false;
	const { process } = target;
	// What stops or continues concerns the process; one that is stopped hears of no other.
	if (signal === SIGSTOP || signal === SIGCONT || stopSignals.includes(signal) || process.stopped !== undefined)
		return sendAll(c, [process], signal, false);
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
	options: number,
	take: (child: Process) => number,
): Outcome {
	const look = (): number | undefined => {
		const children = [...c.process.children].filter((child) => child.pid === 0 || matches(child));
		const told = children.find(
			({ ended, news }) =>
				(ended !== undefined && (options & WEXITED) !== 0) ||
				(ended === undefined && news === 'stopped' && (options & WUNTRACED) !== 0) ||
				(ended === undefined && news === 'continued' && (options & WCONTINUED) !== 0),
		);
		if (told !== undefined) return take(told);
		if (children.length === 0) throw new SysError('ECHILD');
		return undefined;
	};
	if ((options & WNOHANG) !== 0) return look() ?? 0;
	return waitFor(look);
}

function statusWord(child: Process): number {
	if (child.ended !== undefined) return child.ended;
	return child.news === 'continued' ? continuedStatus : ((child.stopped ?? SIGSTOP) << 8) | stoppedStatus;
}

/** siginfo_t of a SIGCHLD, 128 bytes. */
function childInfo(c: Context, child: Process): Buffer {
	const status = statusWord(child);
	const signal = status & 0x7f;
	const stopped = status === continuedStatus ? SIGCONT : signal === stoppedStatus ? (status >> 8) & 0xff : 0;
	const info = Buffer.alloc(128);
	info.writeInt32LE(17, 0);
	// CLD_CONTINUED, CLD_STOPPED, CLD_EXITED, CLD_KILLED
	info.writeInt32LE(stopped === SIGCONT ? 6 : stopped > 0 ? 5 : signal === 0 ? 1 : 2, 8);
	info.writeInt32LE(child.pid, 16);
	info.writeInt32LE(c.kernel.identity.uid, 20);
	info.writeInt32LE(stopped > 0 ? stopped : signal === 0 ? (status >> 8) & 0xff : signal, 24);
	return info;
}

function int32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeInt32LE(value);
	return bytes;
}
