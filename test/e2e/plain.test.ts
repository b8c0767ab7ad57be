/** The review line by line, in a terminal. */
import { expect } from 'vitest';
import { program } from './program.ts';
import { type Terminal, test } from './terminal.ts';

const script = `
import subprocess
with open('a.txt', 'w') as f: f.write('one\\n')
with open('b\\x1b[2Jc.txt', 'w') as f: f.write('two \\x1b]0;title\\x07\\n')
print(subprocess.run(['echo', 'hello'], stdout=-1).stdout)
`;

async function answer({ settle, type, keys }: Terminal, words: string): Promise<void> {
	await settle();
	type(words);
	keys('Enter');
}

test('asks for each effect in words, takes sentences, and applies what was approved', async ({ world }) => {
	world.write('script.py', script);
	const terminal = world.open('--plain script.py', 100, 50);
	await terminal.shows('The script waits. y n m e s q ?');
	expect(terminal.screen()).toContain('run echo hello');
	await answer(terminal, 'y');
	await terminal.shows(/a\.txt[\s\S]*\+ one[\s\S]*y n m e s q \?/);
	await answer(terminal, 'y');
	await terminal.shows("output: b'hello\\n'");
	await terminal.shows('c.txt');
	expect(terminal.screen()).toContain('b␛[2Jc.txt');
	await terminal.shows(/two ␛\]0;title␇[\s\S]*y n m e s q \?/);
	await answer(terminal, 'n what a name');
	await terminal.shows('Apply 1 approved?');
	await answer(terminal, 'y');
	await terminal.shows('ended with 126');
	expect(world.read('a.txt')).toBe('one\n');
	expect(terminal.styled()).not.toContain('\x1b[3');
});

test('a dumb terminal is asked line by line; what is typed ahead or pasted is no answer', async ({ world }) => {
	world.write('script.py', "open('a.txt', 'w').write('one\\n')\n");
	const terminal = world.open('--version', 100, 30);
	await terminal.shows('ended with 0');
	terminal.type(`TERM=dumb ${program} script.py; echo "ended with $?"\n`);
	// Before anything is asked, and again as one piece.
	terminal.type('y\ny\n');
	await terminal.shows('y n m e s q ?');
	await terminal.settle();
	terminal.tmux('set-buffer', 'y\ny\n');
	terminal.tmux('paste-buffer');
	await terminal.shows('That came too soon to be an answer.');
	await answer(terminal, 'q');
	await terminal.shows('Left for later');
	expect(world.names()).not.toContain('a.txt');
});
