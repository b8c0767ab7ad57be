/**
 * Watches over the thread of the tests from another one. A test that waits in a call of its own (a FIFO, `spawnSync`) stops the clock
 * that would end it: no time limit of the runner can reach it then, and the whole run would stand still, silently, for ever.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';

const { beats, file, limit } = workerData;

/** The processes below `pid`, the oldest first. */
function below(pid) {
	const children = new Map();
	for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
		try {
			const [, parent] = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/.*\) /s, '').split(' ');
			children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(name)]);
		} catch {
			// Gone in the meantime.
		}
	}
	const found = [pid];
	for (const one of found) found.push(...(children.get(one) ?? []));
	return found.slice(1);
}

function kill(pid) {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// Gone already.
	}
}

/** Waits until the thread has not moved for `seconds`. */
async function blockedFor(seconds) {
	let [seen, since] = [-1, 0];
	do {
		const beat = Atomics.load(beats, 0);
		since = beat === seen ? since + 1 : 0;
		seen = beat;
		await sleep(1000);
	} while (since < seconds);
}

await blockedFor(limit);
const processes = execFileSync('ps', [
	'--ppid',
	'2',
	'-p',
	'2',
	'--deselect',
	'-o',
	'pid,ppid,stat,wchan:24,etimes,args',
	'--forest',
	'--columns',
	'160',
]);
writeSync(2, `\nBLOCKED  ${file} has waited in one call for ${limit} s (process ${process.pid}):\n${processes}\n`);
// The test goes on where it waited for one of them, and fails by its name.
for (const pid of below(process.pid)) kill(pid);
await blockedFor(20);
kill(process.pid);
