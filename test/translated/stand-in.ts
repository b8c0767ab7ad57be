/** Builds a stand-in for a translated PyPy: a stock libpypy3 whose C functions ask over the sandbox's wire. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { nativePyPy } from '../conformance/run.ts';
import { fixtures } from './world.ts';

/** The folder of the interpreter below `place`; undefined where there is no stock PyPy to make it of. */
export function buildStandIn(place: string): string | undefined {
	if (!fs.existsSync(nativePyPy)) return undefined;
	const question = "import sys; print([l.split()[-1] for l in open('/proc/self/maps') if 'libpypy3' in l][0])";
	const library = execFileSync(nativePyPy, ['-c', question], { encoding: 'utf8' }).trim();
	const folder = join(place, 'translated');
	for (const part of ['lib-python', 'lib_pypy']) fs.mkdirSync(join(folder, part), { recursive: true });
	const dump = fs.readFileSync(join(fixtures, 'functions.txt'), 'utf8');
	const functions = /^Funcs: (.*)$/m.exec(dump)?.[1] ?? '';
	execFileSync('cc', [
		'-O1',
		'-Wall',
		'-Wextra',
		'-Werror',
		'-rdynamic',
		'-fno-builtin',
		`-DSTAND_IN_LIBRARY="${library}"`,
		`-DSTAND_IN_PROGRAM="${nativePyPy}"`,
		`-DFUNCTIONS="${functions}"`,
		'-o',
		join(folder, 'pypy3-c'),
		join(fixtures, 'stand-in.c'),
		'-ldl',
		'-lpthread',
	]);
	return folder;
}
