/** Runs one approved command of the guest on the machine, with execa. It dies with us: see `commandLine`. */
import { constants } from 'node:os';
import { execa } from 'execa';
import { hostPath } from '../abi/bytes.ts';
import type { CommandEvents, CommandSpec, RunningCommand } from '../model/command.ts';

export type HostCommand = CommandSpec & {
	/** The launcher, which starts it so that it is killed when we are. */
	readonly launcher: string;
};

/** Starts the command. `events` are called later, never during this call. */
export function startHostCommand(command: HostCommand, events: CommandEvents): RunningCommand {
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
	const mode = `--command${command.offline ? '-offline' : ''}${command.merged ? '-merged' : ''}`;
	return [command.launcher, [mode, command.program, name, ...rest]];
}

function forward(stream: NodeJS.ReadableStream, number: 1 | 2, events: CommandEvents, closed: () => void): void {
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
