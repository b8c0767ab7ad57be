import { chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRemembered, findRuntime } from '../../src/interpreter/find.ts';
import { emptySurroundings, makeFolder, standIn } from './find-folder.ts';

const machine = {
	env: process.env,
	home: homedir(),
	installation: join(import.meta.dirname, '../..'),
	arch: process.arch,
	platform: process.platform,
	cwd: process.cwd(),
};

describe('finding an interpreter', () => {
	it('finds the PyPy of this machine, with its library and its own folders', async () => {
		const runtime = await findRuntime(undefined, machine);
		expect(runtime?.library).toMatch(/\/libpypy3[\d.]*-c\.so/);
		expect(runtime?.version).toMatch(/^7\.\d+\.\d+ \(Python 3\.\d+\.\d+\)$/);
		expect(runtime?.root.some((folder) => runtime.library.startsWith(`${folder}/`))).toBe(true);
		for (const tooMuch of ['/', '/usr', '/usr/bin', '/usr/lib', '/home', '/root']) {
			expect(runtime?.root).not.toContain(tooMuch);
		}
	});

	it('finds nothing where nothing is', async () => {
		using folder = makeFolder();
		expect(await findRuntime(undefined, emptySurroundings(folder.path))).toBeUndefined();
	});

	it('remembers what it found without starting it again, until its file is another one', async () => {
		using folder = makeFolder();
		const surroundings = emptySurroundings(folder.path);
		const program = placePyPy(folder.path);
		const found = await findRuntime(undefined, surroundings);
		expect(found).toMatchObject({ program, source: 'installed', version: '7.3.99 (Python 3.11.1)' });
		expect(findRemembered(undefined, surroundings)).toEqual(found);
		expect(findRemembered(program, surroundings)).toBeUndefined();
		utimesSync(join(folder.path, 'bin/libpypy3.11-c.so'), 1, 1);
		expect(findRemembered(undefined, surroundings)).toBeUndefined();
	});

	it('looks again when the memory is damaged', async () => {
		using folder = makeFolder();
		const surroundings = emptySurroundings(folder.path);
		const program = placePyPy(folder.path);
		mkdirSync(join(folder.path, 'cache/approve-run'), { recursive: true });
		for (const damage of [
			'',
			'{',
			'[]',
			'{"format":1,"memories":[{"stamps":[{},{}]}]}',
			'{"format":1,"memories":[null]}',
		]) {
			writeFileSync(join(folder.path, 'cache/approve-run/runtimes.json'), damage);
			expect(findRemembered(undefined, surroundings)).toBeUndefined();
		}
		expect((await findRuntime(undefined, surroundings))?.program).toBe(program);
	});

	it('never takes an interpreter from a relative entry of PATH', async () => {
		using folder = makeFolder();
		placePyPy(folder.path);
		const surroundings = { ...emptySurroundings(folder.path), env: { PATH: '.:bin:', XDG_CACHE_HOME: folder.path } };
		expect(await findRuntime(undefined, surroundings)).toBeUndefined();
	});

	it('takes a binary, a symlink to it, an installation and a relative path for --runtime', async () => {
		using folder = makeFolder();
		const program = placePyPy(folder.path);
		symlinkSync(program, join(folder.path, 'elsewhere'));
		for (const named of [program, folder.path, 'elsewhere', './bin/pypy3', 'bin/..']) {
			const runtime = await findRuntime(named, emptySurroundings(folder.path));
			expect(runtime).toMatchObject({ program, source: 'option' });
		}
	});

	it('says what is wrong with what --runtime names', async () => {
		using folder = makeFolder();
		const surroundings = emptySurroundings(folder.path);
		const mapped = {
			implementation: 'pypy',
			version: '3.9.1',
			pypy: '7',
			prefix: '/',
			base: '/',
			path: [],
			mapped: [],
		};
		const cases: [string, string][] = [
			['#!/bin/sh\necho no such library >&2; exit 1\n', 'it is no Python that runs (no such library)'],
			['#!/bin/sh\necho hello\n', 'it answered something that no Python answers'],
			[standIn({ ...mapped, implementation: 'cpython' }), 'it is cpython, not PyPy'],
			[standIn({ ...mapped, version: '2.7.18' }), 'it is Python 2.7.18; a PyPy 3 is needed'],
			[standIn(mapped), 'it has no libpypy3-c.so'],
		];
		for (const [script, why] of cases) {
			placeProgram(join(folder.path, 'python'), script);
			await expect(findRuntime('python', surroundings)).rejects.toThrow(why);
		}
		rmSync(join(folder.path, 'python'));
		await expect(findRuntime('python', surroundings)).rejects.toThrow('--runtime python: there is no interpreter');
		writeFileSync(join(folder.path, 'pypy3-c'), '');
		for (const named of [folder.path, join(folder.path, 'pypy3-c')])
			await expect(findRuntime(named, surroundings)).rejects.toThrow('pypy3-c: it may not be executed');
		await expect(findRuntime('python', surroundings)).rejects.toMatchObject({ exitStatus: 127 });
	});
});

/** An interpreter that can only answer the probe; its path. */
function placePyPy(folder: string): string {
	const program = join(folder, 'bin/pypy3');
	const library = join(folder, 'bin/libpypy3.11-c.so');
	const facts = { implementation: 'pypy', version: '3.11.1', pypy: '7.3.99', prefix: folder, base: folder };
	placeProgram(program, standIn({ ...facts, path: [], mapped: [library] }));
	writeFileSync(library, 'library');
	return program;
}

function placeProgram(path: string, script: string): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, script);
	chmodSync(path, 0o755);
}
