/** Which file a name of a program stands for. */
import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { hostPath } from '../abi/bytes.ts';
import { realPath } from './real-path.ts';

/**
 * With a slash: that path, seen from `cwd`. Without: the first of `folders` that has it. The resolved path of an executable
 * file, or undefined.
 */
export function findProgram(name: string, cwd: string, folders: readonly string[]): string | undefined {
	const candidates = name.includes('/') ? [resolve(cwd, name)] : folders.map((folder) => `${folder}/${name}`);
	const found = candidates.find(isExecutable);
	return found === undefined ? undefined : realPath(found);
}

function isExecutable(path: string): boolean {
	try {
		accessSync(hostPath(path), constants.X_OK);
		return statSync(hostPath(path)).isFile();
	} catch {
		return false;
	}
}
