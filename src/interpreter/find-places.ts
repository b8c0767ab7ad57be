/** Where an interpreter may be: PATH, an installation's folder, our cache. No process is started here. */
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { isFolder, isProgram, namesIn } from '../host/file-facts.ts';
import type { Surroundings } from './find-types.ts';

/** `$XDG_CACHE_HOME/approve-run`. The specification ignores a relative XDG_CACHE_HOME. */
export function cacheFolder({ env, home }: Surroundings): string {
	const cache = env['XDG_CACHE_HOME'];
	return join(cache !== undefined && isAbsolute(cache) ? cache : join(home, '.cache'), 'approve-run');
}

/** Interpreters that we unpacked earlier, newest version first. */
export function cachedPrograms(surroundings: Surroundings): string[] {
	const folder = join(cacheFolder(surroundings), 'pypy');
	return namesIn(folder)
		.filter((name) => /^(pypy|debian)/.test(name) && !name.includes('.new.'))
		.reverse()
		.flatMap((name) => programIn(join(folder, name)) ?? []);
}

/** `pypy3` on PATH; a relative entry is not looked into: the script's folder must not name the interpreter. */
export function installedPrograms({ env }: Surroundings): string[] {
	return (env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin')
		.split(':')
		.filter((folder) => isAbsolute(folder))
		.map((folder) => join(folder, 'pypy3'))
		.filter(isProgram);
}

/** The interpreter that `--runtime PATH` names: a binary, or an installation's folder. Undefined: there is none. */
export function namedProgram(named: string, { cwd }: Surroundings): string | undefined {
	const path = resolve(cwd, named);
	if (isProgram(path)) return path;
	return isFolder(path) ? programIn(path) : undefined;
}

/** What `--runtime PATH` would name, could it be executed. */
export function namedInVain(named: string, { cwd }: Surroundings): string | undefined {
	const path = resolve(cwd, named);
	return [path, ...placesIn(path)].find((file) => namesIn(dirname(file)).includes(basename(file)) && !isFolder(file));
}

function programIn(folder: string): string | undefined {
	return placesIn(folder).find(isProgram);
}

function placesIn(folder: string): string[] {
	return ['bin/pypy3', 'usr/bin/pypy3', 'pypy3', 'bin/pypy', 'bin/python', 'pypy3-c', 'bin/pypy3-c'].map((name) =>
		join(folder, name),
	);
}
