// Writes policies/schema.json from the zod schema in src/policy/schema.ts: node scripts/policy-schema.mjs
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'policies', 'schema.json');
const folder = mkdtempSync(join(tmpdir(), 'policy-schema-'));
try {
	const outfile = join(folder, 'json-schema.mjs');
	await build({
		entryPoints: [join(root, 'src', 'policy', 'json-schema.ts')],
		bundle: true,
		platform: 'node',
		format: 'esm',
		outfile,
		logLevel: 'error',
	});
	const { policyJsonSchema } = await import(pathToFileURL(outfile).href);
	writeFileSync(target, `${JSON.stringify(policyJsonSchema(), null, '\t')}\n`);
	const formatted = spawnSync(join(root, 'node_modules', '.bin', 'biome'), ['format', '--write', target], {
		cwd: root,
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	process.exitCode = formatted.status ?? 1;
} finally {
	rmSync(folder, { recursive: true });
}
