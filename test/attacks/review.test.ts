/** Attacks on the person who reviews, in a real terminal. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, makeWorld, program, type World } from '../e2e/program.ts';

let world: World;

beforeEach(() => {
	world = makeWorld();
	copyFileSync(fileURLToPath(new URL('swap.py', import.meta.url)), join(world.work, 'swap.py'));
});

afterEach(() => {
	tmux('kill-server');
	world.remove();
});

test('a file that was approved and then written to does not reach the machine before the command', async () => {
	const sign = join(world.folder, 'approved');
	tmux('new-session', '-d', '-x', '100', '-y', '30', '-c', world.work, `${program} swap.py ${sign}; sleep 60`);
	await shows('stands still until you answer');
	await press('k', 'echo GOOD');
	await press('a', /✓ \+ tool\.sh/);
	world.write('../approved', '');
	await shows('swapped');
	await press('j', /❯. \$ sh/);
	await press('a', 'exited');
	expect(screen()).not.toContain('EVIL');
	expect(screen()).toMatch(/● \+ tool\.sh/);
	expect(existsSync(join(world.work, 'tool.sh'))).toBe(false);
});

const screen = (): string => tmux('capture-pane', '-p');
const isOn = (what: string | RegExp): boolean =>
	typeof what === 'string' ? screen().includes(what) : what.test(screen());
const shows = (what: string | RegExp): Promise<void> => eventually(String(what), () => isOn(what), 15_000);

/** Presses a key until it has done its work: one that comes too early is no answer. */
async function press(key: string, until: string | RegExp): Promise<void> {
	for (let tries = 0; tries < 6 && !isOn(until); tries++) {
		await new Promise((resolve) => setTimeout(resolve, 700));
		tmux('send-keys', key);
		await eventually('an answer', () => isOn(until), 1500).catch(() => {});
	}
	expect(screen()).toMatch(until);
}

function tmux(...words: string[]): string {
	return execFileSync('tmux', ['-u', '-L', 'attack', '-f', '/dev/null', ...words], {
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
		env: { ...world.env, TMUX_TMPDIR: world.folder },
	});
}
