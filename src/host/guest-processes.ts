/** The guest's processes as the machine knows them: what they use, and which machine pid a guest pid is. proc(5). */
import * as fs from 'node:fs';
import { errno } from '../abi/errno.ts';

export type ProcessUse = {
	/** Bytes of memory that belong to these processes alone. */
	readonly memory: number;
	/** Milliseconds of processor time, ended processes included. */
	readonly cpu: number;
	/** Threads of all of them, two or three of our own among them. */
	readonly threads: number;
};

/** USER_HZ, which Linux fixes at 100 for all that /proc tells. time(7). */
const ticksPerSecond = 100;

/** What the launcher's descendants use now. Past `closely` bytes, pages that forked processes share are counted once and not for each. */
export function measureGuest(launcherPid: number, closely: number): ProcessUse {
	const pids = descendants(launcherPid);
	let memory = 0;
	let tables = 0;
	let touched = 0;
	const shared: Shared = { sizes: new Map(), arena: undefined };
	let ticks = 0;
	let threads = 0;
	for (const pid of pids) {
		const status = readText(`/proc/${pid}/status`);
		memory += kilobytes(status, 'RssAnon') + kilobytes(status, 'VmSwap');
		// Looking at memory that nobody wrote to costs no page of it, but a page of these for each 2 MiB.
		tables += kilobytes(status, 'VmPTE');
		touched += kilobytes(status, 'RssShmem');
		findShared(pid, shared);
		threads += Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 0);
		ticks += ticksOf(pid);
	}
	if (memory > closely) memory = pids.reduce((sum, pid) => sum + anonymousShare(pid), 0);
	let kept = 0;
	for (const [inode, bytes] of shared.sizes) kept += Math.max(0, bytes - (inode === shared.arena ? arenaBytes : 0));
	memory += tables + Math.max(touched, kept);
	return { memory, cpu: (ticks * 1000) / ticksPerSecond, threads };
}

/** Milliseconds of processor time that the launcher's descendants have used by now. */
export function guestTime(launcherPid: number): number {
	return (descendants(launcherPid).reduce((sum, pid) => sum + ticksOf(pid), 0) * 1000) / ticksPerSecond;
}

/** utime stime cutime cstime: the supervisor has waited for the guest processes that ended. */
function ticksOf(pid: number): number {
	const fields = statFields(pid);
	return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
}

/** Bytes of private memory, each page divided by how many processes have it. It takes a walk through the page tables. */
function anonymousShare(pid: number): number {
	const rollup = readText(`/proc/${pid}/smaps_rollup`);
	return rollup.includes('\nPss_Anon:')
		? kilobytes(rollup, 'Pss_Anon') + kilobytes(rollup, 'SwapPss')
		: kilobytes(readText(`/proc/${pid}/status`), 'RssAnon');
}

/** Bytes by inode, and which inode is the launcher's arena. */
type Shared = { readonly sizes: Map<string, number>; arena: string | undefined };

/** SHARED_BASE and ARENA_BYTES of pypy/launcher/launcher.h. */
const arenaStart = '600000000000';
const arenaBytes = 128 * 1024 * 1024;

/**
 * Shared anonymous memory by inode. It belongs to nobody's resident set once its pages are taken out of the page tables
 * (MADV_DONTNEED, or a fork whose parent unmaps it), and stays in memory all the same. No other number of the kernel tells
 * whether there is any: a guest chooses which of them its mappings count for (mprotect).
 */
function findShared(pid: number, into: Shared): void {
	for (const line of readText(`/proc/${pid}/maps`).split('\n')) {
		const [, start, end, offset, inode] =
			/^([0-9a-f]+)-([0-9a-f]+) ..[-x]s ([0-9a-f]+) \S+ (\d+) +\/dev\/zero \(deleted\)$/.exec(line) ?? [];
		if (start === undefined || end === undefined || offset === undefined || inode === undefined) continue;
		// All guest processes have the arena, and what of it is used is in their resident sets. A guest may map something else there, in each process.
		if (start === arenaStart) into.arena ??= inode;
		const size = Number.parseInt(offset, 16) + Number.parseInt(end, 16) - Number.parseInt(start, 16);
		into.sizes.set(inode, Math.max(into.sizes.get(inode) ?? 0, size));
	}
}

/** The machine's pid of a guest process, or undefined when there is none (any more). */
export function machinePid(launcherPid: number, guestPid: number): number | undefined {
	// Process 1 of the guest's namespace is the supervisor, outside the filter: a guest that says it is 1 must not reach its memory.
	if (!(guestPid > 1)) return undefined;
	for (const pid of descendants(launcherPid)) {
		const status = readText(`/proc/${pid}/status`);
		// The supervisor and the maker are called otherwise, and no guest can choose its name.
		if (!status.startsWith('Name:\tguest\n')) continue;
		const line = /^NSpid:\t(.*)$/m.exec(status)?.[1];
		const numbers = line?.split('\t') ?? [String(pid)];
		if (Number(numbers.at(-1)) === guestPid && pid !== launcherPid) return pid;
	}
	return undefined;
}

/**
 * kill(2) of a translated interpreter: 0 or an errno. It alone is a process of the machine; a number that the kernel gave to a child
 * of it is made up, and on the machine somebody else's.
 */
export function signalInterpreter(interpreter: number, pid: number, signal: number): number {
	if (pid !== interpreter) return errno.ESRCH;
	try {
		process.kill(pid, signal);
		return 0;
	} catch (error) {
		const number = error instanceof Error && 'errno' in error && typeof error.errno === 'number' ? error.errno : 0;
		return -number || errno.ESRCH;
	}
}

/** A file of /proc as text; empty when it cannot be read. */
export function readText(path: string): string {
	try {
		return fs.readFileSync(path, 'latin1');
	} catch {
		return '';
	}
}

function descendants(pid: number): number[] {
	const found: number[] = [];
	const waiting = [pid];
	for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
		found.push(next);
		if (found.length > 10_000) break;
		waiting.push(...childrenOf(next));
	}
	return found;
}

function childrenOf(pid: number): number[] {
	let tasks: string[];
	try {
		tasks = fs.readdirSync(`/proc/${pid}/task`);
	} catch {
		return [];
	}
	return tasks.flatMap((task) =>
		readText(`/proc/${pid}/task/${task}/children`)
			.split(' ')
			.filter((word) => word !== '')
			.map(Number),
	);
}

/** Fields of /proc/PID/stat from `state` (3) on: what stands before may hold spaces and brackets. */
function statFields(pid: number): string[] {
	const text = readText(`/proc/${pid}/stat`);
	return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function kilobytes(status: string, name: string): number {
	return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
}
