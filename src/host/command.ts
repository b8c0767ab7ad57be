/** Runs one approved command of the guest on the machine, with execa, by way of `launcher --command`: see PROTOCOL.md. */
import { Socket } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { execa } from 'execa';
import { encodeName } from '../abi/bytes.ts';
import type { CommandEvents, CommandSpec, RunningCommand } from '../model/command.ts';

export type HostCommand = CommandSpec & {
	/** The launcher, which starts it and ends all that it leaves behind. */
	readonly launcher: string;
};

export type HostCommandEvents = CommandEvents & {
	/** Neither the command nor anything that it started runs any more. */
	gone(): void;
};

/** As for the guest, and once the run is over. */
export type HostRunningCommand = RunningCommand & {
	/** Kills all that the command started and that still runs. */
	end(): void;
};

const orders = { one: 1, group: 2, end: 3 } as const;
const told = { started: 0, failed: 1, ended: 2, gone: 3 } as const;
const SIGKILL = 9;

/** Starts the command. `events` are called later, never during this call. */
export function startHostCommand(command: HostCommand, events: HostCommandEvents): HostRunningCommand {
	const { argv, blocked, ignored } = command;
	const words = [String(argv.length), flagsOf(command), blocked.toString(16), ignored.toString(16)];
	const child = execa(command.launcher, ['--command', ...words], {
		cwd: '/',
		env: {},
		extendEnv: false,
		stdio: [
			command.input === 'outside' ? 'inherit' : command.input === 'none' ? 'ignore' : 'pipe',
			'pipe',
			'pipe',
			'pipe',
		],
		buffer: false,
		encoding: 'buffer',
		reject: false,
		stripFinalNewline: false,
		// A session of its own: Ctrl-C in the terminal is ours to pass on.
		detached: true,
	});
	const channel = child.stdio[3];
	const order = (what: number, signal: number): void => {
		if (channel instanceof Socket && !channel.destroyed) channel.write(int32s(what, signal));
	};
	const state = new CommandState(events);
	state.follow(child.stdout, 1);
	state.follow(child.stderr, 2);
	if (channel instanceof Socket) {
		channel.on('error', () => {});
		// Whoever kills the launcher kills the command with it.
		channel.once('close', () => {
			state.ended(0, SIGKILL);
			events.gone();
		});
		channel.write(wordsOf(command));
		onMessages(channel, (what, value) => {
			if (what === told.started) events.started();
			else if (what === told.failed) state.failed(getSystemErrorName(-value));
			else if (what === told.ended) state.ended((value >> 8) & 0xff, value & 0x7f);
			else if (what === told.gone) channel.end();
		});
	}
	void child.then((end) => {
		if (child.pid !== undefined) return;
		state.failed(end.code ?? 'EACCES');
		events.gone();
	});
	const stdin = child.stdin;
	// A command that closed its input early is no error of ours.
	stdin?.on('error', () => {});
	return {
		input(bytes, taken) {
			if (stdin === null || stdin.destroyed) taken();
			else stdin.write(bytes, () => taken());
		},
		endInput: () => void stdin?.end(),
		signal: (signal, group) => order(group ? orders.group : orders.one, signal),
		end: () => order(orders.end, 0),
	};
}

/** Who of a command has ended, and what it printed that is not given yet. */
class CommandState {
	readonly #events: CommandEvents;
	readonly #open = new Set<NodeJS.ReadableStream>();
	#over = false;
	#pieces = 0;
	/** Pieces that nobody has taken yet. */
	#given = 0;
	#taken = (): void => {};

	constructor(events: CommandEvents) {
		this.#events = events;
	}

	follow(stream: NodeJS.ReadableStream, number: 1 | 2): void {
		this.#open.add(stream);
		stream.on('data', (bytes: Buffer) => {
			this.#pieces += 1;
			this.#given += 1;
			stream.pause();
			this.#events.output(number, bytes, () => {
				this.#given -= 1;
				stream.resume();
				this.#taken();
			});
		});
		const closed = (): void => {
			if (this.#open.delete(stream) && this.#open.size === 0) this.#events.closed();
		};
		stream.once('end', closed).once('error', closed).once('close', closed);
	}

	failed(code: string): void {
		if (this.#over) return;
		this.#over = true;
		this.#events.failed(code);
	}

	ended(status: number, signal: number): void {
		if (this.#over) return;
		this.#over = true;
		this.#events.ended(status, signal);
		this.#look(turns, this.#pieces);
	}

	/** What the command printed itself is all there when whole turns of the loop, which look at every stream, have brought nothing. */
	#look(left: number, pieces: number): void {
		setImmediate(() => {
			if (this.#given > 0) {
				this.#taken = () => {
					this.#taken = () => {};
					this.#look(turns, this.#pieces);
				};
			} else if (this.#open.size === 0 || (left === 0 && pieces === this.#pieces)) this.#events.drained();
			else this.#look(pieces === this.#pieces ? left - 1 : turns, this.#pieces);
		});
	}
}

/** One more than is needed: the turn that was going on may have looked before the command's last word. */
const turns = 2;

/** `m`: standard error is standard output. `o`: without a network. Digits: descriptors that are closed. */
function flagsOf({ merged, offline, input, closed }: HostCommand): string {
	return `-${merged ? 'm' : ''}${offline ? 'o' : ''}${input === 'none' ? '0' : ''}${closed.join('')}`;
}

function wordsOf({ program, cwd, argv, env }: HostCommand): Buffer {
	const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
	const words = encodeName([program, cwd, ...argv, ...variables].map((word) => `${word}\0`).join(''));
	const length = Buffer.alloc(4);
	length.writeUInt32LE(words.length);
	return Buffer.concat([length, words]);
}

function int32s(...values: readonly number[]): Buffer {
	const bytes = Buffer.alloc(4 * values.length);
	for (const [i, value] of values.entries()) bytes.writeInt32LE(value, 4 * i);
	return bytes;
}

/** Pairs of numbers, as the launcher writes them. */
function onMessages(channel: Socket, take: (what: number, value: number) => void): void {
	let rest = Buffer.alloc(0);
	channel.on('data', (bytes: Buffer) => {
		rest = Buffer.concat([rest, bytes]);
		for (; rest.length >= 8; rest = rest.subarray(8)) take(rest.readInt32LE(0), rest.readInt32LE(4));
	});
}
