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
export function readReleases({ installation }: Surroundings): readonly Release[] {
	const file = join(installation, 'pypy/runtimes.json');
	const text = readText(file);
	if (text === undefined) throw new Error(`${file} is missing; install approve-run again`);
	const value: unknown = JSON.parse(text);
	if (!isReleaseFile(value)) throw new Error(`${file} is damaged; install approve-run again`);
	return value.tarballs;
}

function isReleaseFile(value: unknown): value is { readonly tarballs: readonly Release[] } {
	if (typeof value !== 'object' || value === null || !('tarballs' in value)) return false;
	return Array.isArray(value.tarballs) && value.tarballs.every(isRelease);
}

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
