/** Commands as child processes of an interpreter that cannot fork: each is a process of the kernel, and natively none. */
import { errno, SysError } from '../../abi/errno.ts';
import { newTask } from '../../kernel/new-process.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import { exitedWith, noUsage, type Process } from '../../kernel/task.ts';
import { GuestFault } from '../../wire/guest-link.ts';
import { Context } from '../context.ts';
import { becomeCommand } from '../execve.ts';

/** What a child is to run. */
export type Spawn = {
	readonly argv: readonly string[];
	/** Paths to try in this order, as execvp(3) has found them along PATH. */
	readonly programs: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	/** Default: the parent's. */
	readonly cwd?: string | undefined;
	/** Which of the parent's descriptors are the child's 0, 1 and 2; undefined: it has none there. */
	readonly fds: readonly [number | undefined, number | undefined, number | undefined];
};

/** A child that was asked for. `failed`, an errno: it never ran, and nobody can wait for it. */
export type Child = { readonly process: Process; readonly state: 'starting' | 'running' | { readonly failed: number } };

type Running = { readonly child: { process: Process; state: Child['state'] }; outcome: Outcome };

export class Children {
	readonly #running = new Set<Running>();
	#next = 0;

	/** EAGAIN past the limit of tasks; EBADF, ENOTDIR, ENOENT for what `spawn` names. */
	start(c: Context, spawn: Spawn): Child {
		const files = spawn.fds.map((fd) => (fd === undefined ? undefined : c.process.descriptors.get(fd)));
		const cwd = spawn.cwd === undefined ? c.process.cwd : directory(c, spawn.cwd);
		const process = this.#fork(c);
		process.cwd = cwd;
		for (const fd of process.descriptors.numbers()) process.descriptors.close(fd);
		for (const [fd, file] of files.entries()) if (file !== undefined) process.descriptors.replace(fd, file, false);
		const child: Running['child'] = { process, state: 'starting' };
		const running = { child, outcome: attempt(() => this.#exec(inside(c, process), spawn)) };
		this.#running.add(running);
		this.#look(running, c);
		return child;
	}

	/** Lets each child look again: its command may have started, ended, or be waiting to write. */
	settle(c: Context): void {
		for (const running of this.#running) {
			const { outcome } = running;
			if (typeof outcome === 'object' && outcome.kind === 'park') {
				running.outcome = attempt(() => outcome.retry() ?? outcome);
			}
			this.#look(running, c);
		}
	}

	#look(running: Running, c: Context): void {
		const { child, outcome } = running;
		if (typeof outcome === 'number') {
			this.#running.delete(running);
			child.state = { failed: -outcome };
			c.kernel.reaped(child.process.pid, exitedWith(127), noUsage);
			c.kernel.forget(child.process);
			return;
		}
		if (outcome.kind === 'exit') {
			this.#running.delete(running);
			child.state = 'running';
			c.kernel.reaped(child.process.pid, exitedWith(outcome.status), noUsage);
			return;
		}
		if (child.process.signalCommand !== undefined) child.state = 'running';
	}

	#fork(c: Context): Process {
		const ticket = c.kernel.fork(c.process);
		this.#next += 1;
		const pid = c.process.pid + this.#next;
		c.kernel.forked(ticket, pid);
		const process = c.kernel.processes.get(pid);
		if (process === undefined) throw new SysError('EAGAIN');
		return process;
	}

	/** As execvp(3): the first that is there; EACCES where one was found that may not be run. */
	#exec(c: Context, spawn: Spawn): Outcome {
		let refused: SysError | undefined;
		for (const path of spawn.programs) {
			try {
				return becomeCommand(c, { path, argv: spawn.argv, env: spawn.env });
			} catch (error) {
				if (!(error instanceof SysError)) throw error;
				if (error.code === 'EACCES') refused ??= error;
				else if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
			}
		}
		throw refused ?? new SysError('ENOENT');
	}
}

function directory(c: Context, path: string): string {
	const place = c.kernel.fs.resolve(path, c.process.cwd, { follow: true });
	if (place.stat === undefined) throw new SysError('ENOENT');
	if ((place.stat.mode & 0o170000) !== 0o040000) throw new SysError('ENOTDIR');
	return place.path;
}

/** The context of a call that the child would make. */
function inside(c: Context, process: Process): Context {
	const { pid } = process;
	const task = newTask(-1, process, { tid: pid, nativeTid: pid, native: pid });
	return new Context(c.kernel, c.link, c.architecture, task, c.call);
}

function attempt(run: () => Outcome): Outcome {
	try {
		return run();
	} catch (error) {
		if (error instanceof SysError) return -error.errno;
		if (error instanceof GuestFault) return -errno.EFAULT;
		throw error;
	}
}
