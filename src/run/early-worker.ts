/**
 * Starts the kernel's worker before anything else of the program is loaded: a thread of Node takes 40 ms to start, and
 * the rest of the program loads meanwhile on another processor. Must be the first import of main.ts.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const worker = join(dirname(fileURLToPath(import.meta.url)), 'worker.cjs');
const commands =
	/^(?:review|apply|discard|rollback|sessions|show|diff|policy|audit|doctor|help|--help|-h|--version|-V)$/;
const [first] = process.argv.slice(2);
const early = first === undefined || commands.test(first) ? undefined : start();

/** The kernel's thread, which waits for its first message. */
export function takeWorker(): Worker {
	return early ?? start();
}

function start(): Worker {
	const thread = new Worker(worker);
	// A start that comes to nothing (no such script) does not wait for it.
	thread.unref();
	return thread;
}
