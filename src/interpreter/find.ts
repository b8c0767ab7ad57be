/** Finds a PyPy that is already on this machine. */
import { memoryKey, recallRuntime, rememberRuntime } from './find-memory.ts';
import { cachedPrograms, installedPrograms, namedInVain, namedProgram } from './find-places.ts';
import { probeRuntime } from './find-probe.ts';
import { type Runtime, RuntimeError, type RuntimeSource, type Surroundings } from './find-types.ts';

/**
 * The interpreter that `--runtime PATH` names (a binary or an installation's folder), else one that is installed, else one
 * that we unpacked earlier; undefined where there is none. Throws RuntimeError where the named one is not to be used.
 */
export async function findRuntime(named: string | undefined, surroundings: Surroundings): Promise<Runtime | undefined> {
	const remembered = findRemembered(named, surroundings);
	if (remembered !== undefined) return remembered;
	const found = named === undefined ? await findAny(surroundings) : await findNamed(named, surroundings);
	if (found !== undefined) rememberRuntime(memoryKey(named, surroundings), found, surroundings);
	return found;
}

/** The same without starting a process: what was found last time, where it is still there. */
export function findRemembered(named: string | undefined, surroundings: Surroundings): Runtime | undefined {
	return recallRuntime(memoryKey(named, surroundings), surroundings);
}

/** The first of `programs` that can be used, and why the others can not. */
export async function firstUsable(
	programs: readonly string[],
	source: RuntimeSource,
	surroundings: Surroundings,
): Promise<{ readonly runtime: Runtime | undefined; readonly refused: readonly string[] }> {
	const refused: string[] = [];
	for (const program of programs) {
		const probe = await probeRuntime(program, source, surroundings);
		if (probe.kind === 'runtime') return { runtime: probe.runtime, refused };
		refused.push(`${program}: ${probe.why}`);
	}
	return { runtime: undefined, refused };
}

async function findNamed(named: string, surroundings: Surroundings): Promise<Runtime> {
	const program = namedProgram(named, surroundings);
	if (program === undefined) {
		const file = namedInVain(named, surroundings);
		if (file !== undefined)
			throw new RuntimeError(
				`--runtime ${file}: it may not be executed. Name another PyPy 3, or make it a program: chmod +x`,
				125,
			);
		throw new RuntimeError(`--runtime ${named}: there is no interpreter; name a pypy3 binary or the folder of a PyPy.`);
	}
	const { runtime, refused } = await firstUsable([program], 'option', surroundings);
	if (runtime === undefined)
		throw new RuntimeError(`--runtime ${refused.join('; ')}. Name another PyPy 3, or leave it out.`, 125);
	return runtime;
}

async function findAny(surroundings: Surroundings): Promise<Runtime | undefined> {
	const installed = await firstUsable(installedPrograms(surroundings), 'installed', surroundings);
	if (installed.runtime !== undefined) return installed.runtime;
	return (await firstUsable(cachedPrograms(surroundings), 'cache', surroundings)).runtime;
}
