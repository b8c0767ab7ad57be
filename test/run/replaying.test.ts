import { expect, test } from 'vitest';
import { TapeError } from '../../src/replay/tape-error.ts';
import { faultOfTape } from '../../src/run/replaying.ts';

test('what a tape makes fail is told in a sentence without our stack, and a fault of ours is none of these', () => {
	const attempts = [
		() => BigInt('__proto__'),
		() => Buffer.alloc(8).writeBigInt64LE(BigInt(1e30)),
		() => JSON.parse('{'),
		() => new Uint8Array(1).set(new Uint8Array(2)),
	];
	for (const attempt of attempts) {
		let thrown: unknown;
		try {
			attempt();
		} catch (error) {
			thrown = error;
		}
		expect(faultOfTape(thrown, '/tape')).toBe('/tape/log does not fit together: it was edited.');
	}
	expect(faultOfTape(new TapeError('a sentence.'), '/tape')).toBe('a sentence.');
	expect(faultOfTape(new Error('ours'), '/tape')).toBeUndefined();
});
