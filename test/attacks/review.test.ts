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
	await press('k');
	await shows('echo GOOD');
	await press('a');
	await shows(/✓ \+ tool\.sh/);
	world.write('../approved', '');
	await shows('swapped');
	await press('j');
	await press('a');
	await shows('exited');
	expect(screen()).not.toContain('EVIL');
	expect(screen()).toMatch(/● \+ tool\.sh/);
	expect(existsSync(join(world.work, 'tool.sh'))).toBe(false);
});

const screen = (): string => tmux('capture-pane', '-p');
const shows = (what: string | RegExp): Promise<void> =>
	eventually(String(what), () => (typeof what === 'string' ? screen().includes(what) : what.test(screen())));

/** A key, and the time in which the screen takes no other for an answer. */
async function press(key: string): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, 700));
	tmux('send-keys', key);
	await new Promise((resolve) => setTimeout(resolve, 300));
}

function tmux(...words: string[]): string {
	return execFileSync('tmux', ['-u', '-L', 'attack', '-f', '/dev/null', ...words], {
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
		env: { ...world.env, TMUX_TMPDIR: world.folder },
	});
}
