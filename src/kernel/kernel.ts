/** The guest's world: who runs, what is open, who waits for what. It knows no system call by name. */
import { SysError } from '../abi/errno.ts';
import type { FileSystem, Stat } from '../fs/api.ts';
import { Descriptors } from './descriptors.ts';
import { FileLocks } from './locks.ts';
import { newProcess } from './new-process.ts';
import { NodeFile } from './node-file.ts';
import type { OpenFile } from './open-file.ts';
import { createPipe } from './pipe.ts';
import { renamed } from './renamed.ts';
import { addUsage, type Process, type SharedMapping, type Task, type Usage, type WaitStatus } from './task.ts';
import type { UnixSocket } from './unix-socket.ts';
import type { World } from './world.ts';

export type Identity = {
	readonly uid: number;
	readonly gid: number;
	readonly groups: readonly number[];
	readonly hostname: string;
	readonly kernelRelease: string;
	readonly kernelVersion: string;
	readonly machine: string;
	readonly processors: number;
	/** Bytes of the machine. */
	readonly memory: number;
};

export type KernelOptions = {
	readonly fs: FileSystem;
	readonly world: World;
	readonly identity: Identity;
	readonly cwd: string;
	readonly umask: number;
	readonly argv: readonly string[];
	/** Threads and processes at one time. */
	readonly maxTasks: number;
	readonly maxDescriptors: number;
	readonly stdio: readonly [OpenFile, OpenFile, OpenFile];
};

/** Living and dead ones: as many as Linux numbers by default would be a memory of hundreds of megabytes. */
const mostProcesses = 4096;

export class Kernel {
	readonly fs: FileSystem;
	readonly world: World;
	readonly identity: Identity;
	readonly maxTasks: number;
	/** The script's own process. */
	readonly first: Process;
	/** Tasks by channel. */
	readonly tasks = new Map<number, Task>();
	/** Processes that have not been waited for, by pid. */
	readonly processes = new Map<number, Process>();
	/** Processes that are being forked, by ticket, until their pid is known here. */
	readonly #tickets = new Map<number, Process>();
	#nextTicket = 1;
	/** Exits that the supervisor told of before the process's pid was known here. */
	readonly #earlyExits = new Map<number, { readonly status: WaitStatus; readonly usage: Usage }>();
	readonly locks: FileLocks;
	/** Sockets that have a name: an abstract one, or the file that stands for it (`dev:ino`). */
	readonly socketNames = new Map<string, UnixSocket>();
	/** Files that stand for sockets, which outlive them: `dev:ino`. */
	readonly socketFiles = new Set<string>();
	/** Whose call is being handled: what /proc/self means. */
	currentPid = 0;
	currentTid = 0;
	#changed = false;
	#inodes = 4026532000n;
	#unsupported = new Set<string>();
	#tasksUsed = 0;
	#sharedMappings = 0;
	#memoryFiles = 0;

	constructor(options: KernelOptions) {
		this.fs = options.fs;
		this.world = options.world;
		this.identity = options.identity;
		this.maxTasks = options.maxTasks;
		this.locks = new FileLocks(this.changed);
		const descriptors = new Descriptors(options.maxDescriptors);
		for (const file of options.stdio) descriptors.add(file, false);
		this.first = this.#newProcess(undefined, descriptors, options.cwd, options.umask, options.argv);
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
		} else if (how.kind === 'fork') this.forked(how.ticket, pid);
		const process = this.processes.get(pid);
		if (process === undefined) throw new SysError('ESRCH', 'a process that nobody forked');
		const task: Task = { channel, tid, process, parked: undefined, seq: 0, interruptedSeq: undefined };
		this.tasks.set(channel, task);
		process.tasks.add(task);
		this.#tasksUsed = Math.max(this.#tasksUsed, this.tasks.size);
		if (this.tasks.size > this.maxTasks) {
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
		if (Math.max(this.tasks.size, this.#living()) + this.#tickets.size >= this.maxTasks) {
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

	#living(): number {
		let count = 0;
		for (const process of this.processes.values()) if (process.ended === undefined) count++;
		return count;
	}

	/** The fork happened: the parent or the child itself tells the pid, whoever is first. `pid` <= 0: it failed. */
	forked(ticket: number, pid: number): void {
		const child = this.#tickets.get(ticket);
		if (child === undefined) return;
		this.#tickets.delete(ticket);
		if (pid > 0) this.#settle(child, pid);
		else {
			child.parent?.children.delete(child);
			this.#close(child);
		}
		this.changed();
	}

	/** The process has ended; the machine's own word for how. */
	reaped(pid: number, status: WaitStatus, usage: Usage): Process | undefined {
		const process = this.processes.get(pid);
		if (process === undefined) {
			if (this.#earlyExits.size < 1024) this.#earlyExits.set(pid, { status, usage });
			return undefined;
		}
		this.#earlyExits.delete(pid);
		process.ended = process.became ?? status;
		process.usage = usage;
		this.#close(process);
		for (const task of process.tasks) this.tasks.delete(task.channel);
		process.tasks.clear();
		for (const child of process.children) if (child.ended !== undefined) this.processes.delete(child.pid);
		const parent = process.parent;
		if (parent === undefined || parent.ended !== undefined) this.processes.delete(pid);
		else this.world.signal(parent.pid, 0, 17 /* SIGCHLD */, () => {});
		this.changed();
		return process;
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

	/** A process mapped a file shared and writable. */
	mapped(process: Process, mapping: SharedMapping): void {
		mapping.file.hold();
		process.mappings.set(mapping.address, mapping);
		this.#sharedMappings += 1;
	}

	unmapped(process: Process, mapping: SharedMapping): void {
		if (!process.mappings.delete(mapping.address)) return;
		this.#sharedMappings -= 1;
		mapping.file.release();
	}

	/** Whether any file is mapped so that reading and writing it has to look there. */
	get hasSharedMappings(): boolean {
		return this.#sharedMappings > 0;
	}

	pipe(flags: number): { reader: OpenFile; writer: OpenFile } {
		return createPipe(this.anonymousStat(), flags, this.changed);
	}

	/** rename(2) happened: working directories and open files keep to what was moved. */
	moved(from: string, to: string, exchange: boolean): void {
		const now = (path: string): string =>
			renamed(path, from, to) ?? (exchange ? renamed(path, to, from) : undefined) ?? path;
		const files = new Set<NodeFile>();
		for (const process of [...this.processes.values(), ...this.#tickets.values()]) {
			process.cwd = now(process.cwd);
			for (const fd of process.descriptors.numbers()) {
				const file = process.descriptors.find(fd);
				if (file instanceof NodeFile) files.add(file);
			}
		}
		for (const file of files) file.path = now(file.path);
	}

	/** Another one each time, for the hidden name under which a file without one is made. */
	nextMemoryFile(): number {
		this.#memoryFiles += 1;
		return this.#memoryFiles;
	}

	/** A stat for what has no name: pipes, sockets, event descriptors. */
	anonymousStat(): Stat {
		this.#inodes += 1n;
		const now = this.world.realtime();
		const { uid, gid } = this.identity;
		return {
			dev: 14n,
			ino: this.#inodes,
			mode: 0o600,
			nlink: 1,
			uid,
			gid,
			rdev: 0n,
			size: 0,
			blksize: 4096,
			blocks: 0,
			atimeNs: now,
			mtimeNs: now,
			ctimeNs: now,
		};
	}

	/** An abstract name for a socket that wants any. unix(7), "Autobind feature". */
	freeSocketName(): string {
		for (let number = 0; number < 0xfffff; number++) {
			const name = `\0${number.toString(16).padStart(5, '0')}`;
			if (!this.socketNames.has(name)) return name;
		}
		throw new SysError('ENOSPC');
	}

	/** Leaves an event the first time a call is met that nobody implements. */
	unsupported(call: string): void {
		if (this.#unsupported.has(call) || this.#unsupported.size > 500) return;
		this.#unsupported.add(call);
		this.world.unsupported(call);
	}

	#newProcess(...parts: Parameters<typeof newProcess>): Process {
		const process = newProcess(...parts);
		process.descriptors.onClose = (file) => this.locks.closed(process, file);
		return process;
	}

	#settle(process: Process, pid: number): void {
		process.pid = pid;
		this.processes.set(pid, process);
		const early = this.#earlyExits.get(pid);
		if (early !== undefined) this.reaped(pid, early.status, early.usage);
	}

	#close(process: Process): void {
		process.descriptors.closeAll();
		for (const mapping of process.mappings.values()) this.unmapped(process, mapping);
	}
}
