/** Sending signals. Stopping is the kernel's own: a process of the machine that stood still in the middle of an answer would hold up all. */
import { SI_USER, type SignalInfo, signals } from '../abi/signals.ts';
import { newsOf, type Process, type Task } from './task.ts';
import type { World } from './world.ts';

export type Signaling = { readonly world: World; readonly uid: number; readonly changed: () => void };

const { SIGCHLD, SIGCONT, SIGKILL, SIGPIPE, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU } = signals;

/** Those that stop a process that neither handles nor ignores them. */
export const stopSignals: readonly number[] = [SIGTSTP, SIGTTIN, SIGTTOU];

/** Sends a signal to a process; `done` is told once it is on its way. `group`: of a command, to all of its process group. */
export function sendSignal(
	kernel: Signaling,
	process: Process,
	signal: number,
	info: SignalInfo,
	done: () => void = () => {},
	group = false,
): void {
	if (process.ended !== undefined) return done();
	if (process.signalCommand !== undefined) {
		process.signalCommand(signal, group);
		return done();
	}
	if (signal === SIGSTOP || (stopSignals.includes(signal) && !process.handlesStop.has(signal))) {
		stop(kernel, process, signal);
		return done();
	}
	if (signal === SIGCONT) goOn(kernel, process);
	else if (process.stopped !== undefined && signal !== SIGKILL) {
		if (process.heldSignals.length < 64) process.heldSignals.push({ signal, info });
		return done();
	}
	kernel.world.signal(process.native, 0, signal, info, done);
}

/** SIGPIPE, to the thread whose write found no reader; it is delivered before the call returns. signal(7) */
export function raiseSigpipe(kernel: Signaling, task: Task): void {
	const info = sentBy(task.process, kernel);
	task.raised += 1;
	kernel.world.signal(task.native, task.nativeTid, SIGPIPE, info, () => {
		task.raised -= 1;
		kernel.changed();
	});
}

/** What kill(2) of a process says, and what goes with a signal that its own call brought about. */
export function sentBy({ pid }: Process, { uid }: Signaling, code = SI_USER): SignalInfo {
	return { code, pid, uid, value: 0n };
}

/** SIGCHLD: its child has ended, was stopped, or goes on. */
export function tellParent(kernel: Signaling, child: Process): void {
	const { code, status } = newsOf(child);
	const info = { code, pid: child.pid, uid: kernel.uid, value: BigInt(status) };
	if (child.parent !== undefined) sendSignal(kernel, child.parent, SIGCHLD, info);
	kernel.changed();
}

/** Its calls are not answered until SIGCONT; what it computes without a call goes on. signal(7), wait(2) */
function stop(kernel: Signaling, process: Process, signal: number): void {
	if (process.stopped !== undefined) return;
	process.stopped = signal;
	process.news = 'stopped';
	tellParent(kernel, process);
}

function goOn(kernel: Signaling, process: Process): void {
	if (process.stopped === undefined) return;
	process.stopped = undefined;
	process.news = 'continued';
	for (const { signal, info } of process.heldSignals.splice(0)) sendSignal(kernel, process, signal, info);
	tellParent(kernel, process);
}
