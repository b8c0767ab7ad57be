/** Tasks: attaching, fork(2), wait4(2), leaving. */
import { SysError } from '../abi/errno.ts';
import { signals } from '../abi/signals.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { silent, waitFor } from '../kernel/outcome.ts';
import { stopSignals } from '../kernel/signaling.ts';
import { addUsage, newsOf, type Process } from '../kernel/task.ts';
import type { Context, Handler } from './context.ts';
import { processFile } from './process-files.ts';
import { writeBackAll } from './shared-memory.ts';
import { packUsage } from './usage.ts';

const WNOHANG = 1;
const WUNTRACED = 2;
const WCONTINUED = 8;
const WEXITED = 4;
const WNOWAIT = 0x1000000;
/** __WALL, __WCLONE, __WNOTHREAD: there are no children of another kind. */
const waitAny = 0xe0000000 | 0;
const P_ALL = 0;
const P_PID = 1;
const P_PGID = 2;
const P_PIDFD = 3;

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
		if (c.long(1) !== 0) c.link.write(c.long(1), int32(newsOf(child).word));
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
	const handle = type === P_PIDFD ? processFile(c, id) : undefined;
	const matches = (child: Process): boolean =>
		type === P_ALL ||
		child === handle?.process ||
		(type === P_PID && child.pid === id) ||
		(type === P_PGID && child.pgid === (id || c.process.pgid));
	if (c.long(2) !== 0) c.link.write(c.long(2), Buffer.alloc(128));
	const outcome = waitForChild(c, matches, options, (child) => {
		if (c.long(2) !== 0) c.link.write(c.long(2), childInfo(c, child));
		if ((options & WNOWAIT) !== 0) return 0;
		if (child.ended === undefined) child.news = undefined;
		else c.kernel.forget(child);
		return 0;
	});
	if (handle?.blocking === false && typeof outcome !== 'number') throw new SysError('EAGAIN');
	return outcome;
};

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

/** siginfo_t of a SIGCHLD, 128 bytes. */
function childInfo(c: Context, child: Process): Buffer {
	const { code, status } = newsOf(child);
	const info = Buffer.alloc(128);
	info.writeInt32LE(signals.SIGCHLD, 0);
	info.writeInt32LE(code, 8);
	info.writeInt32LE(child.pid, 16);
	info.writeInt32LE(c.kernel.identity.uid, 20);
	info.writeInt32LE(status, 24);
	return info;
}

function int32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeInt32LE(value);
	return bytes;
}
