/** A program that is asked something and need not be what it should be. */
import { expect, test } from 'vitest';
import { runProgram } from '../../src/host/run-program.ts';

test('a program that has no end is not waited for, nor what it started and left with its output', async () => {
	const run = await runProgram('/bin/sh', ['-c', 'sleep 5; true'], { env: {}, timeoutMs: 200 });
	expect(run).toEqual({ status: undefined, stdout: '', stderr: 'no answer within 0.2 s' });
});
