/** What a handler is given: one call of one task, with its arguments read as C types. */
import { decodeName } from '../abi/bytes.ts';
import { SysError } from '../abi/errno.ts';
import type { Architecture } from '../abi/open-flags.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { NodeFile } from '../kernel/node-file.ts';
import type { OpenFile } from '../kernel/open-file.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { Process, Task } from '../kernel/task.ts';
import type { Call, CallLink } from '../wire/call.ts';

const AT_FDCWD = -100;
const PATH_MAX = 4096;

export class Context {
	readonly kernel: Kernel;
	readonly link: CallLink;
	readonly architecture: Architecture;
	readonly task: Task;
	readonly call: Call;

	constructor(kernel: Kernel, link: CallLink, architecture: Architecture, task: Task, call: Call) {
		this.kernel = kernel;
		this.link = link;
		this.architecture = architecture;
		this.task = task;
		this.call = call;
	}

	get process(): Process {
		return this.task.process;
	}

	/** A C `int` or `unsigned` flags word: the low 32 bits, signed. */
	int(index: number): number {
		return this.long(index) | 0;
	}

	/** A C `long`, `size_t`, `off_t` or an address. */
	long(index: number): number {
		const value = this.call.args[index];
		if (typeof value === 'number') return value;
		if (typeof value === 'object') return value.address;
		return 0;
	}

	/** A path. EFAULT, ENAMETOOLONG; ENOENT when it is empty. */
	path(index: number): string {
		const text = this.text(index);
		if (text === '') throw new SysError('ENOENT');
		return text;
	}

	/** A string of at most PATH_MAX bytes, perhaps empty. */
	text(index: number): string {
		const text = this.link.text(this.call.args[index], decodeName, PATH_MAX - 1);
		if (text === undefined) throw new SysError('ENAMETOOLONG');
		return text;
	}

	/** An open file. EBADF also where it was opened with O_PATH: most calls refuse such a descriptor. */
	file(index: number): OpenFile {
		const file = this.handle(index);
		if (file.handleOnly) throw new SysError('EBADF');
		return file;
	}

	/** The same for the few calls that take an O_PATH descriptor too. open(2), O_PATH. */
	handle(index: number): OpenFile {
		return this.process.descriptors.get(this.int(index));
	}

	/** The directory that a relative path starts from: openat(2), dirfd. */
	base(dirfd: number, path: string): string {
		if (path.startsWith('/') || dirfd === AT_FDCWD) return this.process.cwd;
		const file = this.process.descriptors.get(dirfd);
		if (!(file instanceof NodeFile) || file.node.type !== 'directory') throw new SysError('ENOTDIR');
		return file.path;
	}
}

/** Implements one call. Returns its result, or throws SysError. */
export type Handler = (context: Context) => Outcome;
