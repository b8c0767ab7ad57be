/** The review where there is much of something: 100,000 changes to look at, a script that makes calls flat out meanwhile. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { amount } from './measure.mjs';
import { openTerminal } from './rows-review.mjs';
import { widePolicy } from './world.mjs';

export const rows = [
	{ name: 'review-many', measure: many },
	{ name: 'review-storm', measure: storm },
];

const keysPressed = ['?', '?', 'L', 'L', 't', 't', 'R', 'R', 'Tab', 'Tab'];

async function many(world) {
	const files = world.some(100_000);
	const script = world.file(
		'many.py',
		`import os\nos.mkdir("many")\nfor at in range(${files}):\n    with open(f"many/{at:06}.txt", "w") as out: out.write("text")\n`,
	);
	const session = world.plan(script);
	const [first, keys, memory] = [[], [], []];
	for (let round = 0; round < world.rounds(2); round++) {
		const terminal = await openTerminal(world, `many-${round}`);
		try {
			const shown = (screen) => screen.includes(`of ${files + 1} `);
			first.push(await terminal.answer(`${world.program} review ${session}`, shown, true));
			// At once: a list that does not answer is none.
			for (const key of ['j', 'j', 'End', 'k', 'Home']) {
				keys.push(await terminal.answer(key, (screen, before) => screen !== before));
				await sleep(50);
			}
			memory.push(Math.max(...terminal.processes().map(peakOf)) / 1024);
		} finally {
			terminal.close();
		}
	}
	return [
		amount(`the list of ${files} changes`, 2000, first, 'ms'),
		amount('  a key answered', 100, [Math.max(...keys)], 'ms', `the slowest of ${keys.length} keys`),
		amount('  memory', 400, [Math.max(...memory)], 'MiB', 'the most that the process ever had (VmHWM)'),
	];
}

async function storm(world) {
	const script = world.file(
		'storm.py',
		[
			'import os, subprocess, threading, time',
			'threading.Thread(target=lambda: subprocess.run(["git", "status"]), daemon=True).start()',
			`end = time.time() + ${world.some(120)}`,
			'while time.time() < end:',
			'    for _ in range(1000): os.getppid()',
			'    os.stat("storm.py")',
		].join('\n'),
	);
	const keys = [];
	for (let round = 0; round < world.rounds(2); round++) {
		const terminal = await openTerminal(world, `storm-${round}`);
		try {
			// A question opens the review; the other thread goes on.
			const command = `${world.program} --policy ${widePolicy.replace('wide', 'storm')} ${script}`;
			await terminal.answer(command, (screen) => screen.includes('git status'), true);
			for (const key of keysPressed) {
				await sleep(100);
				keys.push(await terminal.answer(key, (screen, before) => screen !== before));
			}
		} finally {
			terminal.close();
		}
	}
	return [
		amount(
			'a key answered while the script makes calls flat out',
			50,
			[Math.max(...keys)],
			'ms',
			`the slowest of ${keys.length} keys`,
		),
	];
}

/** KiB; 0 where it is gone. */
function peakOf(pid) {
	try {
		return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
	} catch {
		return 0;
	}
}
