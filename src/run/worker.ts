/** The kernel's worker thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { ownThreadId } from '../host/thread-id.ts';
import { runGuest } from './guest-loop.ts';
import type { FromWorker, WorkerStart } from './messages.ts';

const start: WorkerStart = workerData;
if (parentPort === null) throw new Error('this is a worker; start approve-run instead');
parentPort.postMessage({ kind: 'thread', tid: ownThreadId() } satisfies FromWorker);
runGuest(start, parentPort);
