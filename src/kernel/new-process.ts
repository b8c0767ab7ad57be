/** A process and a task at their start. */
import type { Descriptors } from './descriptors.ts';
import { noUsage, type Process, type Task } from './task.ts';

export function newProcess(
	parent: Process | undefined,
	descriptors: Descriptors,
	cwd: string,
	umask: number,
	argv: readonly string[],
): Process {
	return {
		pid: 0,
		native: 0,
		image: undefined,
		usageBefore: noUsage,
		parent,
		children: new Set(),
		tasks: new Set(),
		descriptors,
		cwd,
		umask,
		groups: parent?.groups,
		pgid: 0,
		sid: 0,
		argv,
		ended: undefined,
		became: undefined,
		refused: undefined,
		usage: noUsage,
		childrenUsage: noUsage,
		stopped: undefined,
		heldSignals: [],
		news: undefined,
		handlesStop: new Set(parent?.handlesStop),
		nice: parent?.nice ?? 0,
		affinity: parent?.affinity,
		signalCommand: undefined,
		mappings: new Map(),
	};
}

/** A whole literal: each call looks at its task, and V8 may make a hash table of what is spread out. */
export function newTask(
	channel: number,
	process: Process,
	{ tid, nativeTid, native }: Pick<Task, 'tid' | 'nativeTid' | 'native'>,
): Task {
	return {
		channel,
		tid,
		nativeTid,
		native,
		process,
		parked: undefined,
		seq: 0,
		interruptedSeq: undefined,
		raised: 0,
	};
}
