/** The kernel's worker, which the loader (scripts/loader.cjs) has started before the program was loaded. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** A parameter that the loader gives to the bundle; undefined where nothing seemed to be run, and missing in tests. */
declare const earlyWorker: Worker | undefined;

/** The kernel's thread, which waits for its first message. */
export function takeWorker(): Worker {
	return typeof earlyWorker === 'undefined' ? start() : earlyWorker;
}

/** From now on the process waits for it, and tells what Node says there, such as a warning. */
export function keepWorker(thread: Worker): void {
	thread.ref();
	for (const words of [thread.stdout, thread.stderr]) words.on('data', (text) => process.stderr.write(text));
}

/** The same that can replay a session. */
export function takeReplayWorker(): Worker {
	return start('replay-worker.cjs');
}

function start(file = 'worker.cjs'): Worker {
	const worker = join(dirname(fileURLToPath(import.meta.url)), file);
	const thread = new Worker(worker, { stdout: true, stderr: true });
	thread.unref();
	return thread;
}
