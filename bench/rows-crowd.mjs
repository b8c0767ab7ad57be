/** The review where there is much of something: 100,000 changes to look at, a script that makes calls flat out meanwhile. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { amount, interleave, show } from './measure.mjs';
import { openTerminal } from './terminal.mjs';
import { widePolicy } from './world.mjs';

export const rows = [
	{ name: 'review-many', measure: many },
	{ name: 'review-storm', measure: storm },
];

/** Keys, and how the heading begins of the page that answers each. */
const keysPressed = [
	['?', 'Help'],
	['?', 'Effects'],
	['L', 'Limits'],
	['L', 'Effects'],
	['t', '/'],
	['t', 'Effects'],
	['R', 'What it read'],
	['R', 'Effects'],
	['Tab', 'run'],
	['Tab', 'Effects'],
];

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
			memory.push(Math.max(...(await terminal.processes()).map(peakOf)) / 1024);
		} finally {
			await terminal.close();
		}
	}
	return [
		amount(`the list of ${files} changes`, 2000, first, 'ms'),
		amount('  a key answered', 100, [Math.max(...keys)], 'ms', `the slowest of ${keys.length} keys`),
		amount('  memory', 400, [Math.max(...memory)], 'MiB', 'the most that the process ever had (VmHWM)'),
	];
}

async function storm(world) {
	const asks = ['import os, subprocess, sys, threading, time', 'def ask(): subprocess.run(["git", "status"])'];
	const flatOut = world.file(
		'storm.py',
		[
			...asks,
			'threading.Thread(target=ask, daemon=True).start()',
			'end = time.time() + 120',
			'while time.time() < end:',
			'    for _ in range(1000): os.getppid()',
			'    os.stat("storm.py")',
		].join('\n'),
	);
	const still = world.file('still.py', [...asks, 'ask()'].join('\n'));
	const policy = widePolicy.replace('wide', 'storm');
	const slowest = await interleave(world.rounds(5), {
		flatOut: () => slowestKey(world, `${world.program} --policy ${policy} ${flatOut}`),
		still: () => slowestKey(world, `${world.program} --policy ${policy} ${still}`),
	});
	const { measured } = amount('', undefined, slowest.still, 'ms');
	const note = `the slowest of ${keysPressed.length}; of a script that stands still ${show(measured)} ms`;
	return [amount('a key answered while the script makes calls flat out', 50, slowest.flatOut, 'ms', note)];
}

/** Milliseconds until the slowest key was answered in a review that a question of `command` opens. */
async function slowestKey(world, command) {
	const terminal = await openTerminal(world, `keys-${process.hrtime.bigint()}`);
	try {
		await terminal.answer(command, (screen) => screen.includes('git status'), true);
		const times = [];
		for (const [key, heading] of keysPressed) {
			await sleep(100);
			// The rows above and below change by themselves: the time goes on, and what keys do.
			times.push(await terminal.answer(key, (screen) => screen.split('\n')[1]?.startsWith(`─ ${heading}`)));
		}
		return Math.max(...times);
	} finally {
		await terminal.close();
	}
}

/** KiB; 0 where it is gone. */
function peakOf(pid) {
	try {
		return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
	} catch {
		return 0;
	}
}
