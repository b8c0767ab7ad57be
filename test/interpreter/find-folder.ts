/** A folder for one test, and surroundings in which nothing of this machine is found. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Surroundings } from '../../src/interpreter/find-types.ts';

export type TestFolder = Disposable & { readonly path: string };

export function makeFolder(): TestFolder {
	const path = mkdtempSync(join(tmpdir(), 'approve run '));
	return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export function emptySurroundings(folder: string): Surroundings {
	return {
		env: { PATH: join(folder, 'bin'), XDG_CACHE_HOME: join(folder, 'cache') },
		home: folder,
		installation: folder,
		arch: 'x64',
		platform: 'linux',
		cwd: folder,
	};
}

/** An executable that answers the probe like a PyPy whose library is `library`. */
export function standIn(answer: Record<string, unknown>): string {
	return `#!/bin/sh\nprintf '%s\\n' '${JSON.stringify(answer)}'\n`;
}
