/** Small questions about files of ours and of an interpreter, answered at once. None throws for what is not there. */
import {
	accessSync,
	chmodSync,
	closeSync,
	constants,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	realpathSync,
	renameSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Enough to notice that a file is another one now. Times in milliseconds since the epoch. */
export type FileStamp = { readonly path: string; readonly mtimeMs: number; readonly size: number };

export function stampFile(path: string): FileStamp | undefined {
	const stat = statSync(path, { throwIfNoEntry: false });
	return stat?.isFile() ? { path, mtimeMs: stat.mtimeMs, size: stat.size } : undefined;
}

export function isFolder(path: string): boolean {
	return attempt(() => statSync(path).isDirectory()) ?? false;
}

/** A regular file that this user may execute. */
export function isProgram(path: string): boolean {
	const check = (): boolean => {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	};
	return attempt(check) ?? false;
}

/** Whether it begins as a program does: ELF, or a script's first line. execvp(3) would hand any other text to a shell. */
export function beginsAsProgram(path: string): boolean {
	const start = attempt(() => readStart(path, 4)) ?? '';
	return start.startsWith('\x7fELF') || start.startsWith('#!');
}

export function realPath(path: string): string | undefined {
	return attempt(() => realpathSync(path));
}

/** Names in a folder, sorted; empty where it cannot be read. */
export function namesIn(folder: string): string[] {
	return attempt(() => readdirSync(folder).sort()) ?? [];
}

export function readText(path: string): string | undefined {
	return attempt(() => readFileSync(path, 'utf8'));
}

/** Replaces a private file as a whole, making its folder (0700) where needed. Throws what node:fs throws. */
export function replaceText(path: string, text: string): void {
	mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
	const beside = `${path}.${process.pid}`;
	writeFileSync(beside, text, { mode: 0o600 });
	renameSync(beside, path);
}

export function pathExists(path: string): boolean {
	return attempt(() => statSync(path)) !== undefined;
}

/** Replaces a file of the user's as a whole: its mode stays, a new one gets the usual one. Throws what node:fs throws. */
export function rewriteText(path: string, text: string): void {
	const mode = attempt(() => statSync(path).mode & 0o777);
	const beside = `${path}.${process.pid}`;
	writeFileSync(beside, text, { flag: 'wx', ...(mode === undefined ? {} : { mode }) });
	if (mode !== undefined) chmodSync(beside, mode);
	renameSync(beside, path);
}

function attempt<T>(ask: () => T): T | undefined {
	try {
		return ask();
	} catch {
		return undefined;
	}
}

function readStart(path: string, bytes: number): string {
	const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	try {
		const into = Buffer.alloc(bytes);
		return into.toString('latin1', 0, readSync(fd, into, 0, bytes, 0));
	} finally {
		closeSync(fd);
	}
}
