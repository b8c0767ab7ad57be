import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireRuntime, locateRuntime } from '../../src/interpreter/acquire.ts';
import { readReleases } from '../../src/interpreter/acquire-releases.ts';
import { emptySurroundings, makeFolder } from './find-folder.ts';
import { type Manner, serve } from './find-server.ts';

const fixture = join(import.meta.dirname, '../fixtures/runtime.tar.bz2');
const bytes = readFileSync(fixture);
const sha256 = createHash('sha256').update(bytes).digest('hex');

describe('downloading the official release', () => {
	it('gets it whole, unpacks it and finds it the next time without the network', async () => {
		await using server = await serve(bytes, [{ kind: 'whole' }]);
		using folder = makeFolder();
		const options = optionsFor(folder.path, server.url);
		const runtime = await locateRuntime(undefined, options);
		expect(runtime).toMatchObject({ source: 'tarball', version: '0.0.1 (Python 3.11.13)' });
		expect(runtime.library).toBe(join(cacheOf(folder.path), 'pypy3.11-test/bin/libpypy3.11-c.so'));
		expect(await locateRuntime(undefined, options)).toEqual(runtime);
		expect(server.ranges).toEqual(['-']);
		expect(readdirSync(cacheOf(folder.path))).toEqual(['pypy3.11-test']);
	});

	it('unpacks long names, symlinks and hard links', async () => {
		await using server = await serve(bytes, [{ kind: 'whole' }]);
		using folder = makeFolder();
		const { library } = await acquireRuntime(optionsFor(folder.path, server.url));
		const root = join(library, '../..');
		expect(readFileSync(join(root, 'lib/same.so'))).toEqual(readFileSync(library));
		expect(readFileSync(join(root, 'lib', 'n'.repeat(90), 'n'.repeat(90)), 'utf8')).toBe('long\n');
	});

	it('goes on where the transfer broke, as often as each try brings something', async () => {
		const breaks = (after: number): Manner => ({ kind: 'breaks', after });
		await using server = await serve(bytes, [breaks(5000), breaks(7000), breaks(9000), { kind: 'ranges' }]);
		using folder = makeFolder();
		await acquireRuntime(optionsFor(folder.path, server.url));
		expect(server.ranges).toEqual(['-', 'bytes=5000-', 'bytes=12000-', 'bytes=21000-']);
	});

	it('goes on in the next start with what the last one left', async () => {
		using folder = makeFolder();
		{
			await using server = await serve(bytes, [
				{ kind: 'breaks', after: 6000 },
				{ kind: 'status', status: 404 },
			]);
			await expect(acquireRuntime(optionsFor(folder.path, server.url))).rejects.toThrow('answered 404');
		}
		await using server = await serve(bytes, [{ kind: 'ranges' }]);
		await acquireRuntime(optionsFor(folder.path, server.url));
		expect(server.ranges).toEqual(['bytes=6000-']);
	});

	it('starts over where the server knows no ranges, or what was left does not belong to the file', async () => {
		for (const manner of [{ kind: 'whole' }, { kind: 'ranges' }] as const) {
			using folder = makeFolder();
			mkdirSync(cacheOf(folder.path), { recursive: true });
			writeFileSync(join(cacheOf(folder.path), 'pypy3.11-test.tar.bz2.part'), 'x'.repeat(100));
			await using server = await serve(bytes, [manner]);
			await acquireRuntime(optionsFor(folder.path, server.url));
			expect(server.ranges[0]).toBe('bytes=100-');
		}
	});

	it('goes on after a server that falls silent', async () => {
		await using server = await serve(bytes, [{ kind: 'stalls', after: 8000 }, { kind: 'ranges' }]);
		using folder = makeFolder();
		await acquireRuntime({ ...optionsFor(folder.path, server.url), stallMs: 150 });
		expect(server.ranges).toEqual(['-', 'bytes=8000-']);
	});

	it('gives up on a server that never sends anything', async () => {
		await using server = await serve(bytes, [{ kind: 'breaks', after: 0 }]);
		using folder = makeFolder();
		await expect(acquireRuntime(optionsFor(folder.path, server.url))).rejects.toThrow('127.0.0.1');
		expect(server.ranges.length).toBe(3);
	});

	it('follows a redirect, but not for ever', async () => {
		await using server = await serve(bytes, [{ kind: 'whole' }]);
		await using first = await serve(bytes, [{ kind: 'redirect', to: server.url }]);
		await using loop = await serve(bytes, [{ kind: 'redirect', to: '/again' }]);
		using folder = makeFolder();
		await expect(acquireRuntime(optionsFor(folder.path, loop.url))).rejects.toThrow('redirects without end');
		await acquireRuntime(optionsFor(folder.path, first.url));
	});

	it('keeps nothing of a file with the wrong hash, and runs nothing of it', async () => {
		const forged = Buffer.from(bytes);
		forged.writeUInt8(forged.readUInt8(900) ^ 1, 900);
		await using server = await serve(forged, [{ kind: 'whole' }]);
		using folder = makeFolder();
		await expect(acquireRuntime(optionsFor(folder.path, server.url))).rejects.toThrow('expected SHA-256');
		expect(readdirSync(cacheOf(folder.path))).toEqual([]);
	});

	it('takes a file that a person put into the folder, and not a wrong one', async () => {
		await using server = await serve(bytes, [{ kind: 'status', status: 404 }]);
		using folder = makeFolder();
		mkdirSync(cacheOf(folder.path), { recursive: true });
		const brought = join(cacheOf(folder.path), 'pypy3.11-test.tar.bz2');
		writeFileSync(brought, 'something else');
		await expect(acquireRuntime(optionsFor(folder.path, server.url))).rejects.toThrow('answered 404');
		copyFileSync(fixture, brought);
		expect((await acquireRuntime(optionsFor(folder.path, server.url))).source).toBe('tarball');
		expect(existsSync(brought)).toBe(false);
	});

	it('downloads once when two ask at the same time', async () => {
		await using server = await serve(bytes, [{ kind: 'ranges' }]);
		using folder = makeFolder();
		const both = [1, 2].map(() => acquireRuntime(optionsFor(folder.path, server.url)));
		const [first, second] = await Promise.all(both);
		expect(second?.library).toBe(first?.library);
		expect(server.ranges.length).toBe(1);
	});

	it('takes over the lock of a process that is gone', async () => {
		await using server = await serve(bytes, [{ kind: 'whole' }]);
		using folder = makeFolder();
		mkdirSync(cacheOf(folder.path), { recursive: true });
		const gone = { pid: 4_194_303, started: '1-gone', namespace: '' };
		writeFileSync(join(cacheOf(folder.path), '.lock'), JSON.stringify(gone));
		await acquireRuntime(optionsFor(folder.path, server.url));
	});

	it('names three ways to mend it where there is no way to get one', async () => {
		await using server = await serve(bytes, [{ kind: 'status', status: 404 }]);
		using folder = makeFolder();
		const failure = acquireRuntime(optionsFor(folder.path, server.url));
		await expect(failure).rejects.toMatchObject({ exitStatus: 127 });
		const message = await failure.then(() => '', String);
		expect(message).toContain('1. install one: apt-get install pypy3');
		expect(message).toContain('2. name one that you have: approve-run --runtime');
		expect(message).toContain(`3. download ${server.url} on another machine, and put it into ${cacheOf(folder.path)}`);
	});
});

it('pypy/runtimes.json names an https address and a hash for x86-64 and aarch64', () => {
	const releases = readReleases({ ...emptySurroundings('/'), installation: join(import.meta.dirname, '../..') });
	expect(releases.map((release) => release.arch).sort()).toEqual(['arm64', 'x64']);
	for (const { url, name } of releases) expect(url).toBe(`https://downloads.python.org/pypy/${name}.tar.bz2`);
});

function cacheOf(folder: string): string {
	return join(folder, 'cache/approve-run/pypy');
}

function optionsFor(folder: string, url: string) {
	const releases = [{ arch: 'x64', name: 'pypy3.11-test', url, sha256 }];
	return { surroundings: emptySurroundings(folder), releases, debian: false, onProgress: () => undefined };
}
