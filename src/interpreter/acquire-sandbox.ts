/** The translated interpreter of `--runtime translated`: one that was got before, or a download into the user's cache. */
import { join } from 'node:path';
import { fetchFile } from '../host/fetch-file.ts';
import { whileHolding } from '../host/single-holder.ts';
import { isThere, removeFile, unpackSandbox } from '../host/unpack-runtime.ts';
import type { AcquireOptions } from './acquire.ts';
import { type SandboxRelease, sandboxFor } from './acquire-releases.ts';
import { findRuntime } from './find.ts';
import { cacheFolder } from './find-places.ts';
import { type Runtime, RuntimeError, type Surroundings } from './find-types.ts';

type SandboxOptions = Pick<AcquireOptions, 'surroundings' | 'onProgress'> & { readonly release?: SandboxRelease };

/** Where the one for this machine is kept, once it was got. Throws RuntimeError where there is none. */
export function sandboxFolder(surroundings: Surroundings): string {
	return join(cacheFolder(surroundings), 'translated', releaseFor(surroundings).name);
}

/** Throws RuntimeError with what was tried and how to mend it. */
export async function locateSandbox(options: SandboxOptions): Promise<Runtime> {
	const { surroundings } = options;
	const release = options.release ?? releaseFor(surroundings);
	const parent = join(cacheFolder(surroundings), 'translated');
	const folder = join(parent, release.name);
	const wait = () => options.onProgress('waiting for another approve-run that is getting a translated PyPy');
	if (!isThere(folder)) await whileHolding(join(parent, '.lock'), () => download(release, folder, options), wait);
	const runtime = await findRuntime(folder, surroundings);
	if (runtime?.kind === 'translated') return runtime;
	throw new RuntimeError(`${folder} holds no translated PyPy; remove that folder, and it is fetched again`, 125);
}

function releaseFor(surroundings: Surroundings): SandboxRelease {
	const release = sandboxFor(surroundings);
	if (release !== undefined) return release;
	const { platform, arch } = surroundings;
	throw new RuntimeError(
		`there is no translated PyPy for ${platform} ${arch}; name one that you have: --runtime /path/to/pypy3-c`,
	);
}

async function download(release: SandboxRelease, folder: string, options: SandboxOptions): Promise<void> {
	if (isThere(folder)) return;
	const [binary, sources] = [`${folder}.tar.gz`, `${folder}.${release.library.name}.tar.bz2`];
	try {
		await fetchOne(release, binary, options);
		await fetchOne(release.library, sources, options);
		options.onProgress(`${release.name}: unpacking`);
		unpackSandbox(binary, sources, folder);
	} catch (error) {
		throw new RuntimeError(
			[
				`no translated PyPy could be got (${error instanceof Error ? error.message : String(error)}). Two ways to mend it:`,
				'  1. name one that you have, with lib-python and lib_pypy in its folder: approve-run --runtime /path/to/folder …',
				'  2. leave --runtime out: the trapped runtime needs only a stock PyPy 3',
			].join('\n'),
		);
	}
	for (const file of [binary, sources]) removeFile(file);
}

async function fetchOne(
	what: { readonly name: string; readonly url: string; readonly sha256: string },
	to: string,
	options: SandboxOptions,
): Promise<void> {
	const authorities = options.surroundings.env['NODE_EXTRA_CA_CERTS'];
	options.onProgress(`${what.name}: downloading`);
	await fetchFile({
		url: what.url,
		sha256: what.sha256,
		to,
		onProgress: () => {},
		...(authorities && { extraAuthorities: authorities }),
	});
}
