/** Gets a PyPy where there is none: Debian's packages without root, or the official release, into the user's cache. */
import { join } from 'node:path';
import { fetchFile, hashFile } from '../host/fetch-file.ts';
import { runProgram } from '../host/run-program.ts';
import { whileHolding } from '../host/single-holder.ts';
import { isThere, removeFile, unpackTarball } from '../host/unpack-runtime.ts';
import { type Release, readReleases } from './acquire-releases.ts';
import { findRuntime, firstUsable } from './find.ts';
import { memoryKey, rememberRuntime } from './find-memory.ts';
import { cachedPrograms, cacheFolder } from './find-places.ts';
import { type Runtime, RuntimeError, type Surroundings } from './find-types.ts';

export type AcquireOptions = {
	readonly surroundings: Surroundings;
	/** Default: pypy/runtimes.json. */
	readonly releases?: readonly Release[];
	/** Told at most once a second, one line without its end: what is going on, for a person who waits. */
	readonly onProgress: (line: string) => void;
	/** Whether Debian's packages may be tried. Default true. */
	readonly debian?: boolean;
	/** See FetchOptions. */
	readonly stallMs?: number;
};

/** What findRuntime finds, else what acquireRuntime gets. `named` is the PATH of `--runtime`. Throws RuntimeError. */
export async function locateRuntime(named: string | undefined, options: AcquireOptions): Promise<Runtime> {
	return (await findRuntime(named, options.surroundings)) ?? (await acquireRuntime(options));
}

/**
 * Debian's packages where this is a Debian, else the official release for this machine. Of two at once one waits.
 * Throws RuntimeError with what was tried and three ways to mend it.
 */
export async function acquireRuntime(options: AcquireOptions): Promise<Runtime> {
	const folder = join(cacheFolder(options.surroundings), 'pypy');
	const wait = () => options.onProgress('waiting for another approve-run that is getting PyPy');
	return whileHolding(join(folder, '.lock'), () => acquireAlone(folder, options), wait);
}

async function acquireAlone(folder: string, options: AcquireOptions): Promise<Runtime> {
	const meanwhile = await findRuntime(undefined, options.surroundings);
	if (meanwhile !== undefined) return meanwhile;
	const failures: string[] = [];
	for (const way of [fromDebian, fromTarball]) {
		const outcome = await way(folder, options).catch((error: unknown) => ({ why: messageOf(error) }));
		if ('why' in outcome) failures.push(outcome.why);
		else return outcome;
	}
	throw new RuntimeError(waysToMend(folder, failures, options));
}

type Refusal = { readonly why: string };

async function fromDebian(folder: string, options: AcquireOptions): Promise<Runtime | Refusal> {
	const { env, installation } = options.surroundings;
	if (options.debian === false) return { why: "Debian's packages: not wanted" };
	options.onProgress("PyPy from Debian's packages: downloading");
	const script = join(installation, 'scripts/unpack-debian.sh');
	const place = join(folder, 'debian');
	const run = await runProgram('/bin/sh', [script, place, 'pypy3'], { env, timeoutMs: 900_000 });
	if (run.status !== 0) {
		const said = run.stderr.split('\n').findLast((line) => line.startsWith('approve-run: '));
		return { why: `Debian's packages: ${said?.slice('approve-run: '.length) ?? 'they could not be unpacked'}` };
	}
	return prepare(place, 'debian', options);
}

async function fromTarball(folder: string, options: AcquireOptions): Promise<Runtime | Refusal> {
	const release = releaseFor(options);
	if (release === undefined) return { why: `the official release: there is none for ${options.surroundings.arch}` };
	const file = join(folder, fileName(release));
	if (!(isThere(file) && (await hashFile(file)) === release.sha256)) await download(release, file, options);
	options.onProgress(`${release.name}: unpacking`);
	const place = join(folder, release.name);
	unpackTarball(file, place);
	removeFile(file);
	return prepare(place, 'tarball', options);
}

async function download(release: Release, file: string, options: AcquireOptions): Promise<void> {
	const authorities = options.surroundings.env['NODE_EXTRA_CA_CERTS'];
	let told = '';
	const tell = (received: number, total: number | undefined) => {
		const share =
			total === undefined ? `${Math.floor(received / 1e6)} MB` : `${Math.floor((received / total) * 20) * 5} %`;
		if (share !== told) options.onProgress(`${release.name}: downloading, ${share}`);
		told = share;
	};
	options.onProgress(`${release.name}: downloading`);
	await fetchFile({
		url: release.url,
		sha256: release.sha256,
		to: file,
		onProgress: tell,
		...(authorities && { extraAuthorities: authorities }),
		...(options.stallMs !== undefined && { stallMs: options.stallMs }),
	}).catch((error: unknown) => {
		throw new Error(`the official release: ${messageOf(error)}`);
	});
}

/** Compiles the standard library: the guest may not write there, and would compile it at each start. */
async function prepare(
	place: string,
	source: 'debian' | 'tarball',
	options: AcquireOptions,
): Promise<Runtime | Refusal> {
	const { surroundings } = options;
	const programs = cachedPrograms(surroundings).filter((program) => program.startsWith(`${place}/`));
	const { runtime, refused } = await firstUsable(programs, source, surroundings);
	if (runtime === undefined) return { why: refused[0] ?? `${place}: there is no interpreter in it` };
	options.onProgress(`PyPy ${runtime.version}: compiling its standard library`);
	const env = runtime.libraryPath === undefined ? {} : { LD_LIBRARY_PATH: runtime.libraryPath.join(':') };
	await runProgram(runtime.program, ['-I', '-c', compileLibrary], { env, timeoutMs: 600_000 });
	rememberRuntime(memoryKey(undefined, surroundings), runtime, surroundings);
	return runtime;
}

const compileLibrary = `
import compileall, os, re
compileall.compile_dir(os.path.dirname(os.__file__), quiet=2, rx=re.compile(r'/(test|tests|lib2to3|idlelib|ensurepip|turtledemo)/'))
`;

function waysToMend(folder: string, failures: readonly string[], options: AcquireOptions): string {
	const release = releaseFor(options);
	const bring = release && `  3. download ${release.url} on another machine, and put it into ${folder}/`;
	return [
		`there is no PyPy 3 here, and none could be got (${failures.join('; ')}). Three ways to mend it:`,
		'  1. install one: apt-get install pypy3 (Debian, Ubuntu), or your system’s package of PyPy 3',
		'  2. name one that you have: approve-run --runtime /path/to/pypy3 …',
		bring ?? '  3. unpack a PyPy 3 for Linux from https://pypy.org/download.html, and name its folder with --runtime',
	].join('\n');
}

function releaseFor({ surroundings, releases }: AcquireOptions): Release | undefined {
	if (surroundings.platform !== 'linux') return undefined;
	return (releases ?? readReleases(surroundings)).find((release) => release.arch === surroundings.arch);
}

function fileName(release: Release): string {
	return `${release.name}.tar.bz2`;
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
