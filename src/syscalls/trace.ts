/** `--trace`: a line for each call, when it has its result. What a guest gave is quoted and cut; nothing here decides anything. */
import { errno, SysError } from '../abi/errno.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { Task } from '../kernel/task.ts';
import type { Approval } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';
import type { Call, CallLink } from '../wire/call.ts';
import { GuestFault, TaskGone } from '../wire/guest-link.ts';
import { type Kind, kindsOf } from './argument-kinds.ts';
import { decodeArgument, decodeResult, type Late, quotable } from './trace-arguments.ts';

export type TraceOptions = {
	readonly link: CallLink;
	/** Nanoseconds. */
	readonly now: () => bigint;
	/** Takes one line without its end. */
	readonly line: (text: string) => void;
	/** What the arguments of a call are: those of Linux, where nothing is said. */
	readonly kindsOf?: (name: string) => readonly Kind[] | undefined;
};

type Open = {
	readonly began: bigint;
	readonly task: Task;
	readonly call: string;
	readonly parts: readonly (string | Late)[];
};

const errorNames = new Map<number, string>(Object.entries(errno).map(([name, number]) => [number, name]));
const ERESTARTSYS = 512;

export class Trace {
	readonly #options: TraceOptions;
	readonly #start: bigint;
	readonly #open = new Map<Task, Open>();
	readonly #denied: string[] = [];

	constructor(options: TraceOptions) {
		this.#options = options;
		this.#start = options.now();
		options.line('# seconds process/thread call(arguments) = result <seconds it took>');
	}

	/** A call came. */
	begin(task: Task, call: Call): void {
		const kinds = (this.#options.kindsOf ?? kindsOf)(call.name);
		const parts = call.args.map((_, index) =>
			this.#quietly(() => decodeArgument(this.#options.link, call, index, kinds)),
		);
		this.#open.set(task, { began: this.#options.now(), task, call: call.name, parts });
	}

	/** An effect was refused, by a rule or by a person. */
	denied(text: string): void {
		this.#denied.push(text);
	}

	/** The call's result, while its task still waits for it. */
	end(task: Task, outcome: Outcome): void {
		const open = this.#open.get(task);
		if (open === undefined || (typeof outcome !== 'number' && outcome.kind === 'park')) return;
		this.#open.delete(task);
		this.#write(open, typeof outcome === 'number' ? outcome : undefined);
	}

	/** The run is over: calls that never got a result. */
	close(): void {
		for (const open of this.#open.values()) this.#write(open, undefined);
		this.#open.clear();
	}

	#write({ began, task, call, parts }: Open, result: number | undefined): void {
		const shown = parts.map((part) =>
			typeof part === 'string' ? part : this.#quietly(() => decodeResult(this.#options.link, part, result ?? -1)),
		);
		const now = this.#options.now();
		const denied = this.#denied.splice(0).map((text) => ` [denied: ${text}]`);
		this.#options.line(
			`${seconds(began - this.#start)} ${task.process.pid}/${task.tid} ${call}(${shown.join(', ')}) = ${call === 'mmap' && (result ?? -1) >= 0 ? shown[0] : resultText(call, result)}` +
				` <${seconds(now - began)}>${denied.join('')}`,
		);
	}

	/** An argument that cannot be read is shown as such. */
	#quietly<Shown>(decode: () => Shown): Shown | string {
		try {
			return decode();
		} catch (error) {
			if (error instanceof GuestFault || error instanceof TaskGone || error instanceof SysError) return '?';
			throw error;
		}
	}
}

/** An effect that was refused, and by what. */
export function deniedText(effect: Effect, { by, because }: Approval): string {
	const who = 'rule' in by ? by.rule : 'person' in by ? by.person : by.built;
	return quotable(`${effectText(effect)} by ${who}${because === undefined ? '' : `: ${because}`}`);
}

function effectText(effect: Effect): string {
	switch (effect.kind) {
		case 'run':
			return `run ${effect.argv.join(' ')}`;
		case 'connect':
		case 'listen':
			return `${effect.kind} ${effect.host}:${effect.port}`;
		default:
			return `${effect.kind} ${effect.path}`;
	}
}

function resultText(call: string, result: number | undefined): string {
	if (result === undefined || call === 'exit_group') return '?';
	if (result === -ERESTARTSYS) return '? ERESTARTSYS';
	if (result < 0 && result > -4096) return `-1 ${errorNames.get(-result) ?? -result}`;
	return String(result);
}

function seconds(ns: bigint): string {
	const micros = ns / 1000n;
	return `${micros / 1_000_000n}.${String(micros % 1_000_000n).padStart(6, '0')}`;
}
