/** Runs a helper program of ours (never the guest's) to its end and keeps what it printed. */
import { spawn } from 'node:child_process';

export type ProgramRun = {
	/** Exit status; undefined where a signal ended it, it did not start, or its time was up. */
	readonly status: number | undefined;
	readonly stdout: string;
	readonly stderr: string;
};

export type ProgramOptions = {
	/** The whole environment: nothing is inherited. */
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly timeoutMs: number;
};

/** Never rejects: a program that does not start or has no end has its reason in `stderr`. Keeps at most 1 MiB of each output. */
export function runProgram(file: string, args: readonly string[], options: ProgramOptions): Promise<ProgramRun> {
	return new Promise((resolve) => {
		const child = spawn(file, args, {
			env: { ...options.env },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		const stdout = gather(child.stdout);
		const stderr = gather(child.stderr);
		const timer = setTimeout(() => {
			child.kill('SIGKILL');
			// What it started may hold its output open: nobody waits for that.
			child.stdout.destroy();
			child.stderr.destroy();
			resolve({ status: undefined, stdout: '', stderr: `no answer within ${options.timeoutMs / 1000} s` });
		}, options.timeoutMs);
		child.once('error', (error) => resolve({ status: undefined, stdout: '', stderr: error.message }));
		child.once('close', (code) => {
			clearTimeout(timer);
			resolve({ status: code ?? undefined, stdout: stdout(), stderr: stderr() });
		});
	});
}

const outputLimit = 1_048_576;

function gather(stream: NodeJS.ReadableStream): () => string {
	const chunks: Buffer[] = [];
	let length = 0;
	stream.on('data', (chunk: Buffer) => {
		if (length < outputLimit) chunks.push(chunk);
		length += chunk.length;
	});
	return () => Buffer.concat(chunks).toString('utf8').slice(0, outputLimit);
}
