/** The real program in a world of its own: a home, a working directory and a place for sessions, all below one folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/model/report.ts';

export const program = fileURLToPath(new URL('../../bin/approve-run', import.meta.url));

export type Ran = {
	readonly status: number | null;
	readonly stdout: string;
	readonly stderr: string;
	readonly bytes: Buffer;
};

export type Running = { readonly child: ChildProcess; readonly pid: number; readonly done: Promise<Ran> };

export type World = {
	/** Holds everything; not below /tmp, which is the guest's own scratch folder. */
	readonly folder: string;
	readonly work: string;
	readonly home: string;
	readonly env: Readonly<Record<string, string>>;
	write(name: string, content: string | Uint8Array): string;
	read(name: string): string;
	/** Names in the working directory, sorted. */
	names(): string[];
	/** Runs approve-run without a terminal, to its end. */
	run(args: readonly string[], input?: string | Uint8Array): Promise<Ran>;
	start(args: readonly string[], env?: Readonly<Record<string, string>>): Running;
	/** The same with `--report`. */
	report(args: readonly string[], input?: string): Promise<Ran & { readonly report: Report }>;
	/** Ids of all sessions, newest first, with their state. */
	sessions(): Promise<{ readonly id: string; readonly state: string }[]>;
	/** Processes that have to do with this world: pid and command line. */
	processes(): string[];
	remove(): void;
};

/** A policy that allows everything below the working directory, and commands. Shell strings need `strings`. */
export function openPolicy(strings: readonly string[] = [], more = ''): string {
	const rules = strings.map((text) => `      - ${JSON.stringify(text)}\n`).join('');
	return [
		'name: open',
		'default: { read: allow, write: deny, delete: deny, run: allow, connect: deny }',
		'rules:',
		'  - { allow: [write, delete], path: "./**" }',
		...(rules === '' ? [] : [`  - allow: run\n    command:\n${rules}`]),
		more,
		'',
	].join('\n');
}

export function makeWorld(): World {
	const folder = mkdtempSync('/var/tmp/approve-run-e2e-');
	const [work, home] = [join(folder, 'work'), join(folder, 'home')];
	for (const path of [work, home]) mkdirSync(path);
	const env = {
		PATH: ordinaryPath(),
		HOME: home,
		LANG: 'C.UTF-8',
		TZ: 'UTC',
		TERM: 'xterm-256color',
		XDG_STATE_HOME: join(folder, 'state'),
		// PyPy may have been fetched there; what these tests write to it are compiled policies.
		XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
	};
	const start = (args: readonly string[], more: Readonly<Record<string, string>> = {}): Running => {
		// A process group and session of its own: no terminal.
		const child = spawn(program, args, { cwd: work, env: { ...env, ...more }, detached: true, stdio: 'pipe' });
		return { child, pid: child.pid ?? 0, done: collect(child) };
	};
	const run = (args: readonly string[], input?: string | Uint8Array): Promise<Ran> => {
		const { child, done } = start(args);
		// A program that does not read its input is no failure of the test.
		child.stdin?.on('error', () => {});
		child.stdin?.end(input);
		return done;
	};
	return {
		folder,
		work,
		home,
		env,
		write(name, content) {
			writeFileSync(join(work, name), content);
			return join(work, name);
		},
		read: (name) => readFileSync(join(work, name), 'utf8'),
		names: () => readdirSync(work).sort(),
		run,
		start,
		async report(args, input) {
			const file = join(folder, 'report.json');
			rmSync(file, { force: true });
			const ran = await run(['--report', file, ...args], input);
			return { ...ran, report: JSON.parse(readFileSync(file, 'utf8')) };
		},
		async sessions() {
			const { stdout } = await run(['sessions']);
			return stdout.split('\n').flatMap((line) => {
				const [, id, state] = /^(\w{26}) {2}(\S+)/.exec(line) ?? [];
				return id === undefined || state === undefined ? [] : [{ id, state }];
			});
		},
		processes: () => processesOf(folder),
		remove: () => rmSync(folder, { recursive: true, force: true }),
	};
}

/** Waits until `isSo`, and says what was hoped for when it never is. */
export async function eventually(what: string, isSo: () => boolean, ms = 8000): Promise<void> {
	const end = performance.now() + ms;
	while (!isSo()) {
		if (performance.now() > end) throw new Error(`never came: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

/** System folders, and the one of this node: folders that a script may write to would make the policy ask. */
function ordinaryPath(): string {
	return ['/usr/local/bin', '/usr/bin', '/bin', join(process.execPath, '..')].join(':');
}

function collect(child: ChildProcess): Promise<Ran> {
	const [out, err]: [Buffer[], Buffer[]] = [[], []];
	child.stdout?.on('data', (bytes: Buffer) => out.push(bytes));
	child.stderr?.on('data', (bytes: Buffer) => err.push(bytes));
	return new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (status) => {
			const bytes = Buffer.concat(out);
			resolve({ status, bytes, stdout: bytes.toString(), stderr: withoutSetUp(Buffer.concat(err).toString()) });
		});
	});
}

/** Where the source was edited since the last run, the first test builds it. */
function withoutSetUp(text: string): string {
	return text.replace(/^approve-run: (?:setting up|waiting for another set-up) .*\n/gm, '');
}

function processesOf(folder: string): string[] {
	return readdirSync('/proc').flatMap((pid) => {
		if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
		try {
			const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
			// The dead have no command line.
			if (words === '') return [];
			const belongs = words.includes(folder) || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
			return belongs ? [`${pid} ${words}`] : [];
		} catch {
			return [];
		}
	});
}
