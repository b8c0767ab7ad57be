/** Our own standard input, output and error, which are the script's. */
import type { Readable, Writable } from 'node:stream';

export type OutsideStreams = {
	/** False when nobody reads this stream any more (EPIPE). Resolves when more may come. */
	write(stream: 1 | 2, bytes: Uint8Array): Promise<boolean>;
	/** Calls back once, with the next bytes or undefined at the end. */
	read(got: (bytes: Uint8Array | undefined) => void): void;
	/** Stops reading, so that the process can end or the review can take the terminal. */
	pause(): void;
};

export function openStreams(input: Readable, output: Writable, errors: Writable): OutsideStreams {
	const writers = { 1: writer(output), 2: writer(errors) } as const;
	let ended = false;
	let waiting: ((bytes: Uint8Array | undefined) => void) | undefined;
	let listening = false;
	const give = (bytes: Uint8Array | undefined): void => {
		const got = waiting;
		waiting = undefined;
		input.pause();
		got?.(bytes);
	};
	const end = (): void => {
		ended = true;
		give(undefined);
	};
	return {
		write: (stream, bytes) => writers[stream](bytes),
		read(got) {
			waiting = got;
			if (ended) return give(undefined);
			if (!listening) {
				listening = true;
				input.on('data', (bytes: Buffer) => give(bytes));
				input.once('end', end);
				input.once('error', end);
			}
			input.resume();
		},
		pause() {
			waiting = undefined;
			if (listening) input.pause();
		},
	};
}

function writer(stream: Writable): (bytes: Uint8Array) => Promise<boolean> {
	let broken = false;
	stream.on('error', () => {
		broken = true;
	});
	return (bytes) =>
		broken ? Promise.resolve(false) : new Promise((resolve) => void stream.write(bytes, (error) => resolve(!error)));
}
