/** A command that runs for real after its execve was approved: what it is, what it tells, and how it is told. */

/** What runs, and where its streams lead. */
export type CommandSpec = {
	readonly argv: readonly string[];
	readonly program: string;
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
	/** Descriptor 0: the script's own input, bytes that the kernel sends, or nothing (closed). */
	readonly input: 'outside' | 'stream' | 'none';
	/** It gets no network. */
	readonly offline: boolean;
	/** Descriptors 1 and 2 are the same open file: one stream keeps their order. */
	readonly merged: boolean;
	/** Those of 1 and 2 that the guest has closed. */
	readonly closed: readonly (1 | 2)[];
	/** Signals that it finds blocked and ignored, as bits: number 1 is the lowest. */
	readonly blocked: bigint;
	readonly ignored: bigint;
};

export type CommandEvents = {
	/** It runs. */
	started(): void;
	/** Bytes it printed. Call `taken` when they have found their place, so that it is slowed down to its reader. */
	output(stream: 1 | 2, bytes: Buffer, taken: () => void): void;
	/** The command itself has ended. `signal` is a number, 0 for none. What it started may run on, and print. */
	ended(status: number, signal: number): void;
	/** After `ended`: all that it had printed by then was given. */
	drained(): void;
	/** Nobody holds its output any more. */
	closed(): void;
	/** It could not be started. */
	failed(code: string): void;
};

export type RunningCommand = {
	/** Sends input; `taken` is called when it was. */
	input(bytes: Uint8Array, taken: () => void): void;
	endInput(): void;
	/** `group`: also what it started and what stayed in its process group. */
	signal(signal: number, group: boolean): void;
};
