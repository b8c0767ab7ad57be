/** The last step of bin/setup: gets a PyPy where there is none. Says nothing where there is one. */
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { locateRuntime } from '../interpreter/acquire.ts';
import { RuntimeError } from '../interpreter/find-types.ts';
import { openProgress } from './progress.ts';

const progress = openProgress(process.stderr);
locateRuntime(undefined, {
	surroundings: {
		env: process.env,
		home: homedir(),
		installation: join(dirname(fileURLToPath(import.meta.url)), '..'),
		arch: process.arch,
		platform: process.platform,
		cwd: process.cwd(),
	},
	onProgress: progress.tell,
}).then(
	() => progress.end(),
	(error: unknown) => {
		progress.end();
		if (!(error instanceof RuntimeError)) throw error;
		process.stderr.write(`approve-run: ${error.message}\n`);
		process.exitCode = error.exitStatus;
	},
);
