/**
 * PyPy's own tests: whatever passes natively passes inside, but for the differences that results.json knows. A part of the
 * modules that is quick and touches most of the kernel; `npm run conformance` runs them all.
 */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { runBothSides } from './suite/both-sides.ts';
import { obtainSuite, type Suite } from './suite/obtain.ts';
import { lost, readResults } from './suite/results.ts';
import { openSides, type Sides } from './suite/sides.ts';

const root = join(import.meta.dirname, '../..');

const modules = `test_bufio test_epoll test_fcntl test_file test_fileinput test_fileio test_genericpath test_glob test_gzip
test_os test_pathlib test_popen test_posix test_posixpath test_pwd test_shutil test_sqlite test_stat test_tempfile test_thread
test_threadedtempfile test_time test_univnewlines test_zipimport`;

/** The suite, or why it is not to be had (no Debian, no network). */
function suiteOrWhy(): Suite | string {
	try {
		return obtainSuite(root);
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

const suite = suiteOrWhy();
let sides: Sides | undefined;

beforeAll(() => {
	if (typeof suite === 'string') return;
	execFileSync(join(root, 'bin/setup'), ['--without-pypy']);
	sides = openSides(suite, root, fs.mkdtempSync('/var/tmp/testsuite-'));
}, 120_000);

afterAll(() => {
	if (sides !== undefined) fs.rmSync(sides.place, { recursive: true, force: true });
});

const known = readResults().modules;

describe.sequential("PyPy's own tests pass inside where they pass on Linux", { timeout: 400_000 }, () => {
	for (const module of modules.split(/\s+/)) {
		test(module, async ({ expect, skip }) => {
			if (typeof suite === 'string') return skip(`the test suite can not be had: ${suite}`);
			if (sides === undefined) return;
			const { compared, inside } = await runBothSides(suite, sides, module);
			expect(lost(compared, known[module]), inside.errors).toEqual([]);
		});
	}
});
