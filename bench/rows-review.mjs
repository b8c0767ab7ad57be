/** The review of a change in a large text, in a real terminal: how long until it is on the screen, and until a key is answered. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { amount } from './measure.mjs';
import { openTerminal } from './terminal.mjs';

export const rows = [{ name: 'review', measure: review }];

const lineBytes = 100;

async function review(world) {
	const lines = world.some(500_000);
	const text = Array.from({ length: lines }, (_, at) => `line ${at} `.padEnd(lineBytes - 1, 'abcdefgh ')).join('\n');
	writeFileSync(join(world.folder, 'large.txt'), `${text}\n`);
	const changed = Math.floor(lines / 2);
	const script = world.file(
		'edit.py',
		`lines = open("large.txt").read().split("\\n")\nlines[${changed}] = "line ${changed} was CHANGED here"\nopen("large.txt", "w").write("\\n".join(lines))\n`,
	);
	const session = world.plan(script);
	const first = [];
	const keys = [];
	for (let round = 0; round < world.rounds(5); round++) {
		const terminal = await openTerminal(world, round);
		try {
			first.push(
				await terminal.answer(
					`${world.program} review ${session}`,
					(screen) => screen.includes('was CHANGED here'),
					true,
				),
			);
			for (const key of ['?', '?', 'w', 'w', 'v', 'v', 'Tab', 'Tab', 'o', 'o']) {
				keys.push(await terminal.answer(key, (screen, before) => body(screen) !== body(before)));
				await sleep(50);
			}
		} finally {
			await terminal.close();
		}
	}
	return [
		amount('review of a 50 MB text, first screen', 1000, first, 'ms', `slowest ${Math.max(...first).toFixed(0)} ms`),
		amount('  a key answered', 100, [Math.max(...keys)], 'ms', `the slowest of ${keys.length} keys`),
	];
}

/** Without the rows above and below, which change by themselves. */
function body(screen) {
	return screen.split('\n').slice(1, -2).join('\n');
}
