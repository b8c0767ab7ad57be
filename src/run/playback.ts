/**
 * Drives a replay: whatever comes to the kernel comes in the order of the tape. What tasks send too early is held until its turn; messages of
 * the main thread and the supervisor's words come where they came in the run. So processes that race with each other do it as they did then.
 */
import type { Kernel } from '../kernel/kernel.ts';
import type { Input, Outbound, Tape } from '../replay/tape-reader.ts';
import type { Dispatcher } from '../syscalls/dispatch.ts';
import { decodeCall } from '../wire/call.ts';
import { type Frame, type FrameSplitter, networkChannel, supervisorChannel, wakeChannel } from '../wire/frame.ts';
import { type GuestLink, TaskGone } from '../wire/guest-link.ts';
import type { Comparison } from './comparison.ts';
import { RecordEnds } from './comparison.ts';
import { Patience } from './patience.ts';
import { isFirst, nameOf, tapedSignature, withUsage } from './taped-call.ts';

export type PlaybackParts = {
	readonly tape: Tape;
	readonly kernel: Kernel;
	readonly dispatcher: Dispatcher;
	readonly link: GuestLink;
	readonly comparison: Comparison;
	readonly splitter: FrameSplitter;
	/** Blocks until something comes: the main thread wakes us every fifth of a second. */
	readonly read: (into: Buffer, offset: number, length: number) => number;
	/** The supervisor's next word. */
	readonly word: () => Frame | undefined;
	/** A message of the tape. Throws BadTape where it is none that this version knows. */
	readonly deliver: (message: unknown) => void;
	/** Handles messages of the main thread that wait. */
	readonly receive: () => void;
	/** No guest process is left. */
	readonly gone: () => boolean;
	/** Processor time that the guest has used, milliseconds. */
	readonly computed: () => number;
};

type Held = { readonly channel: number; readonly signature: string; readonly frame: Frame };

/** How far ahead a task's next message is looked for. */
const farthest = 100_000;

/**
 * Of the interpreter's own accord, once in each process, when it first collects garbage or compiles: whether standard error is a terminal, in
 * case it has to print about that. When this is depends on where its memory lies, and so differs from run to run.
 */
const ownDoing = 'ioctl(iip)i';

/** What answers a wish, of all that has its number. What comes of a command comes once, when it starts. */
const awaits: Readonly<Record<string, RegExp>> = {
	ask: /^answer$/,
	'look-up': /^looked-up$/,
	command: /^(?:command-|applied$)/,
};

/** The tape does not fit together. */
export class BadTape extends Error {}

export class Playback {
	readonly #parts: PlaybackParts;
	readonly #inputs: readonly Input[];
	readonly #held: Held[] = [];
	/** The number of a task on the tape, by the channel that it has now. */
	readonly #tasks = new Map<number, number>();
	readonly #words: Frame[] = [];
	/** The report that is handed to the dispatcher next. */
	#handed: Frame | undefined;
	/** Answers that were found on the tape for what was wanted out of order; input comes once. */
	readonly #answers: unknown[] = [];
	readonly #answered = new Set<Input>();
	/** Where the next times of a task are, while it has not come to its next call. */
	readonly #given = new Map<number, number>();
	/** Set while a task asks for more times. */
	#more: number | undefined;
	/** Whose call is answered that may stand elsewhere in the run: it keeps the times that it was given. */
	#keeps: number | undefined;
	#at = 0;
	/** The same of each task, since the order was left. */
	readonly #came = new Map<number, number>();
	readonly #patience = new Patience();
	#free = false;
	#played = 0;
	/** Why the order of the tape was left. */
	note: string | undefined;

	constructor(parts: PlaybackParts) {
		this.#parts = parts;
		this.#inputs = parts.tape.inputs;
	}

	/** For the dispatcher: the supervisor's word whose turn it is. */
	readonly report = (): Frame | undefined => this.#handed;

	/** For the link: what a task reads of clocks until its next message. */
	readonly times = (channel: number): Uint8Array | undefined => {
		if (this.#keeps === channel) return undefined;
		const task = this.#tasks.get(channel);
		const from = this.#more ?? this.#comesFrom(task);
		for (let at = from; at < this.#inputs.length && at < from + farthest; at++) {
			const input = this.#inputs[at];
			if (input?.kind !== 'frame' || input.task !== task) continue;
			// Behind a message that carried times alone, or that may come elsewhere, more of them follow before the next call.
			const goesOn = input.signature === 'times()v' || input.signature === ownDoing;
			if (goesOn) this.#given.set(channel, at + 1);
			else this.#given.delete(channel);
			if (goesOn && input.times === undefined && this.#more !== undefined) continue;
			return input.times;
		}
		return undefined;
	};

	/** For the dispatcher: nobody waits longer than has to be, and whoever had an answer in time has one again. */
	readonly timer = (channel: number, nanoseconds: bigint): bigint | undefined => {
		if (this.#free) return nanoseconds < 20_000_000n ? nanoseconds : 20_000_000n;
		const next = this.#nextOf(channel);
		return next?.signature === 'timeout()v' ? 0n : undefined;
	};

	/** Until the script has ended, or the tape. Throws Differs, RecordEnds, BadTape. */
	run(): void {
		const { kernel, tape } = this.#parts;
		while (kernel.first.ended === undefined) {
			const next = this.#inputs[this.#at];
			if (next === undefined && !this.#free) {
				// The run was stopped here.
				if (tape.end !== undefined && tape.end.end.kind !== 'ended') return;
				if (tape.end === undefined) throw new RecordEnds();
				this.#leave(undefined);
			}
			if (this.#free || next === undefined) this.#freely();
			else this.#inTurn(next);
			if (this.#parts.gone() && this.#held.length === 0 && this.#words.length === 0) return;
		}
	}

	/** Something is wanted that is on the tape, though perhaps not now: what came of it then. */
	answer(found: Outbound, { kind, id }: { readonly kind: string; readonly id: number }): void {
		const awaited = awaits[kind];
		if (!this.#free || found.id === undefined || awaited === undefined) return;
		for (let at = this.#at; at < this.#inputs.length; at++) {
			const input = this.#inputs[at];
			if (input?.kind !== 'message' || !isMessage(input.message)) continue;
			const after = this.#inputs[at + 1];
			const follows = after?.kind === 'message' && isMessage(after.message) && after.message['id'] === found.id;
			if (!awaited.test(String(input.message['kind']))) continue;
			if (input.message['id'] === found.id) this.#answers.push({ ...input.message, id });
			else if (input.message['kind'] === 'applied' && follows) this.#answers.push(input.message);
		}
	}

	/** The same for what comes without a number: input, the network. */
	answerNext(kind: string): void {
		if (!this.#free) return;
		for (const input of this.#inputs.slice(this.#at)) {
			if (input.kind !== 'message' || !isMessage(input.message) || input.message['kind'] !== kind) continue;
			if (this.#answered.has(input)) continue;
			this.#answered.add(input);
			return void this.#answers.push(input.message);
		}
	}

	#inTurn(next: Input): void {
		const { dispatcher, kernel } = this.#parts;
		switch (next.kind) {
			case 'frame':
				return this.#frame(next);
			case 'message':
				this.#at += 1;
				return this.#parts.deliver(next.message);
			case 'settle':
				this.#at += 1;
				return dispatcher.settle();
			case 'news':
				this.#at += 1;
				kernel.network?.news(next.numbers);
				return dispatcher.settle();
			case 'word':
				return this.#word(next);
		}
	}

	#frame(next: Extract<Input, { kind: 'frame' }>): void {
		if (next.signature === 'times()v') {
			this.#at += 1;
			return;
		}
		const index = this.#held.findIndex(({ channel, signature }) =>
			isFirst(next.signature) ? signature === next.signature : this.#tasks.get(channel) === next.task,
		);
		const held = this.#held[index];
		if (held === undefined) {
			// A signal may have come a moment earlier then, or later.
			if (next.signature === 'interrupted()v') this.#at += 1;
			else this.#wait();
			return;
		}
		if (held.signature === next.signature) {
			this.#held.splice(index, 1);
			this.#at += 1;
			if (isFirst(next.signature)) this.#tasks.set(held.channel, next.task);
			return this.#handle(held.frame, next.signature === ownDoing);
		}
		if (next.signature === 'interrupted()v') this.#at += 1;
		else if (held.signature === 'interrupted()v' || held.signature === 'timeout()v') {
			this.#held.splice(index, 1);
			if (held.signature === 'interrupted()v') this.#handle(held.frame);
		} else if (next.signature === ownDoing) {
			this.#at += 1;
		} else if (held.signature === ownDoing) {
			this.#held.splice(index, 1);
			this.#handle(held.frame, true);
		} else
			this.#leave(
				`call ${this.#played + 1} was ${nameOf(next.signature)} in the run, and is ${nameOf(held.signature)} now`,
			);
	}

	#word(next: Extract<Input, { kind: 'word' }>): void {
		const decoded = this.#words.map((frame) => decodeCall(frame.channel, frame.seq, frame.payload));
		const fits = decoded.map(({ signature }) => signature === next.signature);
		const same = decoded.findIndex(({ args }, index) => fits[index] && args[0] === next.args[0]);
		// Where the guest has no pid namespace its numbers are others each time.
		const index = same < 0 && this.#patience.wakes > 1 ? fits.indexOf(true) : same;
		const call = decoded[index];
		if (call === undefined) return this.#wait();
		this.#at += 1;
		const [word] = this.#words.splice(index, 1);
		this.#tell(next.signature.startsWith('reaped') ? withUsage(word, next.args.slice(2)) : word);
	}

	/** Everything as it comes, and what is wanted answered with what came of it in the run. */
	#freely(): void {
		for (let word = this.#words.shift(); word !== undefined; word = this.#words.shift()) this.#tell(word);
		for (const answer of this.#answers.splice(0)) this.#parts.deliver(answer);
		this.#parts.dispatcher.settle();
		const held = this.#held.shift();
		if (held === undefined) {
			if (this.#answers.length === 0) this.#pull();
			return;
		}
		this.#follow(held);
		this.#handle(held.frame);
	}

	/** So that a task's clock goes on as it did, for as long as it does the same. */
	#follow({ channel, signature }: Held): void {
		if (isFirst(signature)) {
			const first = this.#inputs.find((one) => one.kind === 'frame' && one.signature === signature);
			if (first?.kind === 'frame') this.#tasks.set(channel, first.task);
		}
		const task = this.#tasks.get(channel);
		if (task === undefined) return;
		for (let at = this.#comesFrom(task); at < this.#inputs.length; at++) {
			const input = this.#inputs[at];
			if (input?.kind !== 'frame' || input.task !== task || input.signature === 'times()v') continue;
			if (input.signature === signature) this.#came.set(task, at + 1);
			return;
		}
	}

	/** Where what a task has not done again yet begins. */
	#comesFrom(task: number | undefined): number {
		return (task === undefined ? undefined : this.#came.get(task)) ?? this.#at;
	}

	/** `keeps`: the task goes on with the times that it was given. */
	#handle(frame: Frame, keeps = false): void {
		this.#played += 1;
		this.#patience.renew();
		this.#keeps = keeps ? frame.channel : undefined;
		this.#parts.dispatcher.handle(frame);
		this.#keeps = undefined;
	}

	#tell(word: Frame | undefined): void {
		this.#handed = word;
		this.#parts.dispatcher.handle({ channel: supervisorChannel, seq: 0, payload: Buffer.alloc(0) });
		this.#handed = undefined;
		this.#patience.renew();
	}

	/** Until something more has come; with threads that may never be while others wait for their turn. */
	#wait(): void {
		if (this.#parts.gone()) return this.#leave('it ended here');
		if (this.#patience.isOver && this.#held.length > 0)
			return this.#leave('its threads wait for each other in another order than in the run', true);
		this.#pull();
	}

	#leave(why: string | undefined, order = false): void {
		this.#free = true;
		this.note ??= why;
		this.#patience.renew();
		if (order || this.#parts.kernel.tasksUsed > 1) this.#parts.comparison.unordered = true;
		const left = this.#inputs.slice(this.#at);
		const started = new Set(this.#parts.comparison.metIds());
		for (const input of left) {
			if (input.kind !== 'message' || !isMessage(input.message)) continue;
			if (started.has(Number(input.message['id']))) this.#answers.push(input.message);
		}
	}

	#pull(): void {
		const { splitter, read } = this.#parts;
		const { offset, length } = splitter.space();
		splitter.filled(read(splitter.buffer, offset, length));
		for (let frame = splitter.next(); frame !== undefined; frame = splitter.next()) this.#take(frame);
		this.#parts.receive();
	}

	#take(frame: Frame): void {
		if (frame.channel === wakeChannel) {
			this.#patience.woken(this.#parts.computed());
		} else if (frame.channel === supervisorChannel) {
			const word = this.#parts.word();
			if (word !== undefined) this.#words.push({ ...word, payload: Buffer.from(word.payload) });
		} else if (frame.channel !== networkChannel) {
			const kept = { ...frame, payload: Buffer.from(frame.payload) };
			const signature = tapedSignature(decodeCall(kept.channel, kept.seq, kept.payload, true));
			if (signature === 'times()i') this.#moreTimes(kept.channel);
			else this.#held.push({ channel: kept.channel, signature, frame: kept });
		}
	}

	#moreTimes(channel: number): void {
		const { link } = this.#parts;
		this.#more = this.#given.get(channel) ?? this.#inputs.length;
		try {
			link.face(channel);
			link.result(0);
		} catch (error) {
			if (!(error instanceof TaskGone)) throw error;
		} finally {
			this.#more = undefined;
		}
	}

	#nextOf(channel: number): Extract<Input, { kind: 'frame' }> | undefined {
		const task = this.#tasks.get(channel);
		for (let at = this.#at; at < this.#inputs.length && at < this.#at + farthest; at++) {
			const input = this.#inputs[at];
			if (input?.kind === 'frame' && input.task === task && input.signature !== 'times()v') return input;
		}
		return undefined;
	}
}

function isMessage(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}
