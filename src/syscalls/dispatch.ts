/** The straight road: a frame comes, a handler answers, the result goes back. One call at a time. */
import { SysError } from '../abi/errno.ts';
import type { Architecture } from '../abi/open-flags.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { type Outcome, type Park, type Silent, silent } from '../kernel/outcome.ts';
import type { Task } from '../kernel/task.ts';
import { type Call, decodeCall } from '../wire/call.ts';
import { type Frame, networkChannel, supervisorChannel, wakeChannel } from '../wire/frame.ts';
import { GuestFault, type GuestLink, TaskGone } from '../wire/guest-link.ts';
import { WireError } from '../wire/wire-error.ts';
import { Context } from './context.ts';
import { table } from './table.ts';
import type { Trace } from './trace.ts';

const ENOSYS = 38;
const EFAULT = 14;
const EINTR = 4;
const ERESTARTSYS = 512;

export type DispatchOptions = {
	readonly kernel: Kernel;
	readonly link: GuestLink;
	readonly architecture: Architecture;
	readonly channels: number;
	/** The supervisor's next word, from where no guest can write; undefined where there is none. */
	readonly report: () => Frame | undefined;
	/** A process is gone and its channel may be used again. */
	readonly released: (channel: number) => void;
	/** Told of each call when it comes and before it is answered. */
	readonly trace?: Trace | undefined;
	/** Told of each message of a task before it is handled; then clocks are noted too. */
	readonly heard?: ((call: Call) => void) | undefined;
	/** Told of news of sockets. */
	readonly news?: ((numbers: readonly number[]) => void) | undefined;
	/** For how long a task is to wait at most instead of so many nanoseconds; undefined: for good. */
	readonly timer?: ((channel: number, nanoseconds: bigint) => bigint | undefined) | undefined;
	/** The supervisor carried out an order. */
	readonly signaled: (pid: number, signal: number, errno: number) => void;
};

export class Dispatcher {
	readonly #kernel: Kernel;
	readonly #link: GuestLink;
	readonly #options: DispatchOptions;
	readonly #waiting = new Set<Task>();
	readonly #held = new Map<Task, Call>();
	/** Calls answered so far. */
	calls = 0;

	constructor(options: DispatchOptions) {
		this.#kernel = options.kernel;
		this.#link = options.link;
		this.#options = options;
	}

	/** Handles one frame and all that its handling woke. Throws WireError when the guest broke the protocol. */
	handle(frame: Frame): void {
		if (frame.channel === supervisorChannel) this.#report(frame);
		else if (frame.channel === networkChannel) this.#news(numbersIn(frame.payload));
		else if (frame.channel !== wakeChannel)
			this.#task(decodeCall(frame.channel, frame.seq, frame.payload, this.#options.heard !== undefined));
		this.settle();
	}

	#news(numbers: readonly number[]): void {
		this.#options.news?.(numbers);
		this.#kernel.network?.news(numbers);
	}

	/** Lets every waiting task look again, until nothing changes any more. */
	settle(): void {
		while (this.#kernel.takeChanged()) {
			this.#goOn();
			for (const task of [...this.#waiting]) {
				if (task.process.stopped !== undefined) continue;
				const parked = task.parked;
				if (parked === undefined || this.#kernel.tasks.get(task.channel) !== task) {
					this.#waiting.delete(task);
					parked?.park.onGone?.();
					continue;
				}
				this.#link.face(task.channel);
				const outcome = guarded(() => parked.park.retry() ?? 'wait');
				if (outcome === 'wait') continue;
				this.#wake(task);
				this.#finish(task, outcome);
			}
		}
	}

	#task(call: Call): void {
		if (call.channel >= this.#options.channels) throw new WireError(`channel ${call.channel}, which nobody has`);
		this.#options.heard?.(call);
		this.#link.face(call.channel);
		const task = this.#kernel.tasks.get(call.channel);
		switch (call.signature) {
			case 'times()v':
				return;
			case 'attach(iii)i':
				return this.#attach(call);
			case 'interrupted()v':
				return task === undefined ? undefined : this.#interrupted(task, call.seq);
			case 'timeout()v':
				return task === undefined ? undefined : this.#timedOut(task, call.seq);
			default:
				break;
		}
		// A process that was killed may have left its last words in the pipe.
		if (task === undefined) return;
		if (task.parked !== undefined) throw new WireError(`${call.signature} from a task that waits for a result`);
		task.seq = call.seq;
		this.#answer(task, call);
	}

	/** Calls that processes made when they were stopped already. */
	#goOn(): void {
		for (const [task, call] of this.#held) {
			if (task.process.stopped !== undefined && this.#kernel.tasks.get(task.channel) === task) continue;
			this.#held.delete(task);
			if (this.#kernel.tasks.get(task.channel) !== task) continue;
			this.#link.face(task.channel);
			this.#answer(task, call);
		}
	}

	#answer(task: Task, call: Call): void {
		if (task.process.stopped !== undefined) {
			this.#held.set(task, keptCall(call));
			return;
		}
		this.calls += 1;
		this.#options.trace?.begin(task, call);
		const outcome = this.#perform(task, call);
		this.#finish(task, outcome);
	}

	#perform(task: Task, call: Call): Outcome {
		const { name } = call;
		const row = table.get(name);
		if (row === undefined) {
			this.#kernel.unsupported(name);
			return -ENOSYS;
		}
		this.#kernel.currentPid = task.process.pid;
		this.#kernel.currentTid = task.tid;
		const context = new Context(this.#kernel, this.#link, this.#options.architecture, task, call);
		return guarded(() => row.handler(context));
	}

	#finish(task: Task, outcome: Outcome): void {
		unlessGone(() => this.#give(task, outcome));
	}

	#give(task: Task, outcome: Outcome): void {
		if (typeof outcome === 'number') {
			// It stopped itself, or was stopped meanwhile: the call ends when it goes on. One that broke a pipe ends after its signal was sent.
			if (task.process.stopped !== undefined || task.raised > 0) {
				const retry = () => (task.raised > 0 ? undefined : outcome);
				return this.#park(task, { kind: 'park', retry, interruptible: false, restarts: false });
			}
			this.#link.face(task.channel);
			this.#options.trace?.end(task, outcome);
			this.#link.result(outcome);
			return;
		}
		this.#options.trace?.end(task, outcome);
		switch (outcome.kind) {
			case 'park':
				return this.#park(task, outcome);
			case 'exit':
				this.#link.face(task.channel);
				return this.#link.exit(outcome.status);
			case 'silent':
				return this.#link.drop();
		}
	}

	#park(task: Task, park: Park): void {
		if (park.interruptible && task.interruptedSeq === task.seq) {
			return this.#give(task, interruption(park));
		}
		task.parked = { seq: task.seq, park };
		this.#waiting.add(task);
		if (park.timeoutNs === undefined) return;
		const { timer } = this.#options;
		const wait = timer === undefined ? park.timeoutNs : timer(task.channel, park.timeoutNs);
		if (wait === undefined) return;
		this.#link.face(task.channel);
		this.#link.timer(wait);
	}

	#wake(task: Task): void {
		task.parked = undefined;
		this.#waiting.delete(task);
	}

	#attach(call: Call): void {
		const [pid, tid, how] = [call.args[0], call.args[1], call.args[2]];
		if (typeof pid !== 'number' || typeof tid !== 'number' || typeof how !== 'number')
			throw new WireError(call.signature);
		if (this.#kernel.tasks.has(call.channel)) throw new WireError('two tasks on one channel');
		const kind = how === 0 ? 'first' : 'thread';
		const result = guarded(() => {
			const fork = { kind: 'fork', ticket: how - 1 } as const;
			return this.#kernel.attach(call.channel, pid, tid, how >= 2 ? fork : { kind }).process.pid;
		});
		unlessGone(() => this.#link.result(typeof result === 'number' ? result : 0));
	}

	#interrupted(task: Task, seq: number): void {
		if (task.parked === undefined) {
			task.interruptedSeq = seq;
			return;
		}
		const { park } = task.parked;
		if (task.parked.seq !== seq || !park.interruptible) return;
		this.#wake(task);
		this.#link.face(task.channel);
		this.#finish(task, interruption(park));
	}

	#timedOut(task: Task, seq: number): void {
		const parked = task.parked;
		if (parked === undefined || parked.seq !== seq || parked.park.onTimeout === undefined) return;
		const { onTimeout } = parked.park;
		this.#wake(task);
		this.#link.face(task.channel);
		this.#finish(task, guarded(onTimeout));
	}

	/** One word for each time it is announced, so that what a process said last is heard before that it is gone. */
	#report(announcement: Frame): void {
		if (announcement.payload.length > 0) throw new WireError("words in the supervisor's name");
		const word = this.#options.report();
		if (word !== undefined) this.#supervisor(decodeCall(word.channel, word.seq, word.payload));
	}

	#supervisor(call: Call): void {
		const [first, second, third] = call.args;
		if (typeof first !== 'number' || typeof second !== 'number') throw new WireError(call.signature);
		switch (call.signature) {
			case 'reaped(iiiii)v': {
				const [user, system, maxRss] = call.args.slice(2).map(Number);
				const usage = { user: user ?? 0, system: system ?? 0, maxRss: maxRss ?? 0 };
				for (const channel of this.#kernel.reaped(first, second, usage)) this.#options.released(channel);
				return;
			}
			case 'made(ii)v':
				return this.#kernel.made(first, second);
			case 'signaled(iii)v':
				return this.#options.signaled(first, second, typeof third === 'number' ? third : 0);
			default:
				throw new WireError(call.signature);
		}
	}
}

/** Only a SysError becomes an errno (and a bad address EFAULT). Anything else is a bug of ours and ends the run. */
function guarded<Result>(attempt: () => Result): Result | number | Silent {
	try {
		return attempt();
	} catch (error) {
		if (error instanceof SysError) return -error.errno;
		if (error instanceof GuestFault) return -EFAULT;
		if (error instanceof TaskGone) return silent;
		throw error;
	}
}

/** A task that died before it had its answer needs none: the supervisor's word of how it ended is on its way. */
function unlessGone(answer: () => void): void {
	try {
		answer();
	} catch (error) {
		if (!(error instanceof TaskGone)) throw error;
	}
}

/** A call whose buffers are its own: those of a frame are overwritten by the next one. */
function keptCall(call: Call): Call {
	const args = call.args.map((arg) =>
		typeof arg === 'object' && 'inline' in arg && arg.inline !== undefined
			? { ...arg, inline: Buffer.from(arg.inline) }
			: arg,
	);
	return { ...call, args };
}

/** The guest could send such a frame too: it says only where to look. */
function numbersIn(payload: Buffer): number[] {
	return Array.from({ length: payload.length >> 2 }, (_, i) => payload.readInt32LE(i * 4));
}

/** What a call comes to that a signal has ended: what it had done by then, or an error. */
function interruption(park: Park): Outcome {
	return guarded(() => park.onInterrupt?.() ?? (park.restarts ? -ERESTARTSYS : -EINTR));
}
