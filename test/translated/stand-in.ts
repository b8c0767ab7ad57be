/**
 * Builds a stand-in for a translated PyPy: a stock libpypy3 whose C functions ask over the sandbox's wire, and in which the built-in
 * modules that a translated one lacks are hidden.
 */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { nativePyPy } from '../conformance/run.ts';
import { fixtures } from './world.ts';

/** The folder of the interpreter below `place`; undefined where there is no stock PyPy to make it of. */
export function buildStandIn(place: string): string | undefined {
	if (!fs.existsSync(nativePyPy)) return undefined;
	const folder = join(place, 'translated');
	execFileSync(join(fixtures, 'build.sh'), [nativePyPy, folder, join(fixtures, 'hidden')]);
	return folder;
}
