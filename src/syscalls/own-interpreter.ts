/** execve(2) of the guest's own interpreter: no command, for it does nothing on the machine. The process goes on as a fresh guest. */
import { decodeName } from '../abi/bytes.ts';
import { SysError } from '../abi/errno.ts';
import { isType, S_IFREG } from '../abi/file-mode.ts';
import { forReading, type Place } from '../fs/api.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { isReplaced, packImage, type SignalState } from '../kernel/replacing.ts';
import { pieceBytes } from '../wire/guest-link.ts';
import type { Context } from './context.ts';
import { writeBackAll } from './shared-memory.ts';

/** include/linux/binfmts.h BINPRM_BUF_SIZE, and the deepest nesting of scripts that execve(2) takes. */
const lineBytes = 256;
const deepest = 4;

/**
 * The interpreter's words where executing `place` runs the guest's own one: by its file, a copy of it (venv makes one), or a script's first line
 * that leads to it, through /usr/bin/env and the PATH of the new environment too. undefined: it is a command.
 */
export function ownInterpreter(
	c: Context,
	place: Place,
	path: string,
	argv: readonly string[],
	env: readonly string[],
): readonly string[] | undefined {
	let [file, name, words]: [Place | undefined, string, readonly string[]] = [place, path, argv];
	for (let depth = 0; depth <= deepest && file !== undefined; depth++) {
		if (file.path === c.kernel.interpreter || isCopy(c, file)) return words.length === 0 ? [name] : words;
		const [program, option] = firstLine(c, file) ?? [];
		if (program === undefined) return undefined;
		const rest: string[] = [name, ...words.slice(1)];
		if (/^(\/usr)?\/bin\/env$/.test(program) && option !== undefined && /^[^-=/][^=/]*$/.test(option)) {
			file = onPath(c, option, env);
			[name, words] = [file?.path ?? option, [option, ...rest]];
		} else {
			file = executable(c, program);
			[name, words] = [program, option === undefined ? [program, ...rest] : [program, option, ...rest]];
		}
	}
	return undefined;
}

/** The calling process becomes a fresh one, with its own number, descriptors and place in the world. */
export function goOnFresh(c: Context, argv: readonly string[], env: readonly string[], signals: SignalState): Outcome {
	writeBackAll(c);
	const [program = '', ...rest] = argv;
	// -B as for the script itself: its modules' __pycache__ would be a change to review in each run.
	const image = packImage([program, '-B', ...rest], env, signals);
	const replacement = c.kernel.replace(c.task, argv, image);
	const retry = (): Outcome | undefined => (isReplaced(replacement) ? { kind: 'exit', status: 0 } : undefined);
	return { kind: 'park', retry, interruptible: false, restarts: false };
}

/** Whether a file is the interpreter's own, byte for byte. */
function isCopy(c: Context, file: Place): boolean {
	const size = file.stat?.size ?? 0;
	if (size === 0 || size !== c.kernel.fs.resolve(c.kernel.interpreter, '/').stat?.size) return false;
	for (let at = 0; at < size; at += pieceBytes) {
		const [ours, its] = [bytesOf(c, c.kernel.interpreter, at, pieceBytes), readable(c, file, at, pieceBytes)];
		if (ours === undefined || its === undefined || !ours.equals(its)) return false;
	}
	return true;
}

/** What stands behind `#!`: a program and at most one word. Not looked at where the script may not be read. */
function firstLine(c: Context, file: Place): readonly [string, string | undefined] | undefined {
	const bytes = readable(c, file, 0, lineBytes);
	if (bytes === undefined) return undefined;
	const [, program, option] = /^#![ \t]*([^ \t\n\0]+)(?:[ \t]+([^\n\0]*[^ \t\n\0]))?/.exec(decodeName(bytes)) ?? [];
	return program === undefined ? undefined : [program, option];
}

/** Bytes of a file that nobody needs to be asked about. */
function readable(c: Context, { path, origin, domain }: Place, at: number, length: number): Buffer | undefined {
	const allowed = [path, ...(origin === undefined ? [] : [origin])].every(
		(one) => domain !== 'host' || c.kernel.world.decide({ kind: 'read', path: one }).decision === 'allow',
	);
	return allowed ? bytesOf(c, path, at, length) : undefined;
}

function bytesOf(c: Context, path: string, at: number, length: number): Buffer | undefined {
	const bytes = Buffer.alloc(length);
	try {
		const node = c.kernel.fs.open(path, forReading);
		try {
			node.read(bytes, at);
		} finally {
			node.close();
		}
		return bytes;
	} catch (error) {
		if (error instanceof SysError) return undefined;
		throw error;
	}
}

function onPath(c: Context, name: string, env: readonly string[]): Place | undefined {
	const path = env.find((word) => word.startsWith('PATH='))?.slice(5) ?? '';
	for (const folder of path.split(':')) {
		const file = executable(c, `${folder === '' ? '.' : folder}/${name}`);
		if (file !== undefined) return file;
	}
	return undefined;
}

function executable(c: Context, path: string): Place | undefined {
	try {
		const place = c.kernel.fs.resolve(path, c.process.cwd);
		const mode = place.stat?.mode ?? 0;
		return isType(mode, S_IFREG) && (mode & 0o111) !== 0 ? place : undefined;
	} catch (error) {
		if (error instanceof SysError) return undefined;
		throw error;
	}
}
