/** Reads pypy/runtimes.json: which official PyPy releases may be downloaded. */
import { join } from 'node:path';
import { readText } from '../host/file-facts.ts';
import type { Surroundings } from './find-types.ts';

/** An official release: a row of pypy/runtimes.json. */
export type Release = {
	/** process.arch. */
	readonly arch: string;
	readonly name: string;
	readonly url: string;
	/** Hex. */
	readonly sha256: string;
};

/** Throws Error where the file is missing or a row is not of the form above: then the installation is damaged. */
export function readReleases(surroundings: Surroundings): readonly Release[] {
	return readFile(surroundings).tarballs;
}

function readFile({ installation }: Surroundings): ReleaseFile {
	const file = join(installation, 'pypy/runtimes.json');
	const text = readText(file);
	if (text === undefined) throw new Error(`${file} is missing; install approve-run again`);
	const value: unknown = JSON.parse(text);
	if (!isReleaseFile(value)) throw new Error(`${file} is damaged; install approve-run again`);
	return value;
}

/** A translated PyPy, and the release whose sources hold its standard library. */
export type SandboxRelease = Release & { readonly platform: string; readonly library: Omit<Release, 'arch'> };

/** The row for this machine. Throws as readReleases. */
export function sandboxFor(surroundings: Surroundings): SandboxRelease | undefined {
	const { sandboxes } = readFile(surroundings);
	return sandboxes.find(({ platform, arch }) => platform === surroundings.platform && arch === surroundings.arch);
}

function isReleaseFile(value: unknown): value is ReleaseFile {
	if (typeof value !== 'object' || value === null || !('tarballs' in value) || !('sandboxes' in value)) return false;
	const { tarballs, sandboxes } = value;
	return Array.isArray(tarballs) && tarballs.every(isRelease) && Array.isArray(sandboxes) && sandboxes.every(isSandbox);
}

function isSandbox(value: unknown): value is SandboxRelease {
	if (!isRelease(value) || !('platform' in value) || !('library' in value)) return false;
	const { library } = value;
	return typeof library === 'object' && library !== null && isRelease({ arch: '', ...library });
}

type ReleaseFile = { readonly tarballs: readonly Release[]; readonly sandboxes: readonly SandboxRelease[] };

function isRelease(value: unknown): value is Release {
	if (typeof value !== 'object' || value === null) return false;
	if (!('arch' in value && 'name' in value && 'url' in value && 'sha256' in value)) return false;
	const { arch, name, url, sha256 } = value;
	return (
		typeof arch === 'string' &&
		typeof name === 'string' &&
		/^pypy3[\w.-]*$/.test(name) &&
		typeof url === 'string' &&
		typeof sha256 === 'string' &&
		/^[0-9a-f]{64}$/.test(sha256)
	);
}
