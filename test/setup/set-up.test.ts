import { spawn } from 'node:child_process';
import {
	chmodSync,
	cpSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** bin/approve-run and bin/setup themselves, in a tree whose npm, build and launcher are stand-ins that log their calls. */
const repository = join(import.meta.dirname, '../..');
let folder = '';
let tree = '';

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'set up '));
	tree = join(folder, 'my tree');
	cpSync(join(repository, 'bin'), join(tree, 'bin'), { recursive: true });
	place('package-lock.json', '{}');
	place('src/cli/main.ts', '');
	place('pypy/launcher/launcher.c', '');
	place('pypy/launcher/Makefile', '');
	place('scripts/build.mjs', buildStandIn);
	program(
		'scripts/build-launcher.sh',
		'#!/bin/sh\nsleep 0.2; echo launcher >> "$HOME/calls"; mkdir -p "$1"; cp /bin/true "$1/launcher"\n',
	);
	program(
		'../path/npm',
		'#!/bin/sh\n[ -z "$BROKEN" ] || { echo "npm error code $BROKEN"; exit 1; }\necho npm >> "$HOME/calls"; mkdir -p node_modules/esbuild\n',
	);
	symlinkSync(process.execPath, join(folder, 'path/node'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('bin/approve-run', () => {
	it('sets up with one line for each step, then runs with the arguments as they are', async () => {
		const run = await start(join(tree, 'bin/approve-run'), ['a b', '', '*', '--x']);
		expect(run).toMatchObject({ status: 7, stdout: '["a b","","*","--x"]\n' });
		const steps = run.stderr.replaceAll(/\d+ s/g, 'N s').split('\n');
		expect(steps).toEqual([
			'approve-run: setting up npm packages … N s',
			'approve-run: setting up the TypeScript build … N s',
			'approve-run: setting up the C launcher … N s',
			'',
		]);
		expect(calls()).toEqual(['npm', 'build', 'launcher']);
	});

	it('does nothing and says nothing the second time', async () => {
		await start(join(tree, 'bin/approve-run'));
		expect(await start(join(tree, 'bin/approve-run'))).toEqual({ status: 7, stdout: '[]\n', stderr: '' });
		expect(calls()).toEqual(['npm', 'build', 'launcher']);
	});

	it('works through a chain of symlinks, from any folder', async () => {
		symlinkSync('my tree/bin/approve-run', join(folder, 'one'));
		symlinkSync(join(folder, 'one'), join(folder, 'path/two'));
		expect((await start('two')).status).toBe(7);
		expect((await start('../one', [], join(folder, 'path'))).status).toBe(7);
		expect((await start('sh', ['approve-run', 'x'], join(tree, 'bin'))).stdout).toBe('["x"]\n');
	});

	it('works where the folder of the program is a symlink, or one above it', async () => {
		symlinkSync('my tree/bin', join(folder, 'programs'));
		symlinkSync('my tree', join(folder, 'home'));
		expect((await start('programs/approve-run', [], folder)).status).toBe(7);
		expect((await start('home/bin/approve-run', [], folder)).status).toBe(7);
	});

	const edits: [string, string[]][] = [
		['src/cli/main.ts', ['build']],
		['src/cli/deeper/new.ts', ['build']],
		['scripts/build.mjs', ['build']],
		['pypy/launcher/launcher.c', ['launcher']],
	];
	for (const [file, expected] of edits) {
		it(`does again only what an edit of ${file} asks for`, async () => {
			await start(join(tree, 'bin/approve-run'));
			writeFileSync(join(folder, 'calls'), '');
			place(file, file === 'scripts/build.mjs' ? buildStandIn : '//');
			const soon = new Date(Date.now() + 1000);
			utimesSync(join(tree, file), soon, soon);
			await start(join(tree, 'bin/approve-run'));
			expect(calls()).toEqual(expected);
		});
	}

	it('installs packages again when the lock file has other contents, and not when it is only newer', async () => {
		await start(join(tree, 'bin/approve-run'));
		writeFileSync(join(folder, 'calls'), '');
		place('package-lock.json', '{}');
		await start(join(tree, 'bin/approve-run'));
		expect(calls()).not.toContain('npm');
		place('package-lock.json', '{ }');
		await start(join(tree, 'bin/approve-run'));
		expect(calls()).toContain('npm');
	});

	it('two at once do each step once, and both run', async () => {
		const both = await Promise.all([start(join(tree, 'bin/approve-run')), start(join(tree, 'bin/approve-run'))]);
		expect(both.map((run) => run.status)).toEqual([7, 7]);
		expect(calls()).toEqual(['npm', 'build', 'launcher']);
	});

	it('ends with 125, the reason, what to do and the log when a step fails; and goes on from there next time', async () => {
		const failed = await start(join(tree, 'bin/approve-run'), [], folder, { BROKEN: 'ECONNREFUSED' });
		expect(failed.status).toBe(125);
		expect(failed.stderr).toContain('npm packages could not be set up: npm says ECONNREFUSED. Check the network');
		expect(failed.stderr).toContain(join(folder, '.cache/approve-run/setup.log'));
		expect((await start(join(tree, 'bin/approve-run'))).status).toBe(7);
	});

	it('gives NODE_EXTRA_CA_CERTS to the program under another name, so that node does not read it', async () => {
		await start(join(tree, 'bin/approve-run'));
		const extra = { NODE_EXTRA_CA_CERTS: '/certs', SHOW_ENV: '1' };
		const { stdout } = await start(join(tree, 'bin/approve-run'), [], folder, extra);
		expect(stdout).toBe('undefined /certs\n');
	});
});

const buildStandIn = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
appendFileSync(process.env.HOME + '/calls', 'build\\n');
const dist = new URL('../dist/', import.meta.url);
mkdirSync(dist, { recursive: true });
writeFileSync(new URL('approve-run.cjs', dist), \`
	const { argv, env } = process;
	console.log(env.SHOW_ENV ? env.NODE_EXTRA_CA_CERTS + ' ' + env.APPROVE_RUN_CA_CERTS : JSON.stringify(argv.slice(2)));
	process.exitCode = 7;
\`);
`;

function calls(): string[] {
	return readFileSync(join(folder, 'calls'), 'utf8').split('\n').filter(Boolean);
}

function place(path: string, text: string): void {
	mkdirSync(dirname(join(tree, path)), { recursive: true });
	writeFileSync(join(tree, path), text);
}

function program(path: string, text: string): void {
	place(path, text);
	chmodSync(join(tree, path), 0o755);
}

type Ended = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** In a session of its own: there is no terminal, so the progress goes to standard error. */
function start(
	command: string,
	args: readonly string[] = [],
	cwd = folder,
	more: Record<string, string> = {},
): Promise<Ended> {
	return new Promise((resolve, reject) => {
		const env = { HOME: folder, PATH: `${join(folder, 'path')}:/usr/bin:/bin`, ...more };
		const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
		let stdout = '';
		let stderr = '';
		child.stdout.on('data', (chunk) => {
			stdout += chunk;
		});
		child.stderr.on('data', (chunk) => {
			stderr += chunk;
		});
		child.once('error', reject);
		child.once('close', (status) => resolve({ status, stdout, stderr }));
	});
}
