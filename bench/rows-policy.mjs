/** Decisions of a large policy, in a process of their own. */
import { fileURLToPath } from 'node:url';
import { amount } from './measure.mjs';

export const rows = [{ name: 'policy', measure: decisions }];

const program = fileURLToPath(new URL('./decisions.mjs', import.meta.url));

async function decisions(world) {
	const count = world.some(10_000);
	const rules = Array.from({ length: 1000 }, (_, at) => ruleAt(at));
	// JSON is YAML.
	const file = world.file('thousand.yaml', JSON.stringify({ rules }));
	const times = [];
	for (let round = 0; round < world.rounds(7); round++) {
		times.push(Number(world.run(process.execPath, [program, file, String(count)])));
	}
	return [
		amount('10,000 decisions against 1,000 rules', 1000, times, 'ms', `slowest ${Math.max(...times).toFixed(0)} ms`),
	];
}

/** A fifth of them each: a folder, a pattern in the middle, an end, a program, and the words after one program. */
function ruleAt(at) {
	switch (at % 5) {
		case 0:
			return { deny: ['read', 'write'], path: `/srv/work/dir${at}/**` };
		case 1:
			return { ask: ['read', 'write'], path: `**/x${at}/*.py` };
		case 2:
			return { allow: ['read', 'write'], path: [`~/.config/app${at}/*.json`, `**/secret-${at}`] };
		case 3:
			return { deny: 'run', command: `tool${at} **` };
		default:
			return { allow: 'run', command: `git sub${at} * **` };
	}
}
