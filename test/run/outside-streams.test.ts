import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { openStreams } from '../../src/run/outside-streams.ts';

function sink(): Writable {
	return new Writable({ write: (_chunk, _encoding, done) => done() });
}

/** Reads to the end, taking a while over each piece. */
async function readAll(input: PassThrough, pauseMs: number): Promise<string> {
	const streams = openStreams(input, sink(), sink());
	const pieces: Uint8Array[] = [];
	for (;;) {
		const bytes = await new Promise<Uint8Array | undefined>((resolve) => streams.read(resolve));
		if (bytes === undefined) return Buffer.concat(pieces).toString();
		pieces.push(bytes);
		await new Promise((resolve) => setTimeout(resolve, pauseMs));
	}
}

test.each([0, 5])('an end that comes with the last bytes is told to the next reader, %i ms later', async (ms) => {
	const input = new PassThrough();
	input.write('first ');
	input.end('last');
	expect(await readAll(input, ms)).toBe('first last');
});

test('an input that was closed is at its end', async () => {
	const input = new PassThrough();
	input.destroy();
	expect(await readAll(input, 0)).toBe('');
});

test('a stream that nobody reads any more says so, and goes on saying so', async () => {
	const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
	const streams = openStreams(new PassThrough(), broken, sink());
	expect(await streams.write(1, Buffer.from('x'))).toBe(false);
	expect(await streams.write(1, Buffer.from('x'))).toBe(false);
	expect(await streams.write(2, Buffer.from('x'))).toBe(true);
});
