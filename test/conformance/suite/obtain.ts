/** Gets Debian's PyPy with its test suite into the cache, as an installation of its own. No root is needed. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export type Suite = {
	/** Holds usr/bin/pypy3 and usr/lib/pypy3.9 with the tests in it. */
	readonly folder: string;
	readonly program: string;
	/** The standard library. */
	readonly library: string;
	/** Debian's version of the packages. */
	readonly version: string;
};

const packages = ['pypy3', 'pypy3-lib', 'pypy3-lib-testsuite'];

/** What earlier runs left in the cache, or a download. Throws where neither is to be had. `root`: of the repository. */
export function obtainSuite(root: string): Suite {
	const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'approve-run/testsuite');
	const folder = join(cache, 'debian');
	const stamp = join(cache, 'version');
	if (!fs.existsSync(stamp)) {
		fs.mkdirSync(cache, { recursive: true });
		const unpack = join(root, 'scripts/unpack-debian.sh');
		const run = spawnSync('/bin/sh', [unpack, folder, '--reinstall', ...packages], { encoding: 'utf8' });
		const version = run.stdout?.trim() ?? '';
		if (run.status !== 0 || version === '') throw new Error(lastLine(run.stderr) ?? "Debian's packages can not be had");
		compile(folder);
		fs.writeFileSync(stamp, `${version}\n`);
	}
	const library = libraryIn(folder);
	return { folder, program: join(folder, 'usr/bin/pypy3'), library, version: fs.readFileSync(stamp, 'utf8').trim() };
}

/** A guest may not write into the library, and would compile it at each start. */
function compile(folder: string): void {
	const program = join(folder, 'usr/bin/pypy3');
	const run = spawnSync(program, ['-m', 'compileall', '-q', libraryIn(folder)], { env: environmentFor(folder) });
	// Some of the tests' files are no Python on purpose: the status says nothing.
	if (run.error !== undefined) throw run.error;
}

/** Every module of the suite, by name. */
export function modulesOf(suite: Suite): string[] {
	return fs
		.readdirSync(join(suite.library, 'test'))
		.filter((name) => /^test_\w+(\.py)?$/.test(name))
		.filter((name) => name.endsWith('.py') || fs.existsSync(join(suite.library, 'test', name, '__init__.py')))
		.map((name) => name.replace('.py', ''))
		.sort();
}

/** Where the interpreter's library is no part of the system, the loader is told of it. */
export function environmentFor(folder: string): NodeJS.ProcessEnv {
	const env = { PATH: '/usr/bin:/bin', HOME: homedir(), LANG: 'C.UTF-8', TZ: 'Europe/Berlin', USER: 'root' };
	if (fs.existsSync('/usr/bin/pypy3')) return env;
	const below = join(folder, 'usr/lib');
	const places = fs.readdirSync(below).filter((name) => name.includes('-linux-gnu'));
	return { ...env, LD_LIBRARY_PATH: places.map((name) => join(below, name)).join(':') };
}

function libraryIn(folder: string): string {
	const below = join(folder, 'usr/lib');
	const name = fs.readdirSync(below).find((one) => /^pypy3\.\d+$/.test(one));
	if (name === undefined) throw new Error(`there is no standard library in ${below}`);
	return join(below, name);
}

function lastLine(text: string | undefined): string | undefined {
	return text?.split('\n').findLast((line) => line.startsWith('approve-run: '));
}
