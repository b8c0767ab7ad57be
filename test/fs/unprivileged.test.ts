import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { temporary } from './guest.ts';
import { deep, plantThree } from './in-turn.ts';
import { anyCall, anySeed } from './oracle.ts';

const { FS_RUNS, FS_SEED } = process.env;

/** Undefined too where a part of the way is no directory. */
function lstat(where: string): fs.Stats | undefined {
	try {
		return fs.lstatSync(where);
	} catch {
		return undefined;
	}
}

/** Whose things they are: root's or the user's own, by turns; and a directory of everybody's, where all can write and few delete. */
const owners = fc.array(fc.boolean(), { minLength: 9, maxLength: 9 });
const script = fc.tuple(fc.array(anySeed, { maxLength: 9 }), owners, fc.array(anyCall, { maxLength: 40 }));

test.runIf(process.getuid?.() === 0)(
	'a user who is not root is refused what Linux refuses, and nothing else',
	async () => {
		const all = temporary();
		fs.chmodSync(all, 0o755);
		await build({
			entryPoints: [fileURLToPath(new URL('./unprivileged-run.ts', import.meta.url))],
			...{ bundle: true, platform: 'node', format: 'esm', outfile: `${all}/run.mjs`, logLevel: 'silent' },
		});
		const nobody = 65534;
		const seed = FS_SEED === undefined ? {} : { seed: Number(FS_SEED) };
		const cases = fc.sample(script, { numRuns: Number(FS_RUNS ?? 60), ...seed }).map(([seeds, own, calls], index) => {
			const top = `${all}/${index}`;
			fs.mkdirSync(top);
			const { machine, real } = plantThree(top, seeds);
			for (const directory of [machine, real]) {
				fs.chownSync(directory + deep, nobody, nobody);
				seeds.forEach((one, at) => {
					const where = `${directory}${deep}/${one.path}`;
					const there = lstat(where);
					if (there !== undefined && own[at] === true) fs.lchownSync(where, nobody, nobody);
					// Known to differ: rmdir(2) of a directory that the user may not list (EACCES here).
					if (there?.isDirectory()) fs.chmodSync(where, at % 3 === 0 ? 0o1777 : 0o755);
				});
			}
			fs.mkdirSync(`${top}/session`);
			fs.chownSync(`${top}/session`, nobody, nobody);
			fs.mkdirSync(`${top}/work`);
			// The oracle makes an exchange out of three renames, of which one can be refused.
			return { top, calls: calls.filter((call) => call.op !== 'rename' || call.how !== 'exchange') };
		});
		const { stdout, stderr } = spawnSync(process.execPath, [`${all}/run.mjs`], {
			...{ input: JSON.stringify(cases), uid: nobody, gid: nobody, encoding: 'utf8' },
		});
		expect(stdout + stderr).toBe('all agree\n');
		fs.rmSync(all, { recursive: true });
	},
	60_000,
);
