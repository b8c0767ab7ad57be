/**
 * The most memory that a process and its descendants use together, sampled from /proc while they run.
 * PSS (smaps_rollup: shared pages counted once among those who share them), or RSS (statm) of a process that hides the former.
 */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/** Waits for `child`; bytes at the peak, and how many samples were taken. */
export async function peakOf(child, everyMs = 10) {
	let peak = 0;
	let samples = 0;
	const timer = setInterval(() => {
		peak = Math.max(
			peak,
			familyOf(child.pid).reduce((sum, pid) => sum + bytesOf(pid), 0),
		);
		samples += 1;
	}, everyMs);
	const [status, signal] = await once(child, 'close');
	clearInterval(timer);
	if (status !== 0) throw new Error(`it ended with ${status ?? signal} while its memory was measured`);
	return { peak, samples };
}

function familyOf(pid) {
	const found = [pid];
	for (let at = 0; at < found.length; at++) {
		for (const task of namesIn(`/proc/${found[at]}/task`)) {
			const children = textOf(`/proc/${found[at]}/task/${task}/children`);
			found.push(
				...children
					.split(' ')
					.filter((word) => word.trim() !== '')
					.map(Number),
			);
		}
	}
	return found;
}

function bytesOf(pid) {
	const pss = /^Pss:\s+(\d+) kB/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1];
	if (pss !== undefined) return Number(pss) * 1024;
	return Number(textOf(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * 4096;
}

function textOf(path) {
	try {
		return readFileSync(path, 'latin1');
	} catch {
		return '';
	}
}

function namesIn(path) {
	try {
		return readdirSync(path);
	} catch {
		return [];
	}
}
