/** Linux is the oracle: each script prints the same, ends the same and leaves the same files inside approve-run. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { both, makePlace, nativePyPy, scripts } from './run.ts';

const names = fs
	.readdirSync(scripts, { recursive: true, encoding: 'utf8' })
	.filter((name) => name.endsWith('.py') && name !== 'check.py')
	.sort();

let place = '';

beforeAll(() => {
	execFileSync(join(scripts, '../../../bin/setup'), ['--without-pypy']);
	place = makePlace();
}, 120_000);

afterAll(() => fs.rmSync(place, { recursive: true, force: true }));

describe.skipIf(!fs.existsSync(nativePyPy))('inside approve-run, as on Linux', { timeout: 240_000 }, () => {
	test.concurrent.for(names)('%s', async (name, { expect }) => {
		const { native, inside } = await both(place, name);
		expect(inside.output, inside.errors).toBe(native.output);
		expect(inside.status, inside.errors).toBe(native.status);
		expect(inside.tree).toEqual(native.tree);
	});
});

test('there are conformance scripts', () => expect(names.length).toBeGreaterThan(80));
