/** Rules from what was asked, and many questions of one shape as one. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from './terminal.ts';

const thumbnails = [
	'import os',
	'os.makedirs("thumbs", exist_ok=True)',
	'for n in range(30): open(f"thumbs/{n:02}.png", "wb").write(bytes([137, 80, 78, 71, n]))',
	'open("notes.txt", "w").write("done")',
].join('\n');

test('r shows the rule and what it decides, and writes it into a policy with its comments; then nothing is asked', async ({
	world,
}) => {
	const policy =
		'# Mine.\nname: mine\ndefault: { read: allow }\nrules:\n  # Nobody needs this.\n  - deny: write\n    path: "./secret"\n';
	world.write('mine.yaml', policy);
	world.write('t.py', thumbnails);
	mkdirSync(join(world.work, 'thumbs'));
	const terminal = world.open('--policy mine.yaml t.py');
	await terminal.shows('Effects');
	terminal.keys('Down');
	await terminal.settle();
	terminal.keys('r');
	const narrow = await terminal.shows('It decides this of the session:');
	expect(narrow).toContain('allow: write, path: "./thumbs/01.png"');
	expect(narrow).toMatch(/ask → allow/);
	expect(narrow).toContain('mine.yaml');
	terminal.keys('n');
	expect(await terminal.shows('It decides 30 things of this session')).toContain('"./thumbs/*.png"');
	await terminal.settle();
	terminal.keys('y');
	await terminal.shows('Written to mine.yaml');
	const written = readFileSync(join(world.work, 'mine.yaml'), 'utf8');
	expect(written.startsWith(policy)).toBe(true);
	expect(written).toContain('./thumbs/*.png');
	terminal.keys('q');
	await terminal.shows('ended with');
	const again = await world.report(['--unattended', '--policy', 'mine.yaml', 't.py']);
	const asked = again.report.effects.filter(({ kind, decision }) => kind === 'write' && decision !== 'allow');
	expect(asked.map(({ path }) => path)).toEqual([join(world.work, 'notes.txt')]);
});

test('a rule for a shipped policy goes to a copy of it, and a stricter rule is told', async ({ world }) => {
	world.write('t.py', 'open("a.txt", "w").write("a")');
	const terminal = world.open('t.py');
	await terminal.shows('a approve');
	await terminal.settle();
	terminal.keys('r');
	await terminal.shows('review.policy.yaml');
	terminal.keys('o');
	await terminal.shows('A rule to deny');
	terminal.keys('o');
	await terminal.shows('A rule to allow');
	terminal.keys('f');
	await terminal.shows('Enter take');
	terminal.keys('C-u');
	// What comes in one piece with it would be a paste.
	await terminal.hides('into review.policy.yaml');
	terminal.type('own.yaml');
	await terminal.shows('into own.yaml');
	terminal.keys('Enter');
	await terminal.settle();
	terminal.keys('y');
	await terminal.shows('Written to own.yaml');
	terminal.keys('q');
	await terminal.shows('ended with');
	expect(existsSync(join(world.work, 'review.policy.yaml'))).toBe(false);
	const ran = await world.run(['--unattended', '--policy', 'own.yaml', 't.py']);
	expect([ran.status, world.read('a.txt')]).toEqual([0, 'a']);
});

test('30 thumbnails are one question, answered when all of the list was shown', async ({ world }) => {
	world.write('t.py', thumbnails);
	const terminal = world.open('t.py');
	await terminal.shows('Effects');
	terminal.keys('Down', 'Down');
	await terminal.shows('* all alike');
	await terminal.settle();
	terminal.keys('*');
	const list = await terminal.shows(/create 30 files in .*thumbs/);
	expect(list).toContain('22 shown');
	expect(list).toContain('5 bytes');
	await terminal.settle();
	terminal.keys('a');
	await terminal.shows('8 of them were not on the screen yet');
	terminal.keys('Space');
	await terminal.shows('a approve all 30');
	terminal.keys('Enter');
	await terminal.shows('One of a group');
	await terminal.settle();
	terminal.keys('*');
	await terminal.shows('22 shown');
	terminal.keys('Space');
	await terminal.shows('a approve all 30');
	await terminal.settle();
	terminal.keys('a');
	await terminal.shows('Approved 30 at once');
	await terminal.settle();
	terminal.keys('Enter');
	await terminal.settle();
	terminal.keys('d');
	await terminal.shows('All is decided');
	terminal.keys('Enter');
	await terminal.settle();
	terminal.keys('y');
	await terminal.shows('ended with 126');
	expect(readFileSync(join(world.work, 'thumbs/29.png'))).toEqual(Buffer.from([137, 80, 78, 71, 29]));
	expect(existsSync(join(world.work, 'notes.txt'))).toBe(false);
});
