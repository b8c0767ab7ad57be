/** The kernel's worker thread for a replay: a bundle of its own, so that a run does not load what it never needs. */
import { parentPort } from 'node:worker_threads';
import { TapeError } from '../replay/tape-error.ts';
import { runGuest } from './guest-loop.ts';
import { type FromWorker, noneUsed, type WorkerStart } from './messages.ts';
import { openReplay } from './replaying.ts';

const port = parentPort;
if (port === null) throw new Error('this is a worker; start approve-run instead');
port.once('message', (start: WorkerStart) => {
	try {
		runGuest(start, port, openReplay);
	} catch (error) {
		if (!(error instanceof TapeError)) throw error;
		const end = { kind: 'failed', message: error.message } as const;
		port.postMessage({ kind: 'end', end, changes: [], used: noneUsed, calls: 0 } satisfies FromWorker);
	}
});
