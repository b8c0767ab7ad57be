import { expect, test } from 'vitest';
import type { RunOutcome } from '../../src/run/controller.ts';
import { exitOf } from '../../src/run/exit.ts';

const used = { time: 0, cpu: 0, memory: 0, output: 0, tasks: 0, disk: 0, files: 0, sent: 0, received: 0 };
const outcome = (end: RunOutcome['end'], more: Partial<RunOutcome> = {}): RunOutcome => ({
	end,
	changes: [],
	used,
	calls: 0,
	confinement: {},
	...more,
});
const sentence = (limit: string) => `past ${limit}`;

test.each([
	[outcome({ kind: 'ended', status: 7 << 8 }), false, 7, 'exited'],
	[outcome({ kind: 'ended', status: 9 }), false, 137, 'signaled'],
	[outcome({ kind: 'ended', status: 0 }), true, 126, 'denied'],
	[outcome({ kind: 'ended', status: 9 }), true, 126, 'denied'],
	[outcome({ kind: 'stopped' }), false, 130, 'stopped'],
	[outcome({ kind: 'failed', message: 'garbage' }), true, 125, 'failed'],
	// A limit names itself whatever else happened.
	[outcome({ kind: 'stopped' }, { limit: 'cpu' }), true, 124, 'limit'],
	[outcome({ kind: 'ended', status: 0 }, { limit: 'disk' }), false, 124, 'limit'],
] as const)('%j (denied: %j) is status %i', (end, denied, status, reason) => {
	expect(exitOf(end, denied, sentence)).toMatchObject({ status, reason });
});
