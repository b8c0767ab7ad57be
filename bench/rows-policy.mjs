/** Decisions of a large policy, in a process of their own. */
import { fileURLToPath } from 'node:url';
import { amount, timed } from './measure.mjs';

export const rows = [
	{ name: 'policy', measure: decisions },
	{ name: 'policy-mistakes', measure: mistakes },
];

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

/** A policy with nothing right in it, as large as one may be. */
async function mistakes(world) {
	const lines = Array.from({ length: world.some(20_000) }, (_, at) => `k${at}: 1`);
	const file = world.file('mistakes.yaml', lines.join('\n'));
	const times = [];
	for (let round = 0; round < world.rounds(5); round++) times.push(await timed(() => refused(world, file)));
	return [amount('a policy of 20,000 mistakes refused, whole process', 1000, times, 'ms')];
}

function refused(world, file) {
	try {
		world.command('policy', 'check', file);
	} catch (error) {
		if (error.message.includes(`${file}:1:1: unknown key "k0"`)) return;
		throw error;
	}
	throw new Error('a policy of unknown keys was not refused');
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
