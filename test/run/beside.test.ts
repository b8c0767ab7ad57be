import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBeside } from '../../src/run/beside.ts';

let cwd = '';
beforeEach(() => {
	cwd = realpathSync(mkdtempSync(join(tmpdir(), 'approve-run-beside-')));
	writeFileSync(join(cwd, 'tidy.py'), 'import helper\n');
	writeFileSync(join(cwd, 'helper.py'), 'x = 1\n');
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const sha256 = createHash('sha256').update('import helper\n').digest('hex');
const about = () => ({
	script: 'tidy.py',
	cwd,
	sha256,
	reads: () => [{ path: join(cwd, 'helper.py'), approved: true }],
});

describe('the text of the script', () => {
	it('is that of the file, under whatever name the guest has for it', async () => {
		const { source } = openBeside(about());
		const script = { kind: 'text', name: 'tidy.py', text: 'import helper\n' };
		expect(await source(undefined)).toEqual(script);
		expect(await source('./tidy.py')).toEqual(script);
		expect(await source(join(cwd, 'tidy.py'))).toEqual(script);
	});

	it('says when the file is not what ran', async () => {
		writeFileSync(join(cwd, 'tidy.py'), 'print("harmless")\n');
		expect(await openBeside(about()).source(undefined)).toMatchObject({ about: expect.stringMatching(/not what ran/) });
	});

	it('of a module is shown where the script read it', async () => {
		expect(await openBeside(about()).source('helper.py')).toMatchObject({ kind: 'text', text: 'x = 1\n' });
	});

	it('is none of a file that a forged origin names, and that was not read or was refused', async () => {
		writeFileSync(join(cwd, 'secret.txt'), 'secret');
		const refused = { path: join(cwd, 'secret.txt'), approved: false };
		for (const reads of [[], [refused]]) {
			const { source } = openBeside({ ...about(), reads: () => reads });
			expect(await source('secret.txt')).toMatchObject({ kind: 'none' });
		}
	});

	it('is not waited for where the script has become a FIFO, and not read where it is huge or gone', async () => {
		const { source } = openBeside(about());
		rmSync(join(cwd, 'tidy.py'));
		expect(await source(undefined)).toMatchObject({ kind: 'none', why: expect.stringMatching(/not there any more/) });
		execFileSync('/usr/bin/mkfifo', [join(cwd, 'tidy.py')]);
		expect(await source(undefined)).toMatchObject({ kind: 'none' });
		rmSync(join(cwd, 'tidy.py'));
		writeFileSync(join(cwd, 'tidy.py'), Buffer.alloc(5 * 1024 * 1024));
		expect(await source(undefined)).toMatchObject({ kind: 'none', why: expect.stringMatching(/larger than/) });
	});

	it('of -c is the code while it runs, and said to be gone afterwards', async () => {
		const options = { script: '-c', cwd, reads: () => [] };
		const shown = await openBeside({ ...options, code: Buffer.from('print(1)') }).source('<string>');
		expect(shown).toEqual({ kind: 'text', name: 'the code of -c', text: 'print(1)' });
		expect(await openBeside(options).source(undefined)).toMatchObject({ kind: 'none' });
	});
});
