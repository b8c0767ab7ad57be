import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** The import ladder of src/ladder.json, held against the code. */
const source = join(import.meta.dirname, '../src');
const ladder = readLadder();
const files = readdirSync(source, { recursive: true, withFileTypes: true })
	.filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
	.map((entry) => relative(source, join(entry.path, entry.name)))
	.sort();
const imports = await readImports();

/** Modules that act on the machine, and the folders that may have them. */
const acting: Record<string, readonly string[]> = {
	fs: ['host'],
	'fs/promises': ['host'],
	child_process: ['host'],
	net: ['host'],
	dgram: ['host'],
	tls: ['host'],
	http: ['host'],
	https: ['host'],
	http2: ['host'],
	dns: ['host'],
	'dns/promises': ['host'],
	cluster: [],
	inspector: [],
	worker_threads: ['run', 'host'],
};
const actingPackages: Record<string, readonly string[]> = { execa: ['host'] };

describe('the import ladder', () => {
	it('has a row for each folder of src, and no other', () => {
		const folders = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory());
		expect([...ladder.keys()].sort()).toEqual(folders.map((folder) => folder.name).sort());
	});

	it('runs down and never up: a folder may import only from the rows above its own', () => {
		const order = [...ladder.keys()];
		for (const [folder, allowed] of ladder) {
			const above = order.slice(0, order.indexOf(folder));
			expect(above, `the row of ${folder}`).toEqual(expect.arrayContaining([...allowed]));
		}
	});

	it('is kept by every import', () => {
		const broken = imports
			.filter(({ from, to }) => from !== to && !ladder.get(from)?.includes(to))
			.map(({ file, from, to, path }) => `src/${file} imports ${path}: ${from} may not import from ${to}`);
		expect(broken).toEqual([]);
	});

	it('allows nothing that no file uses', () => {
		const used = new Set(imports.map(({ from, to }) => `${from} ${to}`));
		const filled = new Set(files.map(folderOf));
		const unused = [...ladder]
			.filter(([folder]) => filled.has(folder))
			.flatMap(([folder, allowed]) => allowed.map((to) => `${folder} ${to}`))
			.filter((row) => !used.has(row));
		expect(unused).toEqual([]);
	});

	it('lets only src/host touch the machine', () => {
		const broken = files.flatMap((file) =>
			modulesIn(file)
				.filter((name) => !mayImport(folderOf(file), name))
				.map((name) => `src/${file} imports ${name}`),
		);
		expect(broken).toEqual([]);
	});
});

it('no file of src has more than 350 lines', () => {
	const long = files.map((file) => ({ file, lines: readSource(file).split('\n').length - 1 }));
	expect(long.filter(({ lines }) => lines > 350)).toEqual([]);
});

type Import = { readonly file: string; readonly from: string; readonly to: string; readonly path: string };

/** Relative imports, of types too, as written: esbuild would leave those out. */
async function readImports(): Promise<readonly Import[]> {
	const relativeImports = files.flatMap((file) =>
		pathsIn(file)
			.filter((path) => path.startsWith('.'))
			.map((path) => {
				const target = relative(source, join(source, dirname(file), path));
				return { file, from: folderOf(file), to: folderOf(target), path };
			}),
	);
	await expectNoneMissed(relativeImports);
	return relativeImports.filter(({ file }) => file.includes('/'));
}

/** The pattern that reads imports must see at least all that a real parser sees. */
async function expectNoneMissed(found: readonly Import[]): Promise<void> {
	const { metafile } = await build({
		absWorkingDir: source,
		entryPoints: files,
		bundle: true,
		write: false,
		metafile: true,
		outdir: 'nowhere',
		platform: 'node',
		format: 'esm',
		packages: 'external',
		logLevel: 'silent',
	});
	const seen = new Set(found.map(({ file, path }) => `${file} ${path}`));
	for (const [file, input] of Object.entries(metafile.inputs)) {
		for (const { original } of input.imports) {
			if (original?.startsWith('.')) expect(seen, `the imports of ${file}`).toContain(`${file} ${original}`);
		}
	}
}

function modulesIn(file: string): string[] {
	return pathsIn(file).filter((path) => !path.startsWith('.'));
}

function pathsIn(file: string): string[] {
	const pattern =
		/(?:^|[;}])\s*(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]|\brequire\(['"]([^'"]+)['"]/gm;
	return [...readSource(file).matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

function mayImport(folder: string, module: string): boolean {
	const folders = module.startsWith('node:')
		? acting[module.slice('node:'.length)]
		: (acting[module] ?? actingPackages[module]);
	return folders === undefined || folders.includes(folder);
}

function folderOf(file: string): string {
	return file.split('/')[0] ?? '';
}

function readSource(file: string): string {
	return readFileSync(join(source, file), 'utf8');
}

function readLadder(): Map<string, readonly string[]> {
	const rows: [string, unknown][] = Object.entries(JSON.parse(readFileSync(join(source, 'ladder.json'), 'utf8')));
	return new Map(rows.flatMap(([folder, allowed]) => (isNames(allowed) ? [[folder, allowed] as const] : [])));
}

function isNames(value: unknown): value is readonly string[] {
	return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
