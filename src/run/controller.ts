/** The main thread's side of one run: starts guest and worker, carries messages, keeps the limits. */
import type { Worker } from 'node:worker_threads';
import { type Question, withdrawn } from '../gate/approver.ts';
import { openWaker } from '../host/fifo-transport.ts';
import { bringNear, type Launched, type LaunchOptions, launch } from '../host/launch.ts';
import type { Change } from '../model/change.ts';
import type { Approval } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';
import type { LimitName, Limits, LimitsUsed } from '../model/limits.ts';
import type { Origin } from '../model/review.ts';
import type { Traffic } from '../model/traffic.ts';
import { wakeFrame } from '../wire/frame.ts';
import { CommandService } from './command-service.ts';
import { keepWorker } from './early-worker.ts';
import { type LimitWatch, watchLimits } from './limit-watch.ts';
import { type FromWorker, type GuestEnd, noneUsed, type ToWorker, type Used, type WorkerStart } from './messages.ts';
import { NetworkService } from './network-service.ts';

export type RunOptions = {
	readonly launch: LaunchOptions;
	/** Where it was launched already, so that PyPy loads while the rest is made ready. */
	readonly launched?: Launched;
	readonly worker: Omit<WorkerStart, 'flag'>;
	/** The kernel's worker, started and waiting for its first message. */
	readonly thread: Worker;
	readonly limits: Limits;
	readonly hooks: RunHooks;
};

/** Whoever runs a script decides here. Everything is called in the order of the program. */
export type RunHooks = {
	/** Resolves when more may come. False: nobody reads this stream any more. */
	output(stream: 1 | 2, bytes: Uint8Array): Promise<boolean>;
	/** The script waits for input: answer with `RunHandle.input`. */
	wantInput(): void;
	ask(question: Question, changes: readonly Change[], signal: AbortSignal): Promise<Approval>;
	/** Nobody acts on the answer to this question: its task was gone when the answer came. */
	withdrawn(id: number): void;
	/** An effect that was decided without asking. */
	effect(id: number, effect: Effect, approval: Approval): void;
	/** A command is about to run: the changes that are on the machine now because of it. */
	beforeCommand(id: number, changes: readonly Change[]): Promise<readonly Change[]>;
	commandEnded(id: number, status: number, signal: number): void;
	/** What went over connections so far. */
	traffic(id: number, traffic: Traffic): void;
	/** Where in the script effects of this key come from: a hint of the guest. */
	origin(key: string, origin: Origin): void;
	/** The script alone can connect to a server of it at this address. */
	alone(address: string): void;
	unsupported(call: string): void;
	limit(limit: LimitName): void;
};

type Last = Extract<FromWorker, { kind: 'end' }>;

export type RunOutcome = {
	readonly end: GuestEnd;
	/** The limit that ended it. */
	readonly limit?: LimitName;
	readonly changes: readonly Change[];
	readonly used: LimitsUsed;
	/** System calls that were answered. */
	readonly calls: number;
	readonly played?: Last['played'];
	/** What confined the guest. */
	readonly confinement: Readonly<Record<string, boolean>>;
};

export type RunHandle = {
	readonly done: Promise<RunOutcome>;
	/** Kills the guest; the outcome is then `stopped`. */
	stop(): void;
	/** undefined: the end of the input. */
	input(bytes: Uint8Array | undefined): void;
	used(): LimitsUsed;
	/** Lets the kernel look around. */
	wake(): void;
};

/** How long a worker has for its last message once the guest is gone, milliseconds. It only computes the change set. */
const lastWordsMs = 60_000;
export function startRun(options: RunOptions): RunHandle {
	const run = new Run(options);
	return {
		done: run.done(),
		stop: () => run.stop(),
		input: (bytes) => run.post({ kind: 'input', bytes }),
		used: () => run.used(),
		wake: () => run.post({ kind: 'tell-used' }),
	};
}

class Run {
	readonly #options: RunOptions;
	readonly #launched: Launched;
	readonly #worker: Worker;
	readonly #shared = new SharedArrayBuffer(8);
	readonly #flag = new Int32Array(this.#shared);
	readonly #watch: LimitWatch;
	readonly #network: NetworkService;
	readonly #commands: CommandService;
	readonly #abort = new AbortController();
	/** Questions that wait for an answer. */
	readonly #questions = new Map<number, AbortController>();
	#waker: { wake(): void; close(): void } | undefined;
	#counted: Used = noneUsed;
	#workerThread: number | undefined;
	#limit: LimitName | undefined;
	#confinement: Readonly<Record<string, boolean>> = {};
	#end: (message: Last) => void = () => {};

	constructor(options: RunOptions) {
		this.#options = options;
		this.#launched = options.launched ?? launch(options.launch);
		const { launcher } = options.launch;
		this.#network = new NetworkService(launcher, options.worker.channelFolder, (message) => this.post(message));
		const { beforeCommand, commandEnded } = options.hooks;
		this.#commands = new CommandService({
			launcher,
			before: beforeCommand,
			ended: commandEnded,
			signal: this.#abort.signal,
			post: (message) => this.post(message),
		});
		this.#worker = options.thread;
		keepWorker(this.#worker);
		this.#worker.postMessage({ ...options.worker, flag: this.#shared } satisfies WorkerStart);
		this.#watch = watchLimits(this.#launched.pid, options.limits, (limit) => this.#exceeded(limit));
	}

	async done(): Promise<RunOutcome> {
		const last = new Promise<Last>((resolve) => {
			this.#end = resolve;
			this.#worker.on('message', (message: FromWorker) => this.#receive(message));
			this.#worker.once('error', (error) => resolve(failed(`a bug in approve-run: ${error.stack ?? error.message}`)));
		});
		this.#launched.ready.then(
			(facts) => {
				this.#confinement = facts;
				// A translated interpreter's kernel waits for nothing while that runs, and for our messages while that waits.
				if (this.#options.worker.runtime === 'trapped') {
					this.#waker = openWaker(this.#options.worker.channelFolder, wakeFrame());
				}
				const networkNamespaces = facts['netns'] === true;
				this.post({ kind: 'ready', launcherPid: this.#launched.pid, networkNamespaces });
				// It starts a process, which takes 2 ms: the first calls are answered meanwhile.
				this.#bringNear();
			},
			(error: Error) => {
				this.#end(failed(error.message));
			},
		);
		void this.#launched.ended.then(({ status, message }) =>
			this.post({ kind: 'gone', status, said: message, stopped: this.#abort.signal.aborted }),
		);
		const end = await last;
		this.#watch.stop();
		this.#abort.abort();
		this.#launched.kill();
		this.#network.end();
		await this.#commands.end();
		await this.#launched.ended;
		// A command's last output may still come: its message must not reach a descriptor that is another file by then.
		const waker = this.#waker;
		this.#waker = undefined;
		waker?.close();
		await this.#worker.terminate();
		this.#counted = end.used;
		return {
			end: end.end,
			...(this.#limit === undefined ? {} : { limit: this.#limit }),
			changes: end.changes,
			used: this.used(),
			calls: end.calls,
			confinement: this.#confinement,
			...(end.played === undefined ? {} : { played: end.played }),
		};
	}

	used(): LimitsUsed {
		return { ...this.#counted, ...this.#watch.used() };
	}

	stop(): void {
		this.#abort.abort();
		this.#launched.kill();
		this.#commands.stop();
		setTimeout(() => this.#end(failed('the kernel did not end')), lastWordsMs).unref();
	}

	post(message: ToWorker): void {
		this.#worker.postMessage(message);
		Atomics.store(this.#flag, 0, 1);
		Atomics.notify(this.#flag, 0);
		this.#waker?.wake();
	}

	/** Puts the thread that answers on the guest's processor: taking turns there costs a fifth of waking another one. */
	#bringNear(): void {
		if (this.#workerThread === undefined || this.#confinement['near'] !== true) return;
		bringNear(this.#options.launch.launcher, this.#workerThread, this.#launched.pid);
	}

	#exceeded(limit: LimitName): void {
		if (this.#limit !== undefined) return;
		this.#limit = limit;
		this.#options.hooks.limit(limit);
		this.stop();
	}

	#receive(message: FromWorker): void {
		const { hooks } = this.#options;
		switch (message.kind) {
			case 'ask':
				return void this.#ask(message);
			case 'withdraw':
				return this.#withdraw(message.id);
			case 'origin':
				return hooks.origin(message.key, message.origin);
			case 'effect':
				hooks.effect(message.id, message.effect, message.approval);
				Atomics.sub(this.#flag, 1, 1);
				Atomics.notify(this.#flag, 1);
				return;
			case 'traffic':
				return hooks.traffic(message.id, message.traffic);
			case 'alone':
				return hooks.alone(message.address);
			case 'unsupported':
				return hooks.unsupported(message.call);
			case 'thread':
				this.#workerThread = message.tid;
				return this.#bringNear();
			case 'output':
				return void this.#output(message.stream, message.bytes);
			case 'want-network':
				return void this.#network.start(this.#launched.pid);
			case 'look-up':
				return void this.#network.lookUp(message.id, message.name);
			case 'opened':
				return this.#launched.proceed();
			case 'want-input':
				return hooks.wantInput();
			case 'limit':
				return this.#exceeded(message.limit);
			case 'command':
			case 'command-input':
			case 'command-taken':
			case 'command-signal':
				return this.#commands.receive(message);
			case 'used':
				this.#counted = message.used;
				return;
			case 'end':
				return this.#end(message);
		}
	}

	async #ask(message: Extract<FromWorker, { kind: 'ask' }>): Promise<void> {
		const { id, effect, verdict, changes } = message;
		this.#watch.pause();
		const withdrawing = new AbortController();
		this.#questions.set(id, withdrawing);
		const signal = AbortSignal.any([this.#abort.signal, withdrawing.signal]);
		const approval = await this.#options.hooks.ask({ id, effect, verdict }, changes, signal);
		this.#questions.delete(id);
		this.#watch.resume();
		this.post({ kind: 'answer', id, approval });
	}

	/** One that was answered already, and too late, was withdrawn all the same: nothing was done with the answer. */
	#withdraw(id: number): void {
		const question = this.#questions.get(id);
		if (question === undefined) this.#options.hooks.withdrawn(id);
		else question.abort(withdrawn);
	}

	async #output(stream: 1 | 2, bytes: Uint8Array): Promise<void> {
		const open = await this.#options.hooks.output(stream, bytes);
		if (!open) this.post({ kind: 'output-broken', stream });
		this.post({ kind: 'output-taken', bytes: bytes.length });
	}
}

function failed(message: string): Last {
	return { kind: 'end', end: { kind: 'failed', message }, changes: [], used: noneUsed, calls: 0 };
}
