/** The worker's way to commands: the main thread runs them. */
import type { SessionFileSystem } from '../fs/file-system.ts';
import type { CommandEvents, CommandSpec, RunningCommand } from '../model/command.ts';
import type { FromWorker, ToWorker } from './messages.ts';

type Known = { readonly events: CommandEvents; inputTaken: () => void };

type Told =
	| 'command-started'
	| 'command-output'
	| 'command-input-taken'
	| 'command-ended'
	| 'command-drained'
	| 'command-closed'
	| 'command-failed';

export class CommandLink {
	readonly #send: (message: FromWorker) => void;
	readonly #fs: () => SessionFileSystem;
	readonly #commands = new Map<number, Known>();
	/** Those that are about to start. */
	readonly #starting = new Set<number>();

	constructor(send: (message: FromWorker) => void, fs: () => SessionFileSystem) {
		this.#send = send;
		this.#fs = fs;
	}

	/**
	 * Whether approved changes may be on their way to the machine because a command is about to start. Until it has, no other task of
	 * the guest may go on: it could write to a file after it was approved and before it is copied.
	 */
	get standsStill(): boolean {
		return this.#starting.size > 0;
	}

	start(id: number, spec: CommandSpec, events: CommandEvents): RunningCommand {
		this.#starting.add(id);
		this.#commands.set(id, { events, inputTaken: () => {} });
		this.#send({ kind: 'command', id, spec, changes: this.#fs().revisedChanges() });
		return {
			input: (bytes, taken) => {
				const command = this.#commands.get(id);
				if (command !== undefined) command.inputTaken = taken;
				this.#send({ kind: 'command-input', id, bytes });
			},
			endInput: () => this.#send({ kind: 'command-input', id, bytes: undefined }),
			signal: (signal, group) => this.#send({ kind: 'command-signal', id, signal, group }),
		};
	}

	receive(message: Extract<ToWorker, { kind: Told }>): void {
		const { id } = message;
		const command = this.#commands.get(id);
		switch (message.kind) {
			case 'command-started':
				this.#starting.delete(id);
				return command?.events.started();
			case 'command-output': {
				const { stream } = message;
				const taken = (): void => this.#send({ kind: 'command-taken', id, stream });
				return command?.events.output(stream, Buffer.from(message.bytes), taken);
			}
			case 'command-input-taken':
				return command?.inputTaken();
			case 'command-ended':
				this.#starting.delete(id);
				// It may have changed anything on the machine.
				this.#fs().forget();
				return command?.events.ended(message.status, message.signal);
			case 'command-drained':
				return command?.events.drained();
			case 'command-closed':
				return command?.events.closed();
			case 'command-failed':
				this.#starting.delete(id);
				this.#commands.delete(id);
				return command?.events.failed(message.code);
		}
	}
}
