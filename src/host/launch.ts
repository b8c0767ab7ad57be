/** Starts the launcher. Only ever from the main thread: the guest dies with the thread that started it. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

export type LaunchOptions = {
	readonly launcher: string;
	readonly args: readonly string[];
	/** Folders of shared libraries that the interpreter needs and the system does not have. */
	readonly libraryPath: readonly string[];
	/** The guest's environment; a translated interpreter asks for its own, call by call. */
	readonly env: Readonly<Record<string, string>>;
	/** What the C library of a translated interpreter reads by itself: locale and time zone. */
	readonly nativeEnv?: Readonly<Record<string, string>>;
	/** Whether it waits for `proceed` before it becomes the interpreter. */
	readonly holds?: boolean;
};

export type Launched = {
	readonly pid: number;
	/** What confines the guest (`userns: true`, …), once its FIFOs are there. Rejects with the launcher's own sentence. */
	readonly ready: Promise<Readonly<Record<string, boolean>>>;
	/** Status of the launcher: see PROTOCOL.md. Never rejects. */
	readonly ended: Promise<{ readonly status: number; readonly message: string }>;
	/** Our ends of its FIFOs are open. */
	proceed(): void;
	kill(): void;
};

/** The launcher could not do its work; `message` is its own sentence. */
export class LaunchError extends Error {
	constructor(message: string) {
		super(message);
		this.name = 'LaunchError';
	}
}

/** How long the supervisor has for that, milliseconds. */
const lastResortMs = 2000;

export function launch(options: LaunchOptions): Launched {
	const libraries = options.libraryPath.length === 0 ? {} : { LD_LIBRARY_PATH: options.libraryPath.join(':') };
	const child = spawn(options.launcher, options.args, {
		env: { ...libraries, ...options.nativeEnv },
		stdio: ['pipe', 'pipe', 'pipe'],
		detached: true,
	});
	let said = '';
	let errors = '';
	const block = Object.entries(options.env).map(([name, value]) => `${name}=${value}\0`);
	// A launcher that refuses to start has said why on standard error.
	child.stdin.on('error', () => {});
	if (options.holds !== true) child.stdin.end(block.join(''));
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		if (errors.length < 8192) errors += text;
	});
	const ended = new Promise<{ status: number; message: string }>((resolve) => {
		child.once('error', (error) => resolve({ status: 125, message: `${options.launcher}: ${error.message}` }));
		child.once('close', (code, signal) =>
			resolve({ status: code ?? (signal === null ? 125 : 128 + constants.signals[signal]), message: errors.trim() }),
		);
	});
	const ready = new Promise<Record<string, boolean>>((resolve, reject) => {
		child.stdout.setEncoding('latin1').on('data', (text: string) => {
			said += text;
			const [first, second, ...rest] = said.split('\n');
			if (first === 'ready' && rest.length > 0) resolve(facts(second ?? ''));
		});
		void ended.then(({ message, status }) =>
			reject(new LaunchError(message || `the launcher ended with status ${status}`)),
		);
	});
	// Whoever waits for `ended` alone is told there.
	ready.catch(() => {});
	return {
		pid: child.pid ?? 0,
		ready,
		ended,
		proceed: () => void child.stdin.end(),
		// The supervisor kills all of its group when its standard output is closed. Killed itself, it could not: without a pid namespace a
		// process that the guest made by itself, and that no parent-death signal reaches, would go on.
		kill: () => {
			child.stdout.destroy();
			setTimeout(() => child.kill('SIGKILL'), lastResortMs).unref();
		},
	};
}

/** `launcher --near`: see PROTOCOL.md. A matter of speed alone, so nobody waits for it and a failure costs nothing else. */
export function bringNear(launcher: string, thread: number, launcherPid: number): void {
	spawn(launcher, ['--near', String(thread), String(launcherPid)], { stdio: 'ignore', env: {} }).on('error', () => {});
}

function facts(line: string): Record<string, boolean> {
	const words = line.split(' ').map((word) => word.split('='));
	return Object.fromEntries(words.map(([name = '', value]) => [name, value === 'yes']));
}
