/** The recorded conversations as an interpreter of darwin would have them: its numbers and structs say the same as those of Linux. */
import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSandboxFifos } from '../../src/host/sandbox-pipe.ts';
import { SandboxDispatcher } from '../../src/syscalls/translated/dispatch.ts';
import type { SandboxPlatform } from '../../src/wire/sandbox-dump.ts';
import { SandboxLink } from '../../src/wire/sandbox-link.ts';
import { nativePyPy } from '../conformance/run.ts';
import { guest } from '../fs/guest.ts';
import { fakeKernel, fakeWorld } from '../kernel/world.ts';
import { fixtures, names, populate } from './world.ts';

let place = '';
beforeAll(() => {
	place = fs.mkdtempSync('/var/tmp/darwin-');
});
afterAll(() => fs.rmSync(place, { recursive: true, force: true }));

/** Plays one conversation in this process; where its answers differ from the recorded ones. */
function play(name: string, platform: SandboxPlatform): string[] {
	const root = join(place, `${name}-${platform}`);
	fs.mkdirSync(root);
	populate(root, name);
	execFileSync('sh', ['-c', 'mkfifo call answer'], { cwd: root });
	const player = [join(fixtures, 'player.py'), join(fixtures, 'traces'), root, '-B', join(root, `${name}.py`)];
	spawn('sh', ['-c', 'exec "$@" > call < answer', 'sh', nativePyPy, ...player], {
		cwd: root,
		env: { PLATFORM: platform },
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	const pipe = openSandboxFifos(root);
	const link = new SandboxLink(pipe);
	const world = fakeWorld();
	const kernel = fakeKernel(world, guest().fs);
	const task = kernel.attach(0, 100, 100, { kind: 'first' });
	task.process.cwd = join(root, 'tmp');
	const home = join(root, 'lib');
	const dispatcher = new SandboxDispatcher({ kernel, task, link, architecture: 'x64', platform, home, env: {} });
	for (let call = link.next(); call !== undefined; call = link.next()) {
		if (dispatcher.handle(call).kind !== 'answered') break;
	}
	pipe.close();
	const last = world.printed.join('').trimEnd().split('\n').at(-1) ?? '';
	const differences: string[] = JSON.parse(last);
	return differences.map((line) => line.replaceAll(`-${platform}`, ''));
}

describe.skipIf(!fs.existsSync(nativePyPy))(
	'a conversation in the numbers and structs of darwin',
	{ timeout: 60_000 },
	() => {
		// Those wait for a command or for input, and nobody is here.
		for (const name of names.filter((name) => !['command', 'subproc', 'stdin'].includes(name))) {
			test(`is answered as on Linux: ${name}`, () => {
				expect(play(name, 'darwin')).toEqual(play(name, 'linux'));
			});
		}
	},
);
