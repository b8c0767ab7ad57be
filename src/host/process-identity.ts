/** Tells whether a process that left its mark on disk is still the same one and alive. */
import { readFileSync, readlinkSync } from 'node:fs';

/** Names a process of this machine for good: a process id alone is used again. */
export type ProcessIdentity = {
	readonly pid: number;
	/** When it started: clock ticks since boot (proc_pid_stat(5), field 22) and the boot's id. Empty without /proc. */
	readonly started: string;
	/** The pid namespace: in another one its pid means nothing here. Empty without /proc. */
	readonly namespace: string;
};

export interface Processes {
	self(): ProcessIdentity;
	/** `unknown`: it belongs to another pid namespace (a container with the same home). */
	state(of: ProcessIdentity): 'alive' | 'dead' | 'unknown';
	/** Stands still for that many milliseconds. */
	sleep(milliseconds: number): void;
}

export function openProcesses(): Processes {
	return processes;
}

const processes: Processes = {
	self: () => ({ pid: process.pid, started: startOf(process.pid) ?? '', namespace: ownNamespace() }),
	state: (of) => {
		if (of.started === '') return answersSignal(of.pid) ? 'alive' : 'dead';
		if (!of.started.endsWith(bootId())) return 'dead';
		if (of.namespace !== ownNamespace()) return 'unknown';
		return startOf(of.pid) === of.started ? 'alive' : 'dead';
	},
	sleep: (milliseconds) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds),
};

/** `ticks-boot`, or undefined where there is no such process (a zombie is none) or no /proc. */
function startOf(pid: number): string | undefined {
	const stat = readText(`/proc/${pid}/stat`);
	// The name, in parentheses, may itself hold spaces and parentheses.
	const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
	const ticks = fields?.[19];
	if (ticks === undefined || fields?.[0] === 'Z' || fields?.[0] === 'X') return undefined;
	return `${ticks}-${bootId()}`;
}

function bootId(): string {
	return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

function ownNamespace(): string {
	try {
		return readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, '');
	} catch {
		return '';
	}
}

function readText(path: string): string | undefined {
	try {
		return readFileSync(path, 'latin1');
	} catch {
		return undefined;
	}
}

function answersSignal(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error instanceof Error && 'code' in error && error.code === 'EPERM';
	}
}
