/** Bundles a program of the tests into one file that node can run by itself, and be killed. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** `contents` imports from the folder of this file. The program's path; remove it afterwards. */
export function bundleProgram(name: string, contents: string): string {
	const outfile = join(tmpdir(), `approve-run-${name}-${process.pid}.mjs`);
	buildSync({
		stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
		bundle: true,
		platform: 'node',
		format: 'esm',
		outfile,
		banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
	});
	return outfile;
}
