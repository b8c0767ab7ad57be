/** Sending signals. Stopping is the kernel's own: a process of the machine that stood still in the middle of an answer would hold up all. */
import { signals } from '../abi/signals.ts';
import type { Process } from './task.ts';
import type { World } from './world.ts';

export type Signaling = { readonly world: World; readonly changed: () => void };

const { SIGCHLD, SIGCONT, SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU } = signals;

/** Those that stop a process that neither handles nor ignores them. */
export const stopSignals: readonly number[] = [SIGTSTP, SIGTTIN, SIGTTOU];

/** Sends a signal to a process; `done` is told once it is on its way. `group`: of a command, to all of its process group. */
export function sendSignal(
	kernel: Signaling,
	process: Process,
	signal: number,
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
		if (process.heldSignals.length < 64) process.heldSignals.push(signal);
		return done();
	}
	kernel.world.signal(process.native, 0, signal, done);
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
	for (const signal of process.heldSignals.splice(0)) sendSignal(kernel, process, signal);
	tellParent(kernel, process);
}

function tellParent(kernel: Signaling, { parent }: Process): void {
	if (parent !== undefined) sendSignal(kernel, parent, SIGCHLD);
	kernel.changed();
}
