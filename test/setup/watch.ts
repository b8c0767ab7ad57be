/** Ends a test that blocks the thread of the tests, which no time limit could: see blocked.mjs. */
import { Worker } from 'node:worker_threads';
import { expect } from 'vitest';

/** Seconds that a test may wait in one call. */
const limit = 240;

const beats = new Int32Array(new SharedArrayBuffer(4));
setInterval(() => Atomics.add(beats, 0, 1), 500).unref();
const workerData = { beats, file: expect.getState().testPath, limit };
new Worker(new URL('blocked.mjs', import.meta.url), { workerData, stderr: false }).unref();
