/** Modules of pypy/guest that stand in for C, natively under a stock PyPy, beside that PyPy's own. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nativePyPy } from '../conformance/run.ts';
import { fixtures } from './world.ts';

const guest = new URL('../../pypy/guest', import.meta.url).pathname;

function said(script: string, ...words: readonly string[]): string {
	return execFileSync(nativePyPy, ['-B', join(fixtures, script), ...words], { encoding: 'utf8' });
}

describe.skipIf(!fs.existsSync(nativePyPy))('in Python alone as in C', { timeout: 120_000 }, () => {
	for (const seed of ['1', '2']) {
		test(`zlib packs, unpacks and refuses the same: seed ${seed}`, () => {
			expect(said('zlib-beside-native.py', join(guest, 'fallback'), seed, '60')).toBe('the same\n');
		});
	}

	test('pyexpat tells the same of whole documents and of broken ones', () => {
		expect(said('xml-beside-native.py', join(guest, 'fallback'), '1', '1500')).toBe('the same\n');
	});

	test('SHA-3 and BLAKE2 have the same digests', () => {
		expect(said('hashes-beside-native.py', guest)).toBe('the same\n');
	});
});
