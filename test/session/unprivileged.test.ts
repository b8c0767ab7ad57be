import { spawnSync } from 'node:child_process';
import { chmodSync, lchownSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { temporary } from '../fs/guest.ts';
import { deep, plantThree } from '../fs/in-turn.ts';
import { anyCall, anySeed } from '../fs/oracle.ts';

const { SESSION_RUNS, SESSION_SEED } = process.env;
const nobody = 65534;
const script = fc.tuple(
	fc.array(anySeed, { maxLength: 9 }),
	fc.array(anyCall, { minLength: 1, maxLength: 40 }),
	fc.integer({ min: 0, max: 300 }),
);

it.runIf(process.getuid?.() === 0)(
	'what a user who is not root may do, apply and rollback may do, directories locked again afterwards and all',
	() => {
		const all = temporary();
		chmodSync(all, 0o755);
		buildSync({
			entryPoints: [fileURLToPath(new URL('./unprivileged-run.ts', import.meta.url))],
			...{ bundle: true, platform: 'node', format: 'esm', outfile: `${all}/run.mjs`, logLevel: 'silent' },
		});
		const seed = SESSION_SEED === undefined ? {} : { seed: Number(SESSION_SEED) };
		const cases = fc
			.sample(script, { numRuns: Number(SESSION_RUNS ?? 60), ...seed })
			.map(([seeds, calls, dies], index) => {
				const top = `${all}/${index}`;
				mkdirSync(top);
				const { machine } = plantThree(top, seeds);
				own(machine + deep);
				mkdirSync(`${top}/session`, { mode: 0o700 });
				own(`${top}/session`);
				mkdirSync(`${top}/work`);
				return { top, calls, dies };
			});
		const { stdout, stderr } = spawnSync(process.execPath, [`${all}/run.mjs`], {
			...{ input: JSON.stringify(cases), uid: nobody, gid: nobody, encoding: 'utf8' },
		});
		expect(stderr + stdout).toMatch(/^\{/);
		const { applied, refused } = JSON.parse(stdout);
		expect(refused).toEqual([]);
		expect(applied).toBe(cases.length);
		rmSync(all, { recursive: true });
	},
	120_000,
);

/** Symlinks are not followed: they may lead up. */
function own(path: string): void {
	lchownSync(path, nobody, nobody);
	if (lstatSync(path).isDirectory()) for (const entry of readdirSync(path)) own(join(path, entry));
}
