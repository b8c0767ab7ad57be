/** The script that is to be run, and its words. */
import { dirname, resolve } from 'node:path';
import { isFolder, stampFile } from '../host/file-facts.ts';
import { realPath } from '../host/real-path.ts';
import { readAllInput } from '../host/standard-input.ts';
import { nearest } from '../policy/nearest.ts';
import { commandNames } from './command-names.ts';
import { UserError } from './user-error.ts';

export type Program = {
	readonly name: string;
	readonly args: readonly string[];
	/** What the interpreter is given. */
	readonly words: readonly string[];
	readonly folder?: string;
	readonly input?: Uint8Array;
	/** The script's path or bytes. */
	readonly source: string | Uint8Array;
};

/** What a command line names: a file, `-` or code. Throws UserError, with 127 where there is no such script. */
export async function programOf(
	script: string | undefined,
	args: readonly string[],
	code: string | undefined,
	cwd: string,
): Promise<Program> {
	if (code !== undefined) {
		const rest = script === undefined ? [] : [script, ...args];
		return { name: '-c', args: rest, words: ['-c', code, ...rest], source: Buffer.from(code) };
	}
	if (script === undefined) throw new UserError('name a script to run, or see approve-run --help');
	if (script === '-') {
		const input = await readAllInput();
		return { name: '-', args, words: ['-', ...args], input, source: input };
	}
	const path = resolve(cwd, script);
	if (isFolder(path)) throw new UserError(`${script} is a folder; name a script in it`, 127);
	if (stampFile(path) === undefined) throw new UserError(`there is no script ${path}${meantCommand(script)}`, 127);
	return { name: script, args, words: [script, ...args], folder: dirname(realPath(path) ?? path), source: path };
}

/** A command with a slip in it looks like the name of a script. */
function meantCommand(script: string): string {
	const meant = /^[a-z]{3,10}$/.test(script) ? nearest(script, commandNames) : undefined;
	const isLike = meant !== undefined && meant[0] === script[0] && Math.abs(meant.length - script.length) < 2;
	return isLike ? `; for the command write: approve-run ${meant}` : '';
}
