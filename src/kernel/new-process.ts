/** A process at its start. */
import type { Descriptors } from './descriptors.ts';
import { noUsage, type Process } from './task.ts';

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
