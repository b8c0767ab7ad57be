/** The straight road of a translated interpreter: a C function is called, a handler answers, the result goes back. */
import { errno, SysError } from '../../abi/errno.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Outcome, Park } from '../../kernel/outcome.ts';
import type { Task } from '../../kernel/task.ts';
import { GuestFault } from '../../wire/guest-link.ts';
import type { SandboxPlatform } from '../../wire/sandbox-dump.ts';
import type { SandboxCall } from '../../wire/sandbox-link.ts';
import type { Trace } from '../trace.ts';
import { Children } from './children.ts';
import { type CFunction, shaped } from './functions.ts';
import { Libc, LibcContext, type LibcOptions } from './libc.ts';
import { platforms } from './platforms.ts';

/** What became of a call. `waits`: nothing was answered yet; `retry` is to be called when something changed or the time is up. */
export type Progress =
	| { readonly kind: 'answered' }
	| { readonly kind: 'waits'; readonly timeoutNs: bigint | undefined }
	| { readonly kind: 'exit'; readonly status: number };

export type SandboxDispatchOptions = Omit<LibcOptions, 'children'> & {
	readonly kernel: Kernel;
	readonly task: Task;
	readonly trace?: Trace | undefined;
};

export class SandboxDispatcher {
	readonly #kernel: Kernel;
	readonly #task: Task;
	readonly #libc: Libc;
	readonly #trace: Trace | undefined;
	readonly #platform: (typeof platforms)[SandboxPlatform];
	readonly #children = new Children();
	#waiting:
		| { readonly call: SandboxCall; readonly row: CFunction; readonly context: LibcContext; park: Park }
		| undefined;
	/** Calls answered so far. */
	calls = 0;

	constructor(options: SandboxDispatchOptions) {
		this.#kernel = options.kernel;
		this.#task = options.task;
		this.#trace = options.trace;
		this.#platform = platforms[options.platform];
		this.#libc = new Libc({ ...options, children: this.#children });
	}

	handle(call: SandboxCall): Progress {
		this.calls += 1;
		this.#kernel.currentPid = this.#task.process.pid;
		this.#kernel.currentTid = this.#task.tid;
		const row = this.#platform.functions.get(call.signature);
		if (row === undefined) {
			this.#kernel.unsupported(call.signature);
			return this.#fail(call, undefined, errno.ENOSYS);
		}
		const context = this.#context(call, row);
		this.#trace?.begin(this.#task, context.call);
		const progress = this.#finish(
			call,
			row,
			context,
			attempt(() => row.handler(context)),
		);
		// What the call changed may let a command go on, and that again the call.
		return this.#settle(context) && progress.kind === 'waits' ? this.#again(progress) : progress;
	}

	/** Something changed: commands that run beside the interpreter go on as far as they can, and the call that waits looks again. */
	retry(): Progress {
		return this.#again({ kind: 'waits', timeoutNs: undefined });
	}

	/** `before`: what it waits for now, where it goes on waiting for it. */
	#again(before: Progress): Progress {
		for (let waiting = this.#waiting; waiting !== undefined; waiting = this.#waiting) {
			this.#settle(waiting.context);
			const { park } = waiting;
			const outcome = attempt(() => park.retry() ?? park);
			if (outcome !== park) {
				this.#waiting = undefined;
				const progress = this.#finish(waiting.call, waiting.row, waiting.context, outcome);
				this.#settle(waiting.context);
				return progress;
			}
			if (!this.#settle(waiting.context)) return before;
		}
		return before;
	}

	/** The time of the call that waits is up. */
	timedOut(): Progress {
		const waiting = this.#waiting;
		const onTimeout = waiting?.park.onTimeout;
		if (waiting === undefined || onTimeout === undefined) return { kind: 'waits', timeoutNs: undefined };
		this.#waiting = undefined;
		return this.#finish(waiting.call, waiting.row, waiting.context, attempt(onTimeout));
	}

	/** Whether anything had changed. */
	#settle(context: LibcContext): boolean {
		let changed = false;
		while (this.#kernel.takeChanged()) {
			changed = true;
			this.#children.settle(context);
		}
		return changed;
	}

	#context(call: SandboxCall, row: CFunction): LibcContext {
		const { link, architecture } = this.#libc;
		const decoded = {
			channel: 0,
			seq: this.calls,
			signature: call.signature,
			name: call.name,
			args: shaped(row.shape, call.args),
		};
		return new LibcContext([this.#kernel, link, architecture, this.#task, decoded], this.#libc);
	}

	#finish(call: SandboxCall, row: CFunction, context: LibcContext, outcome: Outcome | Failure): Progress {
		// Before the result: what the call has filled can be read until then.
		this.#trace?.end(this.#task, typeof outcome === 'object' && outcome.kind === 'failure' ? -outcome.errno : outcome);
		if (typeof outcome === 'number') {
			if (outcome >= 0 || outcome < -4095 || row.signed === true) return this.#answer(call, outcome);
			return this.#fail(call, row, -outcome);
		}
		switch (outcome.kind) {
			case 'failure':
				return this.#fail(call, row, outcome.errno);
			case 'park':
				this.#waiting = { call, row, context, park: outcome };
				return { kind: 'waits', timeoutNs: outcome.timeoutNs };
			case 'exit':
				return { kind: 'exit', status: outcome.status };
			case 'silent':
				throw new Error(`${call.signature} has no result`);
		}
	}

	#answer(call: SandboxCall, value: number): Progress {
		this.#libc.link.result(call.result, value);
		return { kind: 'answered' };
	}

	#fail(call: SandboxCall, row: CFunction | undefined, linux: number): Progress {
		const number = this.#platform.errorOf(linux);
		if (row?.returnsErrno === true) return this.#answer(call, number);
		const failure = row?.failure ?? (call.result === 'i' ? -1 : 0);
		this.#libc.link.result(call.result, failure, number);
		return { kind: 'answered' };
	}
}

type Failure = { readonly kind: 'failure'; readonly errno: number };

/** Only a SysError becomes an errno (and a bad address EFAULT). Anything else is a bug of ours and ends the run. */
function attempt<Result>(run: () => Result): Result | Failure {
	try {
		return run();
	} catch (error) {
		if (error instanceof SysError) return { kind: 'failure', errno: error.errno };
		if (error instanceof GuestFault) return { kind: 'failure', errno: errno.EFAULT };
		throw error;
	}
}
