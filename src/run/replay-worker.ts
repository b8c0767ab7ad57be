/** The kernel's worker thread for a replay: a bundle of its own, so that a run does not load what it never needs. */
import { parentPort } from 'node:worker_threads';
import { runGuest } from './guest-loop.ts';
import { type FromWorker, noneUsed, type WorkerStart } from './messages.ts';
import { faultOfTape, openReplay } from './replaying.ts';

const port = parentPort;
if (port === null) throw new Error('this is a worker; start approve-run instead');
port.once('message', (start: WorkerStart) => {
	try {
		runGuest(start, port, openReplay);
	} catch (error) {
		const message = faultOfTape(error, start.tape?.kind === 'replay' ? start.tape.folder : '');
		if (message === undefined) throw error;
		const end = { kind: 'failed', message } as const;
		port.postMessage({ kind: 'end', end, changes: [], used: noneUsed, calls: 0 } satisfies FromWorker);
	}
});
