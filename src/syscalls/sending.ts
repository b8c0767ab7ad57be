/** Sending signals among the guest's own processes: kill(2), tgkill(2), rt_sigqueueinfo(2). */
import { SysError } from '../abi/errno.ts';
import { maxSignal, SI_TKILL, type SignalInfo, signals } from '../abi/signals.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { sendSignal, sentBy, stopSignals } from '../kernel/signaling.ts';
import type { Process } from '../kernel/task.ts';
import type { Context, Handler } from './context.ts';

const { SIGCONT, SIGSTOP } = signals;

/** Implements kill(2); every pid that is not the guest's is ESRCH. */
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
	return signal === 0 ? 0 : sendAll(c, targets, signal, sentBy(c.process, c.kernel), pid <= 0);
};

/** Implements tkill(2). */
export const tkill: Handler = (c) => sendToThread(c, undefined, c.int(0), checkSignal(c.int(1)));
/** Implements tgkill(2). */
export const tgkill: Handler = (c) => sendToThread(c, c.int(0), c.int(1), checkSignal(c.int(2)));

/** Implements rt_sigqueueinfo(2): what sigqueue(3) calls. */
export const rtSigqueueinfo: Handler = (c) => {
	const info = infoAt(c, c.long(2), c.int(0));
	return sendToProcess(c, c.kernel.processes.get(c.int(0)), checkSignal(c.int(1)), info);
};

/** Implements rt_tgsigqueueinfo(2): what pthread_sigqueue(3) calls. */
export const rtTgsigqueueinfo: Handler = (c) => {
	const info = infoAt(c, c.long(3), c.int(0));
	return sendToThread(c, c.int(0), c.int(1), checkSignal(c.int(2)), info);
};

/** To a process that may have ended, or never was there. */
export function sendToProcess(c: Context, process: Process | undefined, signal: number, info: SignalInfo): Outcome {
	if (process === undefined) throw new SysError('ESRCH');
	return signal === 0 || process.ended !== undefined ? 0 : sendAll(c, [process], signal, info, false);
}

/** siginfo_t as the caller wrote it. Only to itself may one speak as kill(2) does, or as the kernel. */
export function infoAt(c: Context, address: number, pid: number): SignalInfo {
	const bytes = c.link.read(address, 32);
	const code = bytes.readInt32LE(8);
	if ((code >= 0 || code === SI_TKILL) && pid !== c.process.pid) throw new SysError('EPERM');
	return { code, pid: bytes.readInt32LE(16), uid: bytes.readInt32LE(20), value: bytes.readBigInt64LE(24) };
}

export function checkSignal(signal: number): number {
	if (signal < 0 || signal > maxSignal) throw new SysError('EINVAL');
	return signal;
}

function sendAll(c: Context, targets: readonly Process[], signal: number, info: SignalInfo, group: boolean): Outcome {
	let waiting = targets.length;
	for (const process of targets) {
		const sent = (): void => {
			waiting -= 1;
			c.kernel.changed();
		};
		sendSignal(c.kernel, process, signal, info, sent, group);
	}
	return onItsWay(() => (waiting <= 0 ? 0 : undefined));
}

function sendToThread(
	c: Context,
	pid: number | undefined,
	tid: number,
	signal: number,
	info = sentBy(c.process, c.kernel, SI_TKILL),
): Outcome {
	if (tid <= 0 || (pid !== undefined && pid <= 0)) throw new SysError('EINVAL');
	const target = [...c.kernel.tasks.values()].find((task) => task.tid === tid || task.nativeTid === tid);
	// A thread that has made no call yet is known to the machine alone.
	const process = target?.process ?? (pid === undefined ? c.process : c.kernel.processes.get(pid));
	if (process === undefined || (pid !== undefined && process.pid !== pid)) throw new SysError('ESRCH');
	if (process.ended !== undefined || process.signalCommand !== undefined)
		return sendToProcess(c, process, signal, info);
	if (target !== undefined && signal === 0) return 0;
	// What stops or continues concerns the process; one that is stopped hears of no other.
	if (signal === SIGSTOP || signal === SIGCONT || stopSignals.includes(signal) || process.stopped !== undefined)
		return sendAll(c, [process], signal, info, false);
	let result: number | undefined;
	c.kernel.world.signal(process.native, target?.nativeTid ?? tid, signal, info, (errno) => {
		result = -errno;
		c.kernel.changed();
	});
	return onItsWay(() => result);
}

/** The caller goes on when the signal was sent: one to itself is delivered before kill returns, which is never EINTR. */
function onItsWay(sent: () => number | undefined): Outcome {
	return sent() ?? { kind: 'park', retry: sent, interruptible: false, restarts: false };
}
