import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { eventually } from './program.ts';
import { pause, test } from './terminal.ts';

test('the first example from its start to its end: look at each change, approve all seen, apply, roll back', async ({
	world,
}) => {
	cpSync(fileURLToPath(new URL('../../examples', import.meta.url)), join(world.work, 'examples'), { recursive: true });
	const config = (name: string) => join(world.work, 'examples/sample/config', name);
	const before = readFileSync(config('app.ini'), 'utf8');
	const { keys, shows, settle, command } = world.open('examples/tidy_config.py');
	const first = await shows('Effects');
	expect(first.split('\n').length - 1).toBe(24);
	expect(first).toContain('app.ini');
	await settle();
	// Nothing was seen but the first: the others are not approved with it.
	keys('A');
	await settle();
	expect(readFileSync(config('app.ini'), 'utf8')).toBe(before);
	for (let step = 0; step < 9; step += 1) {
		// Only what stood on the screen to its end counts as seen.
		for (const key of ['PageDown', 'PageDown', 'Down']) {
			keys(key);
			await settle();
		}
	}
	keys('A');
	await shows('nothing is left');
	keys('Enter');
	await shows(/Apply \d+ approved changes\?/);
	await settle();
	keys('y');
	const text = await shows('ended with');
	expect(text).toContain('ended with 0');
	expect(text).toContain('3 files tidied');
	expect(text).not.toContain('Effects');
	expect(readFileSync(config('app.ini'), 'utf8')).toContain('port = 8080');
	expect(existsSync(config('server.json.bak'))).toBe(false);
	expect(readFileSync(config('backup/app.ini'), 'utf8')).toBe(before);
	const [, rollback = ''] = /approve-run (rollback \w{26})/.exec(text.replaceAll('\n', '')) ?? [];
	command(rollback);
	await shows('ended with 0');
	expect(readFileSync(config('app.ini'), 'utf8')).toBe(before);
	expect(existsSync(config('server.json.bak'))).toBe(true);
});

test('a command is asked about while the script stands still; one is approved and one denied', async ({ world }) => {
	const code = [
		'import subprocess',
		'with open("before.txt", "w") as f: f.write("seen by the command\\n")',
		'print(subprocess.run(["cp", "before.txt", "copy.txt"]))',
		'try: subprocess.run(["touch", "never.txt"])',
		'except PermissionError: print("denied, and told so")',
	];
	world.write('script.py', code.join('\n'));
	const { keys, shows, settle } = world.open('--report report.json script.py');
	await shows(/cp.*before\.txt/);
	await settle();
	// The change that the command needs comes first.
	keys('Up');
	await shows('seen by the command');
	await settle();
	keys('a');
	await settle();
	keys('Down');
	await settle();
	keys('a');
	await shows(/touch.*never\.txt/);
	expect(world.read('copy.txt')).toBe('seen by the command\n');
	keys('Enter');
	await shows('the script stands still');
	await settle();
	keys('d');
	await shows('Enter finish');
	await settle();
	keys('Enter');
	const asked = await shows(/\?.*yes|ended with/);
	await settle();
	if (!asked.includes('ended with')) keys('y');
	const text = await shows('ended with');
	expect(text).toContain('ended with 126');
	expect(text).toContain('denied, and told so');
	expect(world.names()).not.toContain('never.txt');
	const report = JSON.parse(world.read('report.json'));
	const runs = report.effects.filter(({ kind }: { kind: string }) => kind === 'run');
	expect(runs).toEqual([
		expect.objectContaining({ decision: 'allow', status: 0, by: { person: expect.any(String) } }),
		expect.objectContaining({ decision: 'deny', by: { person: expect.any(String) } }),
	]);
});

test('a review is left for later and taken up again, with one change denied', async ({ world }) => {
	world.write('script.py', 'for name in "abc":\n  with open(name, "w") as f: f.write(name * 3)');
	const { keys, shows, settle, command } = world.open('script.py');
	await shows('Effects');
	await settle();
	keys('a');
	await settle();
	keys('q');
	const left = await shows('ended with');
	expect(left).toContain('changes are waiting');
	expect(world.names()).toEqual(['script.py']);
	command('review');
	await shows('Effects');
	await settle();
	for (const key of ['Home', 'Down', 'd']) {
		keys(key);
		await settle();
	}
	keys('End');
	await settle();
	keys('a');
	await shows('All is decided');
	keys('Enter');
	await shows('Apply 2 approved changes?');
	await settle();
	keys('y');
	await shows('ended with 0');
	expect(world.names()).toEqual(['a', 'c', 'script.py']);
	expect((await world.sessions()).map(({ state }) => state)).toEqual(['partly-applied']);
});

test('hostile names and output are shown and not obeyed', async ({ world }) => {
	const code = [
		String.raw`for name in (b"\x1b]0;owned\x07\x1b[2Jx", "invoice\u202egpj.exe".encode(), b"new\nline", b"caf\xe9", b"\x1b]52;c;b3duZWQ=\x07"):`,
		'  with open(name, "wb") as f: f.write(name + b"\\x1b[31mred\\x1b[8mhidden\\n")',
		'import subprocess',
		String.raw`try: subprocess.run(["echo", "\x1b[2J\x1b]0;owned\x07", "\u202e"])`,
		'except OSError: pass',
	];
	world.write('script.py', code.join('\n'));
	const { keys, shows, screen, styled, settle, tmux } = world.open('script.py');
	tmux('set-option', '-g', 'set-clipboard', 'on');
	await shows('echo');
	await settle();
	for (const key of ['Home', 'Down', 'Down', 'Down', 'Down', 'Tab', 'Tab', 'End']) {
		keys(key);
		await pause(80);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
		const shown = styled().replace(/\x1b\[[0-9;]*m/g, '');
		// biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
		expect(shown).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
		expect(screen().split('\n').length - 1).toBe(24);
	}
	await settle();
	keys('d');
	await shows(/exit \d/);
	await settle();
	keys('q');
	await shows('ended with');
	expect(tmux('display-message', '-p', '#{pane_title}')).not.toContain('owned');
	expect(() => tmux('show-buffer')).toThrow();
});

test('a key is answered while the script makes calls as fast as it can', async ({ world }) => {
	const code = [
		'import os, subprocess, threading, time',
		'threading.Thread(target=subprocess.run, args=(["true"],)).start()',
		'time.sleep(1)',
		'while True: os.getppid()',
	];
	world.write('script.py', code.join('\n'));
	const { keys, shows, settle } = world.open('script.py');
	await shows('the script stands still until you answer');
	await settle();
	for (let n = 0; n < 5; n += 1) {
		for (const [key, words] of [
			['?', 'Decide'],
			['Escape', 'Effects'],
		] as const) {
			keys(key);
			await shows(words);
			await pause(60);
		}
	}
	keys('C-c');
	await pause(700);
	keys('q');
	await shows('ended with 130');
});

test('Ctrl-C stops the script, a second one leaves, and what it did can be reviewed later', async ({ world }) => {
	world.write(
		'script.py',
		'import os, subprocess\nopen("made", "w").close()\nsubprocess.run(["true"])\nwhile True: pass',
	);
	const { keys, shows, settle } = world.open('script.py');
	await shows('the script stands still');
	await settle();
	keys('C-c');
	await pause(700);
	keys('q');
	const text = await shows('ended with');
	expect(text).toContain('ended with 130');
	expect(world.names()).toEqual(['script.py']);
	expect((await world.sessions()).map(({ state }) => state)).toEqual(['waiting']);
});

test('a terminal that is closed ends the script, and its session waits', async ({ world }) => {
	world.write('script.py', 'import subprocess\nopen("made", "w").close()\nsubprocess.run(["true"])');
	const { shows, close } = world.open('script.py');
	await shows('the script stands still');
	close();
	await eventually('the end of every process', () => world.processes().length === 0);
	expect((await world.sessions()).map(({ state }) => state)).toEqual(['waiting']);
	expect(world.names()).toEqual(['script.py']);
});

test('without a question nothing of the screen is seen, and input() reads the terminal', async ({ world }) => {
	world.write('script.py', 'print("hello", input("name? "))');
	const { shows, type, keys } = world.open('script.py');
	await shows('name?');
	type('Mia 文件');
	keys('Enter');
	const text = await shows('ended with');
	expect(text).toContain('hello Mia 文件\nended with 0');
});

test('in a pipe the script is read from the pipe and the questions go to the terminal', async ({ world }) => {
	world.write('script.py', 'import sys\nfor line in sys.stdin: print(line.strip()[::-1])\nopen("made", "w").close()');
	const { shows, keys, settle, type } = world.open('--version');
	await shows('ended with 0');
	const line = `printf 'abc\\ndef\\n' | ${fileURLToPath(new URL('../../bin/approve-run', import.meta.url))} script.py > out.txt; echo "done $?"`;
	world.write('pipe.sh', line);
	type('clear; sh pipe.sh');
	keys('Enter');
	await shows('Effects');
	await settle();
	keys('a');
	await shows('All is decided');
	keys('Enter');
	await shows('Apply 1 approved change?');
	await settle();
	keys('y');
	await shows('done 0');
	expect(world.read('out.txt')).toBe('cba\nfed\n');
	expect(world.names()).toContain('made');
});
