/** Edits, parts of changes, sentences: what is approved is what is written, or runs. */
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { pause, type Terminal, type TerminalWorld, test } from './terminal.ts';

/** Opens the program with an editor that runs `lines` of shell on its file, `$1`. */
function openWithEditor(world: TerminalWorld, words: string, lines: string): Terminal {
	const editor = join(world.folder, 'editor.sh');
	writeFileSync(editor, `#!/bin/sh\n${lines}\n`);
	chmodSync(editor, 0o755);
	return world.open(words, 200, 30, { EDITOR: editor });
}

/** Presses a key until what it does is on the screen: one that comes too early is no answer. */
async function press({ keys, screen, settle }: Terminal, key: string, until: string | RegExp): Promise<void> {
	for (let tries = 0; tries < 8; tries += 1) {
		await settle();
		keys(key);
		for (let waits = 0; waits < 20; waits += 1) {
			if (typeof until === 'string' ? screen().includes(until) : until.test(screen())) return;
			await pause(50);
		}
	}
	throw new Error(`${key} never led to ${until}; on the screen was:\n${screen()}`);
}

/** What the report says of all but reads. */
const effects = (world: TerminalWorld) => {
	const report: Report = JSON.parse(world.read('report.json'));
	return report.effects.filter(({ kind }) => kind !== 'read');
};
const numbered = (change: Record<number, string>) =>
	Array.from({ length: 40 }, (_, index) => `${change[index + 1] ?? `line ${index + 1}`}\n`).join('');

test('the edited content of a file is what is approved and written, and the record tells', async ({ world }) => {
	world.write('a.txt', 'old\n');
	world.write('script.py', 'open("a.txt", "w").write("what the script wants\\n")\n');
	const at = openWithEditor(world, '--report report.json script.py', 'echo "what mia wants" > "$1"');
	await at.shows('what the script wants');
	await press(at, 'e', 'Edited; a approves it');
	await at.shows('what mia wants');
	expect(at.screen()).not.toContain('what the script wants');
	await press(at, 'a', 'All is decided');
	await press(at, 'Enter', 'Apply 1 approved change');
	await press(at, 'y', 'ended with 0');
	expect(world.read('a.txt')).toBe('what mia wants\n');
	expect(effects(world)).toMatchObject([{ decision: 'allow', edited: 'edited', added: 1, removed: 1 }]);
});

test('an editor that fails changes nothing, and the review goes on', async ({ world }) => {
	world.write('script.py', 'open("a.txt", "w").write("from the script\\n")\n');
	const at = openWithEditor(world, 'script.py', 'echo nonsense > "$1"; exit 3');
	await at.shows('from the script');
	await press(at, 'e', 'Nothing was changed: the editor');
	expect(at.screen()).toContain('from the script');
	await press(at, 'a', 'All is decided');
	await press(at, 'Enter', 'Apply 1');
	await press(at, 'y', 'ended with 0');
	expect(world.read('a.txt')).toBe('from the script\n');
});

test('the edited words of a command are what runs; the report has what was wanted and what was approved', async ({
	world,
}) => {
	world.write('script.py', 'import subprocess\nprint(subprocess.run(["echo", "wanted"], stdout=-1).stdout)\n');
	const at = openWithEditor(world, '--report report.json script.py', 'printf "echo\\nanother  word\\n" > "$1"');
	await at.shows('stands still until you answer');
	await press(at, 'e', 'Edited; a approves it');
	expect(at.screen()).toContain('another  word');
	await press(at, 'a', 'exit 0');
	await press(at, 'Enter', 'ended with 0');
	expect(at.screen()).toContain("b'another  word\\n'");
	expect(effects(world)).toMatchObject([{ argv: ['echo', 'wanted'], approvedArgv: ['echo', 'another  word'] }]);
});

test('single hunks are taken, and the rest stays as it was', async ({ world }) => {
	world.write('a.txt', numbered({}));
	world.write('script.py', `open("a.txt", "w").write(${JSON.stringify(numbered({ 5: 'five', 30: 'thirty' }))})\n`);
	const at = openWithEditor(world, 'script.py', 'false');
	await at.shows('thirty');
	await press(at, 's', 'part 1 of 2');
	at.keys('n');
	await at.shows('part 2 of 2');
	at.keys('y');
	await at.shows('1 taken, 1 left out');
	await press(at, 'Enter', 'This is what is left of it');
	expect(at.screen()).not.toContain('five');
	await press(at, 'a', 'All is decided');
	await press(at, 'Enter', 'Apply 1');
	await press(at, 'y', 'ended with 0');
	expect(world.read('a.txt')).toBe(numbered({ 30: 'thirty' }));
});

test('a sentence that a denial carries ends in the report', async ({ world }) => {
	world.write('script.py', 'open("a.txt", "w").write("x\\n")\n');
	const at = openWithEditor(world, '--report report.json script.py', 'false');
	await at.shows('a.txt');
	await press(at, 'D', 'denied because');
	at.type('not in this project');
	at.keys('Enter');
	await at.shows('All is decided');
	await press(at, 'Enter', 'change nothing?');
	await press(at, 'y', 'ended with 126');
	expect(effects(world)).toMatchObject([{ decision: 'deny', because: 'not in this project' }]);
});

test('a content that is another one than was on the screen is not applied, however it came there', async ({
	world,
}) => {
	world.write('script.py', 'open("a.txt", "w").write("GOOD\\n")\n');
	const at = openWithEditor(world, 'script.py', 'false');
	await at.shows('GOOD');
	await press(at, 'a', 'All is decided');
	const sessions = join(world.folder, 'state/approve-run/sessions');
	const [id = ''] = readdirSync(sessions);
	const contents = join(sessions, id, 'upper/content');
	for (const name of readdirSync(contents)) writeFileSync(join(contents, name), 'EVIL\n');
	await press(at, 'Enter', 'Apply 1');
	await press(at, 'y', 'ended with 125');
	expect(at.screen()).toContain('its content is not what was approved');
	expect(world.names()).not.toContain('a.txt');
	expect(readFileSync(join(world.work, 'script.py'), 'utf8')).toContain('GOOD');
});
