/** An effect from the words of a command line. */
import { basename, dirname, join, resolve } from 'node:path';
import { realPath } from '../host/real-path.ts';
import type { Effect } from '../model/effect.ts';
import { systemPath } from '../policy/compile.ts';
import { UserError } from './user-error.ts';

/** `read ./x`, `run git push`, `connect example.com:443` as the effect that a script would want here. Throws UserError. */
export function effectOf(
	kind: string,
	words: readonly string[],
	cwd: string,
	env: Readonly<Record<string, string>>,
): Effect {
	const [first] = words;
	if (first === undefined) throw new UserError('say what: a path, a command, or HOST:PORT');
	switch (kind) {
		case 'read':
		case 'write':
		case 'delete':
			return { kind, path: absolute(first, cwd) };
		case 'run': {
			const program = first.includes('/')
				? absolute(first, cwd)
				: systemPath.map((folder) => `${folder}/${first}`).find((path) => realPath(path));
			if (program === undefined) throw new UserError(`there is no program ${first} on ${systemPath.join(':')}`);
			return { kind, argv: words, program: realPath(program) ?? program, cwd, env };
		}
		case 'connect':
		case 'listen': {
			const at = first.lastIndexOf(':');
			const port = Number(first.slice(at + 1));
			if (at <= 0 || !Number.isInteger(port)) throw new UserError(`${first} is no HOST:PORT`);
			return { kind, host: first.slice(0, at).replace(/^\[|\]$/g, ''), port };
		}
		default:
			throw new UserError(`${kind} is no effect; the effects are read, write, delete, run, connect and listen`);
	}
}

/** As the guest's path would be resolved: what is there with its symlinks followed, what is not there yet as named. */
function absolute(path: string, cwd: string): string {
	const missing: string[] = [];
	for (let at = resolve(cwd, path); ; at = dirname(at)) {
		const real = realPath(at);
		if (real !== undefined) return join(real, ...missing);
		missing.unshift(basename(at));
	}
}
