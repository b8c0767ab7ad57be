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
};

export type CommandEvents = {
	/** It runs. */
	started(): void;
	/** Bytes it printed. Call `taken` when they have found their place, so that it is slowed down to its reader. */
	output(stream: 1 | 2, bytes: Buffer, taken: () => void): void;
	/** It has ended and all its output was given. `signal` is a number, 0 for none. */
	ended(status: number, signal: number): void;
	/** It could not be started. */
	failed(code: string): void;
};

export type RunningCommand = {
	/** Sends input; `taken` is called when it was. */
	input(bytes: Uint8Array, taken: () => void): void;
	endInput(): void;
	signal(signal: number): void;
};
