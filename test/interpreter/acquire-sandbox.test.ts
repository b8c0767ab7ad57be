/** Getting a translated interpreter: from a server on this machine, checked, unpacked beside its library. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sandboxFor } from '../../src/interpreter/acquire-releases.ts';
import { locateSandbox } from '../../src/interpreter/acquire-sandbox.ts';
import { emptySurroundings, makeFolder } from './find-folder.ts';
import { serve } from './find-server.ts';

const dump = '#!/bin/sh\nprintf "Version: 20001\\nPlatform: linux2\\nFuncs: getpid()i\\n"\n';

/** The two archives, as the releases have them. */
function archives(folder: string): { readonly binary: Buffer; readonly sources: Buffer } {
	const [files, sources] = [join(folder, 'files'), join(folder, 'sources/pypy3.6-src')];
	for (const part of ['lib-python/3', 'lib_pypy', 'rpython']) mkdirSync(join(sources, part), { recursive: true });
	writeFileSync(join(sources, 'lib-python/3/os.py'), '');
	mkdirSync(files);
	writeFileSync(join(files, 'pypy3-c'), dump, { mode: 0o755 });
	writeFileSync(join(files, 'libpypy3-c.so'), 'library');
	execFileSync('tar', ['-czf', join(folder, 'b.tar.gz'), '-C', files, '.']);
	execFileSync('tar', ['-cjf', join(folder, 's.tar.bz2'), '-C', join(folder, 'sources'), 'pypy3.6-src']);
	return { binary: readFileSync(join(folder, 'b.tar.gz')), sources: readFileSync(join(folder, 's.tar.bz2')) };
}

const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

it('is downloaded, checked, and put beside the standard library of its release; a second time nothing is fetched', async () => {
	using folder = makeFolder();
	const { binary, sources } = archives(folder.path);
	await using first = await serve(binary, [{ kind: 'whole' }]);
	await using second = await serve(sources, [{ kind: 'whole' }]);
	const surroundings = emptySurroundings(folder.path);
	const library = { name: 'library', url: second.url, sha256: hash(sources) };
	const row = { platform: 'linux', arch: 'x64', name: 'pypy3-sandbox', url: first.url, sha256: hash(binary), library };
	const runtime = await locateSandbox({ surroundings, release: row, onProgress: () => {} });
	const place = join(folder.path, 'cache/approve-run/translated/pypy3-sandbox');
	expect(runtime).toMatchObject({ kind: 'translated', home: place, library: join(place, 'libpypy3-c.so') });
	expect(readdirSync(place)).toEqual(['lib-python', 'lib_pypy', 'libpypy3-c.so', 'pypy3-c']);
	expect(await locateSandbox({ surroundings, release: row, onProgress: () => {} })).toEqual(runtime);
	expect([first.ranges.length, second.ranges.length]).toEqual([1, 1]);
});

it('of another hash is refused with two ways to mend it, and nothing of it is kept', async () => {
	using folder = makeFolder();
	const { binary, sources } = archives(folder.path);
	await using server = await serve(binary, [{ kind: 'whole' }]);
	const surroundings = emptySurroundings(folder.path);
	const library = { name: 'library', url: server.url, sha256: hash(sources) };
	const row = { platform: 'linux', arch: 'x64', name: 'wrong', url: server.url, sha256: '0'.repeat(64), library };
	const failure = locateSandbox({ surroundings, release: row, onProgress: () => {} });
	await expect(failure).rejects.toThrow('1. name one that you have');
	expect(existsSync(join(folder.path, 'cache/approve-run/translated/wrong'))).toBe(false);
});

it('pypy/runtimes.json names one for x86-64 and aarch64 Linux, and none for another machine', () => {
	const here = { ...emptySurroundings('/'), installation: join(import.meta.dirname, '../..') };
	for (const arch of ['x64', 'arm64'])
		expect(sandboxFor({ ...here, arch })?.url).toMatch(/^https:.*linux-(amd|arm)64\.tar\.gz$/);
	expect(sandboxFor({ ...here, platform: 'darwin' })).toBeUndefined();
});
