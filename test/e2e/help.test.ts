import { expect, test } from 'vitest';
import { commandNames } from '../../src/cli/command-names.ts';
import { makeWorld } from './program.ts';

test('each command tells by examples how it is used', async () => {
	const world = makeWorld();
	const visited: string[] = [];
	const visit = async (words: readonly string[]): Promise<void> => {
		const { status, stdout } = await world.run([...words, '--help']);
		expect(status).toBe(0);
		expect(stdout, words.join(' ')).toMatch(new RegExp(`\\nExamples?:\\n  approve-run ${words.join(' ')}`));
		visited.push(words.join(' '));
		const commands = /\nCommands:\n([\s\S]*?)\n(?:\n|$)/.exec(stdout)?.[1] ?? '';
		// Names stand two cells from the edge; the words about them further in.
		const names = [...commands.matchAll(/^ {2}([a-z]+)/gm)].map((match) => match[1] ?? '');
		for (const name of names.filter((one) => one !== 'help')) await visit([...words, name]);
	};
	await visit([]);
	expect(visited.length).toBeGreaterThan(15);
	expect(visited.filter((words) => /^\w+$/.test(words))).toEqual(commandNames);
	world.remove();
}, 120_000);
