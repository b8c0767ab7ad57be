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
	// Listens only while somebody waits: the review reads the same terminal, and a paused stream would be deaf for it too.
	const stop = (): void => {
		if (waiting === undefined) return;
		waiting = undefined;
		input.off('data', onData).off('end', onEnd).off('error', onEnd);
		input.pause();
	};
	const give = (bytes: Uint8Array | undefined): void => {
		const got = waiting;
		stop();
		got?.(bytes);
	};
	const onData = (bytes: Buffer): void => give(bytes);
	const onEnd = (): void => {
		ended = true;
		give(undefined);
	};
	return {
		write: (stream, bytes) => writers[stream](bytes),
		read(got) {
			// Its end may have come with the last bytes, when nobody listened.
			if (ended || input.readableEnded || input.destroyed) return got(undefined);
			stop();
			waiting = got;
			input.on('data', onData).on('end', onEnd).on('error', onEnd);
			input.resume();
		},
		pause: stop,
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
