/** Signals of a translated interpreter: its children have no number on the machine, and whoever has that number is not theirs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { signalInterpreter } from '../../src/host/guest-processes.ts';

test('a signal for a child that is still asked about reaches nobody on the machine, one for the interpreter does', async () => {
	const [interpreter, stranger] = [spawn('sleep', ['60']), spawn('sleep', ['60'])];
	const ended = once(interpreter, 'exit');
	expect(signalInterpreter(interpreter.pid ?? 0, stranger.pid ?? 0, 9)).toBe(3);
	expect(signalInterpreter(interpreter.pid ?? 0, interpreter.pid ?? 0, 15)).toBe(0);
	expect(await ended).toEqual([null, 'SIGTERM']);
	expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
	stranger.kill();
});
