/** `approve-run` alone, and what is kept of old sessions. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { eventually } from './program.ts';
import { pause, test } from './terminal.ts';

test('the list opens the review of what waits, and shows it as applied afterwards', async ({ world }) => {
	for (const name of ['first', 'second']) {
		world.write(`${name}.py`, `open("${name}.txt", "w").write("made by ${name}\\n")\n`);
		await world.run(['--plan', `${name}.py`]);
	}
	const terminal = world.open('');
	await terminal.shows('2 wait for you');
	terminal.keys('/');
	terminal.type('fir');
	await terminal.shows('1 of 1');
	terminal.keys('Enter');
	await terminal.settle();
	terminal.keys('Enter');
	await terminal.shows('made by first');
	await terminal.settle();
	terminal.keys('a');
	await terminal.shows('All is decided');
	terminal.keys('Enter');
	await terminal.settle();
	terminal.keys('y');
	await terminal.shows('1 waits for you');
	expect(world.read('first.txt')).toBe('made by first\n');
	terminal.keys('Escape');
	await terminal.shows('2 of 2');
	await terminal.settle();
	// What is applied is not reviewed again: its record is shown.
	terminal.keys('Enter');
	await terminal.shows('runtime  trapped');
	terminal.keys('q');
	await terminal.shows('2 of 2');
	terminal.keys('q');
	await terminal.shows('ended with 0');
});

test('kill -9 in the middle of a review takes no decision with it: the next review goes on, and applies', async ({
	world,
}) => {
	world.write('t.py', 'for name in "ab": open(name + ".txt", "w").write(name)');
	const terminal = world.open('t.py');
	await terminal.shows('a approve');
	await terminal.settle();
	terminal.keys('a');
	await terminal.shows('2 of 2');
	await pause(1500);
	const controller = world.processes().find((line) => line.includes('approve-run.cjs t.py'));
	process.kill(Number(controller?.split(' ')[0]), 'SIGKILL');
	await eventually(
		'the end of every process of the run',
		() => !world.processes().some((line) => line.includes('approve-run.cjs')),
	);
	expect(world.names()).toEqual(['t.py']);
	expect((await world.sessions()).map(({ state }) => state)).toEqual(['interrupted']);
	terminal.close();
	const again = world.open('review');
	await again.shows(/✓ 1/);
	await again.shows('b.txt');
	await again.settle();
	again.keys('Enter');
	await again.settle();
	again.keys('a');
	await again.shows('All is decided');
	again.keys('Enter');
	await again.settle();
	again.keys('y');
	await again.shows('ended with 0');
	expect([world.read('a.txt'), world.read('b.txt')]).toEqual(['a', 'b']);
});

test('without a terminal nothing is chosen: a sentence says what to do', async ({ world }) => {
	const alone = await world.run([]);
	expect([alone.status, alone.stdout]).toEqual([125, '']);
	expect(alone.stderr).toMatch(/^approve-run: name a script to run .*approve-run sessions lists what ran\n$/);
});

test('sessions prune goes by the settings, says what it did, and keeps what waits', async ({ world }) => {
	await world.run(['--plan', '-c', 'open("a", "w").write("a")']);
	await world.run(['--plan', '-c', 'print(1)']);
	const settings = join(world.home, '.config', 'approve-run');
	mkdirSync(settings, { recursive: true });
	writeFileSync(join(settings, 'settings.yaml'), 'sessions: { age: 0d, size: any }\n');
	const dry = await world.run(['sessions', 'prune', '--dry-run']);
	expect(dry.stdout).toMatch(
		/^would remove \w{26} {2}ended .*older than 0 days\n.*kept, it waits for you.*\n1 session would be removed/s,
	);
	const done = await world.run(['sessions', 'prune']);
	expect([done.status, done.stderr]).toEqual([0, '']);
	expect(done.stdout).toMatch(/^removed /);
	expect((await world.sessions()).map(({ state }) => state)).toEqual(['waiting']);
	expect((await world.run(['sessions', 'prune', '--waiting'])).stdout).toMatch(/^removed \w{26} {2}waiting/);
	expect(await world.sessions()).toEqual([]);
	writeFileSync(join(settings, 'settings.yaml'), 'session: {}\n');
	const refused = await world.run(['sessions', 'prune']);
	expect([refused.status, refused.stderr]).toEqual([
		125,
		`approve-run: ${join(settings, 'settings.yaml')}:1:1: unknown key "session"; the nearest right key is "sessions"\n`,
	]);
});
