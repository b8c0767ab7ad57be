/** Where approve-run's own files and folders are. */

import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isProgram } from '../host/file-facts.ts';
import { realPath } from '../host/real-path.ts';
import { cacheFolder } from '../interpreter/find-places.ts';
import type { Surroundings } from '../interpreter/find-types.ts';
import { sessionRoot } from '../session/store.ts';
import { UserError } from './user-error.ts';

export type Installation = {
	/** The folder that holds bin/, dist/ and policies/. */
	readonly root: string;
	readonly surroundings: Surroundings;
	readonly sessions: string;
	readonly cache: string;
	/** The folder of the user's own settings. */
	readonly settings: string;
};

export function findInstallation(): Installation {
	const here = dirname(fileURLToPath(import.meta.url));
	const root = join(here, '..');
	const home = process.env['HOME'] || homedir();
	const surroundings: Surroundings = {
		env: process.env,
		home,
		installation: root,
		arch: process.arch,
		platform: process.platform,
		cwd: workingDirectory(),
	};
	return {
		root,
		surroundings,
		sessions: sessionRoot(process.env, home),
		cache: cacheFolder(surroundings),
		settings: settingsFolder(process.env, home),
	};
}

/** The launcher's binary: beside its source, or in the cache where that folder is not ours to write. */
export function findLauncher({ root, cache }: Installation): string {
	const places = [join(root, 'pypy/launcher/build/launcher'), join(cache, 'launcher/launcher')];
	const found = places.find(isProgram);
	if (found === undefined) throw new UserError(`the launcher is not built; run ${join(root, 'bin/setup')}`);
	return found;
}

/** What no guest may ever write to, with symlinks resolved where they lead somewhere. */
export function ownFolders({ root, cache, sessions, settings }: Installation): readonly string[] {
	const kept = [
		join(root, 'bin'),
		join(root, 'dist'),
		join(root, 'pypy'),
		join(root, 'policies'),
		join(root, 'node_modules'),
	];
	return [...kept, cache, dirname(sessions), settings].flatMap((path) => [path, realPath(path) ?? path]);
}

/** The folder of the user's settings. */
function settingsFolder(env: Readonly<Record<string, string | undefined>>, home: string): string {
	const given = env['XDG_CONFIG_HOME'];
	return join(given?.startsWith('/') ? given : join(home, '.config'), 'approve-run');
}

function workingDirectory(): string {
	try {
		return process.cwd();
	} catch {
		throw new UserError('the working directory is gone; change to one that is there');
	}
}
