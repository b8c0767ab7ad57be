/**
 * Linux is the oracle: each script prints the same, ends the same and leaves the same files inside approve-run.
 * A script that begins with `# differs: WHY` is known not to: when it does after all, its test fails and the line goes.
 */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { both, makePlace, nativePyPy, scripts } from './run.ts';

const names = fs
	.readdirSync(scripts)
	.filter((name) => name.endsWith('.py') && name !== 'check.py')
	.sort();

let place = '';

beforeAll(() => {
	execFileSync(join(scripts, '../../../bin/setup'), ['--without-pypy']);
	place = makePlace();
}, 120_000);

afterAll(() => fs.rmSync(place, { recursive: true, force: true }));

describe.skipIf(!fs.existsSync(nativePyPy))(
	'a script does inside approve-run what it does on Linux',
	{
		timeout: 300_000,
	},
	() => {
		for (const name of names) {
			const why = /^# differs: (.*)/.exec(fs.readFileSync(join(scripts, name), 'utf8'))?.[1];
			const run = why === undefined ? test.concurrent : test.concurrent.fails;
			run(why === undefined ? name : `${name} (differs: ${why})`, async ({ expect }) => {
				const { native, inside } = await both(place, name);
				expect(inside.output, inside.errors).toBe(native.output);
				expect(inside.status, inside.errors).toBe(native.status);
				expect(inside.tree).toEqual(native.tree);
			});
		}
	},
);
