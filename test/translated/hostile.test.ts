/** An interpreter that sends any numbers for any function: each call has an answer, waits, or ends the run by a named error. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { platforms } from '../../src/syscalls/translated/platforms.ts';
import { WireError } from '../../src/wire/wire-error.ts';
import { guest } from '../fs/guest.ts';
import { fakeKernel, fakeWorld } from '../kernel/world.ts';
import { Interpreter } from './interpreter.ts';

const odd = [
	0,
	1,
	2,
	3,
	4,
	7,
	-1,
	-2,
	-100,
	255,
	4096,
	65535,
	65536,
	2 ** 31 - 1,
	2 ** 31,
	-(2 ** 31),
	2 ** 32,
	2 ** 53,
	-(2 ** 53),
];

for (const platform of ['linux', 'darwin'] as const) {
	test(`any function with any numbers, and memory of any content: ${platform}`, { timeout: 60_000 }, () => {
		const signatures = [...platforms[platform].functions.keys()].filter((name) => !/^_exit|^fork/.test(name));
		const { fs } = guest();
		const call = fc.tuple(
			fc.constantFrom(...signatures),
			fc.array(
				fc.oneof(
					fc.constantFrom(...odd),
					fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
					fc.string(),
				),
				{ minLength: 8, maxLength: 8 },
			),
		);
		fc.assert(
			fc.property(fc.array(call, { maxLength: 20 }), (calls) => {
				const interpreter = new Interpreter(fakeKernel(fakeWorld(), fs), platform);
				for (const [signature, values] of calls) {
					const count = /\((\w*)\)/.exec(signature)?.[1]?.replaceAll('v', '').length ?? 0;
					try {
						const { value } = interpreter.call(signature, ...values.slice(0, count));
						expect(Number.isFinite(value)).toBe(true);
					} catch (error) {
						if (error instanceof WireError) return;
						if (error instanceof Error && error.message.endsWith(' waits')) return;
						throw error;
					}
				}
			}),
			{ numRuns: 300 },
		);
	});
}
