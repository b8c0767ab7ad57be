/** The guest's world: who runs, what is open, who waits for what. It knows no system call by name. */
import { SysError } from '../abi/errno.ts';
import type { FileSystem, Stat } from '../fs/api.ts';
import { Descriptors } from './descriptors.ts';
import { Fifos } from './fifo.ts';
import type { GuestNetwork } from './guest-network.ts';
import { NodeFile } from './node-file.ts';
import type { OpenFile } from './open-file.ts';
import { createPipe } from './pipe.ts';
import { ProcessTable } from './process-table.ts';
import { renamed } from './renamed.ts';
import type { UnixEnd } from './unix-end.ts';
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
	/** The interpreter's own file, every symlink followed: executing it makes no command. */
	readonly interpreter: string;
	/** Threads and processes at one time. */
	readonly maxTasks: number;
	readonly maxDescriptors: number;
	readonly stdio: readonly [OpenFile, OpenFile, OpenFile];
};

export class Kernel extends ProcessTable {
	readonly fs: FileSystem;
	readonly identity: Identity;
	readonly interpreter: string;
	/** The machine's, until the guest gives itself another. sethostname(2) */
	hostname: string;
	/** Sockets that have a name: an abstract one, or the file that stands for it (`dev:ino`). */
	readonly socketNames = new Map<string, UnixEnd>();
	/** Once a socket of the internet families was made. */
	network: GuestNetwork | undefined;
	/** FIFOs that are open. */
	readonly fifos: Fifos;
	/** Whose call is being handled: what /proc/self means. */
	currentPid = 0;
	currentTid = 0;
	#inodes = 4026532000n;
	/** What goes on without a task. */
	readonly #background = new Set<() => boolean>();
	#unsupported = new Set<string>();
	#memoryFiles = 0;

	constructor(options: KernelOptions) {
		const descriptors = new Descriptors(options.maxDescriptors);
		for (const file of options.stdio) descriptors.add(file, false);
		super(options.world, options.maxTasks, { ...options, descriptors, uid: options.identity.uid });
		this.fs = options.fs;
		this.identity = options.identity;
		this.hostname = options.identity.hostname;
		this.fifos = new Fifos(() => this.changed());
		this.interpreter = options.interpreter;
	}

	/** Work that no task waits for: called now and after each change, until it says that it is over. */
	inBackground(work: () => boolean): void {
		if (!work()) this.#background.add(work);
	}

	override takeChanged(): boolean {
		const changed = super.takeChanged();
		if (changed) for (const work of this.#background) if (work()) this.#background.delete(work);
		return changed;
	}

	pipe(flags: number): { reader: OpenFile; writer: OpenFile } {
		return createPipe(this.anonymousStat(), flags, this.changed);
	}

	/** rename(2) happened: working directories and open files keep to what was moved. */
	moved(from: string, to: string, exchange: boolean): void {
		const now = (path: string): string =>
			renamed(path, from, to) ?? (exchange ? renamed(path, to, from) : undefined) ?? path;
		const files = new Set<NodeFile>();
		for (const process of this.present()) {
			process.cwd = now(process.cwd);
			for (const fd of process.descriptors.numbers()) {
				const file = process.descriptors.find(fd);
				if (file instanceof NodeFile) files.add(file);
			}
		}
		for (const file of files) file.path = now(file.path);
	}

	/** An open file gives way to another one under all of its numbers. */
	replaced(file: OpenFile, by: OpenFile): void {
		for (const { descriptors } of this.present()) {
			for (const fd of descriptors.numbers()) {
				if (descriptors.find(fd) === file) descriptors.replace(fd, by, descriptors.closesOnExec(fd));
			}
		}
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
}
