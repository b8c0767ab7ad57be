/**
 * Bundles src/ into dist/. `--quick` leaves out the types of the public API.
 *
 *     approve-run.cjs, [replay-]worker.cjs, setup-pypy.cjs   the loader (scripts/loader.cjs)
 *     *.main.cjs       what it loads: CommonJS, since V8's code cache is out of reach for ES modules in Node 20
 *     ui/*.js          the screen: ES modules, loaded by the first `import()` of src/ui (Ink needs top-level await)
 *     index.js, types/ the public API
 */
import { spawnSync } from 'node:child_process';
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { builtinsWhenUsed } from './builtins-when-used.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'src');
const dist = join(root, 'dist');
const staging = join(dist, `.build-${process.pid}`);
const quick = process.argv.includes('--quick');

const common = {
	absWorkingDir: root,
	bundle: true,
	platform: 'node',
	target: 'node20.12',
	define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
	alias: { 'react-devtools-core': './scripts/empty.cjs' },
	jsx: 'automatic',
	minifySyntax: true,
	minifyWhitespace: true,
	legalComments: 'none',
	logLevel: 'warning',
};

try {
	mkdirSync(staging, { recursive: true });
	await bundlePrograms();
	if (existsSync(join(source, 'index.ts'))) await bundleLibrary();
	publish();
	if (!quick && existsSync(join(source, 'index.ts'))) writeTypes();
} catch (error) {
	// esbuild has told its own errors already.
	if (!(error instanceof Error && 'errors' in error)) console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
} finally {
	rmSync(staging, { recursive: true, force: true });
}

async function bundlePrograms() {
	const programs = {
		'approve-run': 'cli/main.ts',
		worker: 'run/worker.ts',
		'replay-worker': 'run/replay-worker.ts',
		'setup-pypy': 'cli/setup-pypy.ts',
	};
	const screens = new Map();
	for (const [name, entry] of Object.entries(programs)) {
		if (!existsSync(join(source, entry))) continue;
		await build({
			...common,
			entryPoints: [{ in: join(source, entry), out: `${name}.main` }],
			outdir: staging,
			outExtension: { '.js': '.cjs' },
			format: 'cjs',
			define: { ...common.define, 'import.meta.url': 'importMetaUrl' },
			banner: { js: "const importMetaUrl=require('node:url').pathToFileURL(__filename).href;" },
			plugins: [screensApart(screens)],
		});
		importThroughLoader(join(staging, `${name}.main.cjs`));
		copyFileSync(join(root, 'scripts/loader.cjs'), join(staging, `${name}.cjs`));
	}
	if (screens.size === 0) return;
	// Ink's layout would fetch() its own code from a data: URL, and node then loads all of its network for that; it can do without.
	const define = { ...common.define, fetch: 'undefined' };
	await bundleModules(Object.fromEntries([...screens].map(([out, from]) => [out, from])), join(staging, 'ui'), define);
}

async function bundleLibrary() {
	await bundleModules({ index: join(source, 'index.ts') }, staging);
}

/** ES modules, with a `require` for the CommonJS packages inside. */
async function bundleModules(entryPoints, outdir, define = common.define) {
	await build({
		...common,
		entryPoints,
		outdir,
		define,
		format: 'esm',
		splitting: true,
		chunkNames: 'chunk-[hash]',
		banner: {
			js: "import{createRequire as moduleRequire}from'node:module';const require=moduleRequire(import.meta.url);",
		},
	});
}

/** Leaves `import('../ui/…')` in the programs as it is, pointed at the module that is built for it. */
function screensApart(screens) {
	return {
		name: 'screens-apart',
		setup(bundle) {
			bundle.onResolve({ filter: /\/ui\// }, ({ kind, path, resolveDir }) => {
				if (kind !== 'dynamic-import') return undefined;
				const file = join(resolveDir, path);
				const out = relative(join(source, 'ui'), file)
					.replace(/\.tsx?$/, '')
					.replaceAll(sep, '-');
				screens.set(out, file);
				return { path: `./ui/${out}.js`, external: true };
			});
		},
	};
}

/** The loader's importModule in place of `import()`, for which a script from the code cache has no loader. */
function importThroughLoader(file) {
	const code = readFileSync(file, 'latin1').replaceAll(/\bimport\("(?=node:|\.\/ui\/)/g, 'importModule("');
	const left = /.{0,60}\bimport\(.{0,60}/.exec(code);
	if (left) throw new Error(`${basename(file)} holds an import() that cannot work there: ${left[0]}`);
	writeFileSync(file, builtinsWhenUsed(code), 'latin1');
}

/** Moves what was built into dist/, file by file: a program that is running finds its chunks until the next day. */
function publish() {
	for (const file of filesIn(staging)) {
		const target = join(dist, relative(staging, file));
		mkdirSync(dirname(target), { recursive: true });
		renameSync(file, target);
	}
	const yesterday = Date.now() - 86_400_000;
	for (const file of filesIn(dist)) {
		const name = basename(file);
		const old = name.startsWith('chunk-') && statSync(file).mtimeMs < yesterday;
		if (old || name.endsWith('.cache')) rmSync(file, { force: true });
	}
}

function filesIn(folder) {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.path, entry.name));
}

function writeTypes() {
	const tsc = join(root, 'node_modules/typescript/bin/tsc');
	const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'scripts/types.tsconfig.json')], {
		stdio: 'inherit',
	});
	if (status !== 0) throw new Error('the types of the public API could not be written');
}
