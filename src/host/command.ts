/** Runs one approved command of the guest on the machine, with execa. It dies with us: see `commandLine`. */
import { constants } from 'node:os';
import { execa } from 'execa';
import { hostPath } from '../abi/bytes.ts';

export type HostCommand = {
	readonly argv: readonly string[];
	readonly program: string;
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
	/** `outside`: our own standard input is the command's; `none`: it is closed (reads nothing). */
	readonly input: 'outside' | 'stream' | 'none';
	/** Its descriptors 1 and 2 are one stream. */
	readonly merged: boolean;
	/** The launcher, which starts it so that it is killed when we are. */
	readonly launcher: string;
};

export type HostCommandEvents = {
	started(): void;
	/** Call `taken` when more may come. */
	output(stream: 1 | 2, bytes: Buffer, taken: () => void): void;
	/** After the last output. `signal` is its number, 0 for none. */
	ended(status: number, signal: number): void;
	failed(code: string): void;
};

export type HostCommandHandle = {
	input(bytes: Uint8Array, taken: () => void): void;
	endInput(): void;
	/** Signals the command and what it started in its process group. */
	signal(signal: number): void;
};

/** Starts the command. `events` are called later, never during this call. */
export function startHostCommand(command: HostCommand, events: HostCommandEvents): HostCommandHandle {
	const [program, args] = commandLine(command);
	const child = execa(program, args, {
		cwd: String(hostPath(command.cwd)),
		env: command.env,
		extendEnv: false,
		stdin: command.input === 'outside' ? 'inherit' : command.input === 'none' ? 'ignore' : 'pipe',
		stdout: 'pipe',
		stderr: 'pipe',
		buffer: false,
		encoding: 'buffer',
		reject: false,
		stripFinalNewline: false,
		// A group of its own: Ctrl-C in the terminal is ours to pass on, and a signal reaches what it started.
		detached: true,
		cleanup: true,
	});
	let open = 3;
	let result: { readonly status: number; readonly signal: number } | undefined;
	const closed = (): void => {
		open -= 1;
		if (open === 0 && result !== undefined) events.ended(result.status, result.signal);
	};
	child.once('spawn', () => events.started());
	forward(child.stdout, 1, events, closed);
	forward(child.stderr, 2, events, closed);
	void child.then((end) => {
		if (child.pid === undefined) {
			events.failed(end.code ?? 'EACCES');
			return;
		}
		result = { status: end.exitCode ?? 0, signal: signalOf(end.signal) };
		closed();
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
		signal(signal) {
			if (child.pid !== undefined) killGroup(child.pid, signal);
		},
	};
}

/** Through `launcher --command`, which sets the parent-death signal, merges 2 into 1, and keeps argv[0] as the guest named it. */
function commandLine(command: HostCommand): [string, string[]] {
	const [name = command.program, ...rest] = command.argv;
	const mode = command.merged ? '--command-merged' : '--command';
	return [command.launcher, [mode, command.program, name, ...rest]];
}

function forward(stream: NodeJS.ReadableStream, number: 1 | 2, events: HostCommandEvents, closed: () => void): void {
	stream.on('data', (bytes: Buffer) => {
		stream.pause();
		events.output(number, bytes, () => stream.resume());
	});
	stream.once('end', closed);
	stream.once('error', closed);
}

function signalOf(name: string | undefined): number {
	if (name === undefined) return 0;
	return Object.entries(constants.signals).find(([known]) => known === name)?.[1] ?? 0;
}

function killGroup(pid: number, signal: number): void {
	try {
		process.kill(-pid, signal);
	} catch (error) {
		// It has ended meanwhile.
		if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
	}
}
