/** The guest's processes and threads, as the kernel sees them. */
import { type SignalInfo, signals } from '../abi/signals.ts';
import type { Region } from './arena.ts';
import type { Descriptors } from './descriptors.ts';
import type { NodeFile } from './node-file.ts';
import type { Park } from './outcome.ts';
import type { PageHashes } from './page-hashes.ts';

/** How a process ended, in the form of wait4(2)'s status word. */
export type WaitStatus = number;

export const exitedWith = (status: number): WaitStatus => (status & 0xff) << 8;
export const killedBy = (signal: number): WaitStatus => signal & 0x7f;

/** wait4's status words of a child that was continued, and (with the signal above) of one that was stopped. */
const continuedStatus = 0xffff;
const stoppedStatus = 0x7f;
const dumpedCore = 0x80;

/** What a parent is told of a child: wait4's status word, and si_code (CLD_EXITED and its kin) and si_status of siginfo_t. */
export function newsOf(child: Process): { readonly word: WaitStatus; readonly code: number; readonly status: number } {
	const { ended: word } = child;
	if (word === undefined && child.news === 'continued')
		return { word: continuedStatus, code: 6, status: signals.SIGCONT };
	if (word === undefined) {
		const signal = child.stopped ?? signals.SIGSTOP;
		return { word: (signal << 8) | stoppedStatus, code: 5, status: signal };
	}
	const signal = word & 0x7f;
	if (signal === 0) return { word, code: 1, status: (word >> 8) & 0xff };
	return { word, code: (word & dumpedCore) === 0 ? 2 : 3, status: signal };
}

/** Processor time in microseconds, and the most memory in use at one time in KiB: what struct rusage tells. getrusage(2). */
export type Usage = { readonly user: number; readonly system: number; readonly maxRss: number };

export const noUsage: Usage = { user: 0, system: 0, maxRss: 0 };

export function addUsage(one: Usage, other: Usage): Usage {
	return {
		user: one.user + other.user,
		system: one.system + other.system,
		maxRss: Math.max(one.maxRss, other.maxRss),
	};
}

export type Process = {
	/** What the guest calls it; 0 until the process has said its number. */
	pid: number;
	/** Its number in the guest's pid namespace: another one after an execve that went on as a fresh process. */
	native: number;
	readonly parent: Process | undefined;
	readonly children: Set<Process>;
	readonly tasks: Set<Task>;
	readonly descriptors: Descriptors;
	cwd: string;
	umask: number;
	/** What setgroups set; undefined: those of the user. */
	groups: readonly number[] | undefined;
	pgid: number;
	sid: number;
	/** What execve was given, for /proc/PID/cmdline. */
	argv: readonly string[];
	/** What the fresh process that it goes on as is to run, until that has asked for it. */
	image: Buffer | undefined;
	/** Set once it ended; kept until its parent waits for it. */
	ended: WaitStatus | undefined;
	/** What it used, told when it ended, and what its children did that it waited for. */
	usage: Usage;
	childrenUsage: Usage;
	/** What was used before an execve went on as a fresh process. */
	usageBefore: Usage;
	/** The signal that stopped it, and those that wait until it goes on. */
	stopped: number | undefined;
	readonly heldSignals: { readonly signal: number; readonly info: SignalInfo }[];
	/** What a parent that waits for stopped and continued children has not heard of yet. */
	news: 'stopped' | 'continued' | undefined;
	/** SIGTSTP, SIGTTIN, SIGTTOU that it handles or ignores, so that they do not stop it. */
	readonly handlesStop: Set<number>;
	/** nice(2) */
	nice: number;
	/** Processors that it wants to run on, as bits; undefined: all. */
	affinity: bigint | undefined;
	/** Status of the command that this process became by execve. */
	became: WaitStatus | undefined;
	/** The execve that was refused last: a search along PATH tries one program under several names. */
	refused: string | undefined;
	/** Set while a command runs in its place: sends the command a signal. */
	signalCommand: ((signal: number, group: boolean) => void) | undefined;
	/** Shared file mappings that may have to be written back, by start address. */
	readonly mappings: Map<number, SharedMapping>;
};

/** A part of a file in the guest's memory; what changed there is written back. */
export type MappedFile = {
	readonly address: number;
	/** Bytes, as the guest said; pages are whole. */
	readonly length: number;
	/** Where in the file it begins. */
	readonly offset: number;
	readonly file: NodeFile;
	/** A hash of each page as it was last alike in the file and in memory. */
	readonly pages: PageHashes;
};

/** A file mapped shared and writable: a view of its place in the arena, or memory that forked children share. */
export type SharedMapping = MappedFile & { readonly region: Region | undefined };

export type Task = {
	readonly channel: number;
	/** What the guest calls it, and what the kernel of the machine does. */
	readonly tid: number;
	readonly nativeTid: number;
	/** The number of the process that makes its calls, in the guest's pid namespace. */
	readonly native: number;
	readonly process: Process;
	/** The call that waits for its result. */
	parked: { readonly seq: number; readonly park: Park } | undefined;
	/** Of the last call that came. */
	seq: number;
	/** A signal came during this call, before the call itself arrived here. */
	interruptedSeq: number | undefined;
	/** Signals that its call brought about (SIGPIPE) and that are not on their way yet: the call returns after them. */
	raised: number;
};
