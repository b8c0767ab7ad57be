/** The person's editor on a private copy of some bytes. */
import { spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Edited =
	| { readonly kind: 'edited'; readonly bytes: Buffer }
	| { readonly kind: 'same' }
	| { readonly kind: 'failed'; readonly why: string };

/** More than this is not taken back, bytes. */
const largest = 64 * 1024 * 1024;

/**
 * Runs `command` (what VISUAL or EDITOR holds: words for a shell, as git takes them) on a file called about `name`, with the
 * terminal as its input and output. Ctrl-C in it is not ours meanwhile. Never rejects.
 */
export async function editInTerminal(command: string, name: string, bytes: Uint8Array): Promise<Edited> {
	let folder: string | undefined;
	try {
		folder = mkdtempSync(join(tmpdir(), 'approve-run-edit-'));
		const file = join(folder, safeName(name));
		writeFileSync(file, bytes, { mode: 0o600 });
		const why = await withoutInterrupts(() => run(command, file));
		if (why !== undefined) return { kind: 'failed', why };
		const now = readBack(file);
		return now.equals(bytes) ? { kind: 'same' } : { kind: 'edited', bytes: now };
	} catch (error) {
		return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
	} finally {
		if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
	}
}

/** Why it failed; undefined where it did not. */
function run(command: string, file: string): Promise<string | undefined> {
	const terminal = openSync('/dev/tty', constants.O_RDWR);
	return new Promise((resolve) => {
		const child = spawn('/bin/sh', ['-c', `${command} "$@"`, command, file], { stdio: [terminal, terminal, terminal] });
		const end = (why: string | undefined) => {
			closeSync(terminal);
			resolve(why);
		};
		child.once('error', (error) => end(`the editor could not be started: ${error.message}`));
		child.once('exit', (status, signal) => {
			if (status === 0) end(undefined);
			else
				end(
					signal === null ? `the editor (${command}) ended with status ${status}` : `the editor was ended by ${signal}`,
				);
		});
	});
}

/** Ctrl-C in an editor that does not take the keyboard raw reaches the whole process group: it is meant for the editor. */
async function withoutInterrupts<Result>(work: () => Promise<Result>): Promise<Result> {
	const kept = (['SIGINT', 'SIGQUIT'] as const).map((name) => ({ name, listeners: process.listeners(name) }));
	const ignore = () => {};
	for (const { name } of kept) {
		process.removeAllListeners(name);
		process.on(name, ignore);
	}
	try {
		return await work();
	} finally {
		for (const { name, listeners } of kept) {
			process.off(name, ignore);
			for (const listener of listeners) process.on(name, listener);
		}
	}
}

function readBack(file: string): Buffer {
	const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
	try {
		const stats = fstatSync(fd);
		if (!stats.isFile() || stats.size > largest)
			throw new Error('what the editor left is no file of a size that can be taken');
		return readFileSync(fd);
	} finally {
		closeSync(fd);
	}
}

/** The end of it says which language it is; nothing in it is a word for a shell, an option, or hidden. */
function safeName(name: string): string {
	const safe = name.replace(/[^A-Za-z0-9._-]/g, '_').slice(-80);
	return /^[A-Za-z0-9_]/.test(safe) ? safe : `_${safe}`;
}
