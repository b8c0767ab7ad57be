/** The kernel's worker thread. It is started before it is known what it will run; its first message says that. */
import { parentPort } from 'node:worker_threads';
import { ownThreadId } from '../host/thread-id.ts';
import { runGuest } from './guest-loop.ts';
import type { FromWorker, WorkerStart } from './messages.ts';

const port = parentPort;
if (port === null) throw new Error('this is a worker; start approve-run instead');
port.once('message', (start: WorkerStart) => {
	port.postMessage({ kind: 'thread', tid: ownThreadId() } satisfies FromWorker);
	runGuest(start, port);
});
