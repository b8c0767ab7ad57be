/** Processes and threads of the guest: who was born of whom, goes on as what, and how each ended. */
import { SysError } from '../abi/errno.ts';
import { fromKernel } from '../abi/signals.ts';
import { Arena } from './arena.ts';
import type { Descriptors } from './descriptors.ts';
import { FileLocks } from './locks.ts';
import { newProcess, newTask } from './new-process.ts';
import type { Replacement } from './replacing.ts';
import { sendSignal, tellParent } from './signaling.ts';
import { addUsage, type Process, type SharedMapping, type Task, type Usage, type WaitStatus } from './task.ts';
import { Terminals } from './terminals.ts';
import type { World } from './world.ts';

/** Living and dead ones: as many as Linux numbers by default would be a memory of hundreds of megabytes. */
const mostProcesses = 4096;

/** What the first process starts with. */
export type FirstProcess = {
	readonly descriptors: Descriptors;
	readonly cwd: string;
	readonly umask: number;
	readonly argv: readonly string[];
	/** Whose processes all of them are. */
	readonly uid: number;
};

export class ProcessTable {
	readonly world: World;
	readonly uid: number;
	readonly maxTasks: number;
	/** The script's own process. */
	readonly first: Process;
	/** Tasks by channel. */
	readonly tasks = new Map<number, Task>();
	/** Processes that have not been waited for, by pid. */
	readonly processes = new Map<number, Process>();
	/** Processes that are being forked, by ticket, until their pid is known here. */
	readonly #tickets = new Map<number, Process>();
	/** Living processes by the number that the machine's kernel has for them. */
	readonly #natives = new Map<number, Process>();
	/** Processes that are about to go on as fresh ones, by ticket; and what old ones leave behind until they have ended. */
	readonly #replacements = new Map<number, Replacement>();
	readonly #replaced = new Map<number, { readonly process: Process; readonly channels: readonly number[] }>();
	#nextTicket = 1;
	/** Exits that the supervisor told of before the process's pid was known here. */
	readonly #earlyExits = new Map<number, { readonly status: WaitStatus; readonly usage: Usage }>();
	readonly locks: FileLocks;
	readonly arena = new Arena();
	readonly terminals: Terminals;
	#tasksUsed = 0;
	#sharedMappings = 0;
	#changed = false;

	constructor(world: World, maxTasks: number, { descriptors, cwd, umask, argv, uid }: FirstProcess) {
		this.world = world;
		this.uid = uid;
		this.maxTasks = maxTasks;
		this.locks = new FileLocks(this.changed);
		this.terminals = new Terminals({ changed: this.changed, signalGroup: this.signalGroup });
		this.first = this.#newProcess(undefined, descriptors, cwd, umask, argv);
	}

	/** The most tasks that there were at one time. */
	get tasksUsed(): number {
		return this.#tasksUsed;
	}

	/** Something happened that a waiting task may have waited for. */
	readonly changed = (): void => {
		this.#changed = true;
	};

	/** Whether something changed since the last time this was asked. */
	takeChanged(): boolean {
		const was = this.#changed;
		this.#changed = false;
		return was;
	}

	/** A new task on a channel. Throws EAGAIN past the limit of tasks. */
	attach(
		channel: number,
		pid: number,
		tid: number,
		how: { readonly kind: 'first' | 'thread' } | { readonly kind: 'fork'; readonly ticket: number },
	): Task {
		if (how.kind === 'first' && this.first.pid !== 0) throw new SysError('EEXIST', 'a second first process');
		if (how.kind === 'first') {
			this.first.pgid = pid;
			this.first.sid = pid;
			this.#settle(this.first, pid);
		} else if (how.kind === 'fork') {
			this.#replace(how.ticket, pid);
			this.forked(how.ticket, pid);
		}
		const process = this.#natives.get(pid);
		if (process === undefined) throw new SysError('ESRCH', 'a process that nobody forked');
		const numbers = { tid: tid === pid ? process.pid : tid, nativeTid: tid, native: pid };
		const task = newTask(channel, process, numbers);
		this.tasks.set(channel, task);
		process.tasks.add(task);
		// What is left of a process that was replaced counts no more.
		const size = this.tasks.size - this.#leaving;
		this.#tasksUsed = Math.max(this.#tasksUsed, size);
		if (size > this.maxTasks) {
			this.world.limit('tasks');
			throw new SysError('EAGAIN');
		}
		return task;
	}

	detach(channel: number): void {
		const task = this.tasks.get(channel);
		if (task === undefined) return;
		this.tasks.delete(channel);
		task.process.tasks.delete(task);
	}

	/** fork(2), before it happens: a ticket that the child and its parent show. EAGAIN when there is no task left. */
	fork(parent: Process): number {
		// A process that says it was forked and never attaches is one all the same; the dead that nobody waited for are held too.
		if (this.processes.size >= mostProcesses) throw new SysError('EAGAIN');
		if (Math.max(this.tasks.size - this.#leaving, this.#natives.size) + this.#tickets.size >= this.maxTasks) {
			this.world.limit('tasks');
			throw new SysError('EAGAIN');
		}
		const child = this.#newProcess(parent, parent.descriptors.copy(), parent.cwd, parent.umask, parent.argv);
		// The memory of shared mappings is the same in both.
		for (const mapping of parent.mappings.values()) this.mapped(child, mapping);
		child.pgid = parent.pgid;
		child.sid = parent.sid;
		parent.children.add(child);
		const ticket = this.#nextTicket++;
		this.#tickets.set(ticket, child);
		return ticket;
	}

	/** Tasks of processes that go on as fresh ones, and have not ended yet. */
	get #leaving(): number {
		let count = 0;
		for (const { channels } of this.#replaced.values()) for (const one of channels) if (this.tasks.has(one)) count++;
		return count;
	}

	/** execve(2) of the interpreter: a fresh process is ordered, which takes this one's place when it has attached. */
	replace(caller: Task, argv: readonly string[], image: Buffer): Replacement {
		const replacement: Replacement = { caller, argv, image, made: undefined, attached: false };
		const ticket = this.#nextTicket++;
		this.#replacements.set(ticket, replacement);
		this.world.makeProcess(ticket, caller.native);
		return replacement;
	}

	/** The supervisor's word: a fresh process's number, or an errno below 0. */
	made(ticket: number, pid: number): void {
		const replacement = this.#replacements.get(ticket);
		if (replacement === undefined) return;
		replacement.made = pid;
		if (pid <= 0 || replacement.attached) this.#replacements.delete(ticket);
		if (pid > 0 && this.#earlyExits.has(pid)) replacement.made = -1;
		this.changed();
	}

	/** The fresh process is there: it is the process from now on. */
	#replace(ticket: number, pid: number): void {
		const replacement = this.#replacements.get(ticket);
		if (replacement === undefined || replacement.attached) return;
		const { caller } = replacement;
		const { process } = caller;
		if (process.ended !== undefined) throw new SysError('ESRCH');
		replacement.attached = true;
		if (replacement.made !== undefined) this.#replacements.delete(ticket);
		this.#replaced.set(process.native, { process, channels: [...process.tasks].map(({ channel }) => channel) });
		// The other threads are as good as dead.
		for (const task of process.tasks) if (task !== caller) this.tasks.delete(task.channel);
		this.#natives.delete(process.native);
		this.#natives.set(pid, process);
		process.native = pid;
		process.tasks.clear();
		process.argv = replacement.argv;
		process.image = replacement.image;
		process.refused = undefined;
		const ignored = replacement.image.readBigUInt64LE(8);
		for (const signal of process.handlesStop)
			if ((ignored & (1n << BigInt(signal - 1))) === 0n) process.handlesStop.delete(signal);
		process.descriptors.closeOnExec();
		for (const mapping of process.mappings.values()) this.unmapped(process, mapping);
		this.changed();
	}

	/** What forked(2) tells the parent: the number by which the guest knows the child. */
	numberOf(native: number): number {
		return this.#natives.get(native)?.pid ?? native;
	}

	/** The fork happened: the parent or the child itself tells the pid, whoever is first. `pid` <= 0: it failed. */
	forked(ticket: number, pid: number): void {
		const child = this.#tickets.get(ticket);
		if (child === undefined) return;
		this.#tickets.delete(ticket);
		// A guest that gives its child the number of a living process would be told of that one's end in its name: how the run ended was lost.
		if (pid > 0 && !this.#natives.has(pid)) this.#settle(child, pid);
		else {
			child.parent?.children.delete(child);
			this.#close(child);
		}
		this.changed();
	}

	/** A process of the machine has ended; the machine's own word for how. The channels that it had. */
	reaped(native: number, status: WaitStatus, usage: Usage): readonly number[] {
		const replaced = this.#replaced.get(native);
		if (replaced !== undefined) {
			this.#replaced.delete(native);
			replaced.process.usageBefore = addUsage(replaced.process.usageBefore, usage);
			for (const channel of replaced.channels) this.tasks.delete(channel);
			return replaced.channels;
		}
		const process = this.#natives.get(native);
		if (process === undefined) {
			for (const [ticket, replacement] of this.#replacements) if (replacement.made === native) this.made(ticket, -1);
			if (this.#earlyExits.size < 1024) this.#earlyExits.set(native, { status, usage });
			return [];
		}
		this.#natives.delete(native);
		this.#earlyExits.delete(native);
		for (const [ticket, one] of this.#replacements)
			if (one.caller.process === process) this.#replacements.delete(ticket);
		process.ended = process.became ?? status;
		process.usage = addUsage(process.usageBefore, usage);
		this.#close(process);
		const channels = [...process.tasks].map(({ channel }) => channel);
		for (const channel of channels) this.tasks.delete(channel);
		process.tasks.clear();
		for (const child of process.children) if (child.ended !== undefined) this.processes.delete(child.pid);
		const parent = process.parent;
		if (parent === undefined || parent.ended !== undefined) this.processes.delete(process.pid);
		else tellParent(this, process);
		this.terminals.leaderEnded(process);
		this.changed();
		return channels;
	}

	/** exit_group(2): its files are closed at once, so that readers of its pipes see the end. */
	leaving(process: Process): void {
		this.#close(process);
		this.changed();
	}

	/** wait4(2) took it. */
	forget(process: Process): void {
		const { parent } = process;
		if (parent !== undefined) {
			parent.children.delete(process);
			const all = addUsage(process.usage, process.childrenUsage);
			parent.childrenUsage = addUsage(parent.childrenUsage, all);
		}
		this.processes.delete(process.pid);
	}

	/** A process mapped a file shared and writable; over what it had mapped at that address, if anything. */
	mapped(process: Process, mapping: SharedMapping): void {
		mapping.file.hold();
		const covered = process.mappings.get(mapping.address);
		if (covered !== undefined) this.unmapped(process, covered);
		process.mappings.set(mapping.address, mapping);
		if (mapping.region !== undefined) mapping.region.users += 1;
		this.#sharedMappings += 1;
	}

	unmapped(process: Process, mapping: SharedMapping): void {
		if (!process.mappings.delete(mapping.address)) return;
		this.#sharedMappings -= 1;
		if (mapping.region !== undefined) this.arena.leave(mapping.region);
		mapping.file.release();
	}

	/** Whether any file is mapped so that reading and writing it has to look there. */
	get hasSharedMappings(): boolean {
		return this.#sharedMappings > 0;
	}

	/** To each process of a group. */
	readonly signalGroup = (group: number, signal: number): void => {
		for (const process of this.processes.values()) {
			if (process.pgid === group) sendSignal(this, process, signal, fromKernel, undefined, true);
		}
	};

	/** Those that are alive, and those that are being forked. */
	protected present(): Process[] {
		return [...this.processes.values(), ...this.#tickets.values()];
	}

	#newProcess(...parts: Parameters<typeof newProcess>): Process {
		const process = newProcess(...parts);
		process.descriptors.onClose = (file) => this.locks.closed(process, file);
		return process;
	}

	#settle(process: Process, native: number): void {
		let pid = native;
		// The number of one that went on as a fresh process: the machine has given it to another since.
		while (this.processes.has(pid)) pid += 1;
		process.pid = pid;
		process.native = native;
		this.processes.set(pid, process);
		this.#natives.set(native, process);
		const early = this.#earlyExits.get(native);
		if (early !== undefined) this.reaped(native, early.status, early.usage);
	}

	#close(process: Process): void {
		process.descriptors.closeAll();
		for (const mapping of process.mappings.values()) this.unmapped(process, mapping);
	}
}
