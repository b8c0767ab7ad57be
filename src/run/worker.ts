/** The kernel's worker thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { runGuest } from './guest-loop.ts';
import type { WorkerStart } from './messages.ts';

const start: WorkerStart = workerData;
if (parentPort === null) throw new Error('this is a worker; start approve-run instead');
runGuest(start, parentPort);
