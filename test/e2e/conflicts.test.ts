/** Files that somebody else changed while the script ran, or while its session waited. */
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Terminal, type TerminalWorld, test } from './terminal.ts';

const script = [
	'def put(name, old, new):',
	'  text = open(name).read()',
	'  open(name, "w").write(text.replace(old, new))',
	'put("both.txt", "four", "FOUR")',
	'put("same.txt", "x", "script")',
	'put("alone.txt", "alone", "changed")',
].join('\n');

/** Files that the script and the machine both change, and the review of the script with all approved. */
async function approvedAll(world: TerminalWorld): Promise<Terminal> {
	world.write('both.txt', 'one\ntwo\nthree\nfour\n');
	world.write('same.txt', 'x\n');
	world.write('alone.txt', 'alone\n');
	const terminal = world.open(`-c '${script.replaceAll("'", `'"'"'`)}'`);
	for (let count = 0; count < 3; count += 1) {
		await terminal.shows('a approve');
		await terminal.settle();
		terminal.keys('a');
	}
	await terminal.shows('All is decided');
	return terminal;
}

test('the screen shows what both sides did, and each file becomes what was chosen', async ({ world }) => {
	const terminal = await approvedAll(world);
	world.write('both.txt', 'ONE\ntwo\nthree\nfour\n');
	chmodSync(join(world.work, 'both.txt'), 0o600);
	world.write('same.txt', 'machine\n');
	terminal.keys('Enter');
	await terminal.shows('Apply 3 approved changes?');
	await terminal.settle();
	terminal.keys('y');
	const screen = await terminal.shows('the machine has changed since the script saw it');
	expect(screen).toMatch(/machine - one\n.*machine \+ ONE/);
	expect(screen).toMatch(/script {2}- four\n.*script {2}\+ FOUR/);
	await terminal.settle();
	terminal.keys('g');
	await terminal.shows(/base {4}! x\n.*machine ! machine\n.*script {2}! script/);
	await terminal.settle();
	terminal.keys('g');
	await terminal.shows('It does not merge by itself');
	await terminal.settle();
	terminal.keys('s');
	await terminal.shows('Enter applies');
	// Somebody is faster once more: what was chosen was chosen of another file.
	world.write('same.txt', 'again\n');
	await terminal.settle();
	terminal.keys('Enter');
	await terminal.shows('machine ! again');
	await terminal.settle();
	terminal.keys('m');
	await terminal.settle();
	terminal.keys('Enter');
	await terminal.shows('ended with 126');
	expect(world.read('both.txt')).toBe('ONE\ntwo\nthree\nFOUR\n');
	expect(statSync(join(world.work, 'both.txt')).mode & 0o777).toBe(0o600);
	expect(world.read('same.txt')).toBe('again\n');
	expect(world.read('alone.txt')).toBe('changed\n');
	const [session] = await world.sessions();
	expect(session?.state).toBe('partly-applied');
	const events = (await world.run(['audit', 'show', session?.id ?? ''])).stdout;
	expect(events).toMatch(/conflict at .*both\.txt: merged, by/);
	expect(events).toMatch(/conflict at .*same\.txt: machine, by/);
	expect((await world.run(['rollback', session?.id ?? ''])).status).toBe(0);
	expect([world.read('both.txt'), world.read('same.txt')]).toEqual(['ONE\ntwo\nthree\nfour\n', 'again\n']);
});

test('without a terminal the conflicts are listed; --merge merges what merges, and applies nothing where one does not', async ({
	world,
}) => {
	const terminal = await approvedAll(world);
	world.write('both.txt', 'ONE\ntwo\nthree\nfour\n');
	world.write('same.txt', 'machine\n');
	terminal.keys('Enter');
	await terminal.shows('Apply 3 approved changes?');
	await terminal.settle();
	terminal.keys('y');
	await terminal.shows('the machine has changed');
	terminal.keys('q');
	await terminal.shows('ended with 125');
	const [session] = await world.sessions();
	expect(session?.state).toBe('waiting');
	const id = session?.id ?? '';
	const listed = await world.run(['apply', id]);
	expect(listed.status).toBe(125);
	expect(listed.stderr).toMatch(/Nothing was applied.*apply --merge merges.*\n.*both\.txt: .*\n.*same\.txt: /);
	expect((await world.run(['apply', '--merge', id])).status).toBe(125);
	expect(world.read('both.txt')).toBe('ONE\ntwo\nthree\nfour\n');
	world.write('same.txt', 'x\n');
	const merged = await world.run(['apply', '--merge', id]);
	expect([merged.status, world.read('both.txt'), world.read('same.txt')]).toEqual([
		0,
		'ONE\ntwo\nthree\nFOUR\n',
		'script\n',
	]);
});
