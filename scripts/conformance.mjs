/** `npm run conformance`: bundles test/conformance/suite and runs it (Node 20 reads no TypeScript). */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'test/conformance/suite');
const bundle = join(root, `dist/conformance-${process.pid}.mjs`);

mkdirSync(join(root, 'dist'), { recursive: true });
await build({
	entryPoints: [join(source, 'main.ts')],
	outfile: bundle,
	bundle: true,
	platform: 'node',
	format: 'esm',
	target: 'node20.12',
	logLevel: 'warning',
	// Files beside a module are where its source is.
	define: {
		'import.meta.url': JSON.stringify(`file://${source}/main.ts`),
		'import.meta.dirname': JSON.stringify(join(root, 'dist')),
	},
});
try {
	await import(bundle);
} finally {
	rmSync(bundle, { force: true });
}
