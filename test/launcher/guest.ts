/** A stock PyPy under the launcher, for the tests of this folder. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { buildLauncher, type Outcome, runGuest } from './mini-controller.ts';

export const library = '/usr/lib/x86_64-linux-gnu/libpypy3.9-c.so';
export const program = '/usr/bin/pypy3';
export const here = new URL('.', import.meta.url).pathname;

/** Whether there is a PyPy to try it with. */
export const isThere = fs.existsSync(library);

export type Bench = {
	/** The launcher that was built for the tests, and a folder for what they make. */
	readonly launcher: string;
	readonly scratch: string;
	/** Runs Python code and fails with what it said when it did not end with 0. */
	python(code: string, extra?: string[]): Promise<Outcome>;
	/** The launcher on a kernel that refuses a system call of x86-64. */
	refusing(call: number): string;
};

/** Builds the launcher before the tests of a file; the folder goes after them. */
export function setUp(): Bench {
	let launcher = '';
	let scratch = '';
	beforeAll(() => {
		launcher = buildLauncher();
		scratch = fs.mkdtempSync(join(tmpdir(), 'launcher-test-'));
	}, 60_000);
	afterAll(() => fs.rmSync(scratch, { recursive: true }));
	return {
		get launcher() {
			return launcher;
		},
		get scratch() {
			return scratch;
		},
		async python(code, extra = []) {
			const outcome = await runGuest({ launcher, library, program, args: ['-c', code], extra });
			expect(outcome, outcome.output + outcome.errors).toMatchObject({ status: 0, errors: '' });
			return outcome;
		},
		refusing(call) {
			const wrapper = join(scratch, 'without-call');
			if (!fs.existsSync(wrapper)) execFileSync('cc', ['-o', wrapper, join(here, 'without-call.c')]);
			const script = join(scratch, `without-${call}`);
			fs.writeFileSync(script, `#!/bin/sh\nexec ${wrapper} ${call} ${launcher} "$@"\n`, { mode: 0o755 });
			return script;
		},
	};
}

/** A script that asks libc and the kernel directly; `said` is what the call answered, as (result, errno). */
export const raw = `
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def said(f, *args):
    ctypes.set_errno(0)
    result = f(*args)
    return result, ctypes.get_errno()
`;
