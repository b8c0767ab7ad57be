/** The interpreter that a run needs. */
import { findRemembered } from '../interpreter/find.ts';
import type { Runtime } from '../interpreter/find-types.ts';
import type { Installation } from './installation.ts';
import { openProgress } from './progress.ts';

/** The interpreter of that name, else the one that is found; one that may be fetched is, with a line for each step. */
export async function obtainRuntime(named: string | undefined, installation: Installation): Promise<Runtime> {
	const path = named === 'trapped' ? undefined : named;
	const known = named === 'translated' ? undefined : findRemembered(path, installation.surroundings);
	if (known !== undefined) return known;
	const progress = openProgress(process.stderr);
	try {
		if (named === 'translated') {
			const { locateSandbox } = await import('../interpreter/acquire-sandbox.ts');
			return await locateSandbox({ surroundings: installation.surroundings, onProgress: progress.tell });
		}
		const { locateRuntime } = await import('../interpreter/acquire.ts');
		return await locateRuntime(path, { surroundings: installation.surroundings, onProgress: progress.tell });
	} finally {
		progress.end();
	}
}
