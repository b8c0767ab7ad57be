/** The main thread's part of the guest's commands: runs those that were approved, and carries what goes in and out. */
import { setTimeout as delay } from 'node:timers/promises';
import type { HostRunningCommand } from '../host/command.ts';
import type { Change } from '../model/change.ts';
import type { FromWorker, ToWorker } from './messages.ts';

export type CommandServiceOptions = {
	readonly launcher: string;
	/** See RunHooks. */
	before(id: number, changes: readonly Change[]): Promise<readonly Change[]>;
	ended(id: number, status: number, signal: number): void;
	/** Once it is aborted no command starts any more. */
	readonly signal: AbortSignal;
	post(message: ToWorker): void;
};

type Message<Kind> = Extract<FromWorker, { kind: Kind }>;

/** How long all that commands have started may take to be gone, milliseconds: the launcher gives up after three seconds. */
const lastCommandsMs = 3500;

export class CommandService {
	readonly #options: CommandServiceOptions;
	/** Those that run, or have left something that does. */
	readonly #commands = new Map<number, HostRunningCommand>();
	/** Whom to tell that a piece of a command's output was taken: by command and stream, in order. */
	readonly #taken = new Map<string, (() => void)[]>();
	/** Set once the run has ended: called when its last command has. */
	#allGone: (() => void) | undefined;

	constructor(options: CommandServiceOptions) {
		this.#options = options;
	}

	receive(message: Message<'command' | 'command-input' | 'command-taken' | 'command-signal'>): void {
		switch (message.kind) {
			case 'command':
				return void this.#start(message);
			case 'command-input': {
				const { id, bytes } = message;
				if (bytes === undefined) return this.#commands.get(id)?.endInput();
				const taken = (): void => this.#options.post({ kind: 'command-input-taken', id });
				return this.#commands.get(id)?.input(bytes, taken);
			}
			case 'command-taken':
				return this.#took(`${message.id}.${message.stream}`);
			case 'command-signal':
				return this.#commands.get(message.id)?.signal(message.signal, message.group);
		}
	}

	/** Kills those that still run. */
	stop(): void {
		for (const command of this.#commands.values()) command.end();
	}

	/** Kills them, and waits until they are gone: what they do afterwards is no part of the run any more. */
	async end(): Promise<void> {
		const gone = new Promise<void>((resolve) => {
			this.#allGone = resolve;
		});
		this.stop();
		for (const waiting of this.#taken.values()) for (const taken of waiting.splice(0)) taken();
		if (this.#commands.size > 0) await Promise.race([gone, delay(lastCommandsMs, undefined, { ref: false })]);
		this.#commands.clear();
	}

	async #start({ id, spec, changes }: Message<'command'>): Promise<void> {
		const { launcher, before, ended, signal, post } = this.#options;
		let applied: readonly Change[];
		try {
			applied = await before(id, changes);
		} catch {
			// It has been told of; a command that might have needed the changes does not run without them.
			post({ kind: 'command-failed', id, code: 'EIO' });
			return;
		}
		if (applied.length > 0) post({ kind: 'applied', changes: applied });
		const { startHostCommand } = await import('../host/command.ts');
		if (signal.aborted) return;
		const handle = startHostCommand(
			{ ...spec, launcher },
			{
				started: () => post({ kind: 'command-started', id }),
				output: (stream, bytes, taken) => {
					if (this.#allGone !== undefined) return taken();
					const piece = `${id}.${stream}`;
					this.#taken.set(piece, [...(this.#taken.get(piece) ?? []), taken]);
					post({ kind: 'command-output', id, stream, bytes });
				},
				ended: (status, killedBy) => {
					// One that would not go: the record is closed by now.
					if (!this.#commands.has(id)) return;
					ended(id, status, killedBy);
					post({ kind: 'command-ended', id, status, signal: killedBy });
				},
				drained: () => post({ kind: 'command-drained', id }),
				closed: () => post({ kind: 'command-closed', id }),
				failed: (code) => post({ kind: 'command-failed', id, code }),
				gone: () => this.#forget(id),
			},
		);
		this.#commands.set(id, handle);
	}

	/** Also of a command that is gone: its output outlives it. */
	#took(piece: string): void {
		const waiting = this.#taken.get(piece);
		waiting?.shift()?.();
		if (waiting?.length === 0) this.#taken.delete(piece);
	}

	#forget(id: number): void {
		this.#commands.delete(id);
		if (this.#commands.size === 0) this.#allGone?.();
	}
}
