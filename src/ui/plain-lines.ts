/** Lines that a person types at a terminal that edits and echoes them itself. What came before a question is no answer to it. */
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from './clock.ts';

/** What is needed of a terminal's input. */
export interface LineInput {
	resume(): unknown;
	pause(): unknown;
	on(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
	on(event: 'end' | 'close', listener: () => void): unknown;
	off(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
	off(event: 'end' | 'close', listener: () => void): unknown;
}

export type Answer =
	| { readonly kind: 'line'; readonly text: string }
	/** It came with others in one piece, or too soon after the question. */
	| { readonly kind: 'early' }
	/** The terminal's end of input, or the terminal is gone. */
	| { readonly kind: 'end' }
	/** `cancel` was called. */
	| { readonly kind: 'cancelled' };

export interface LineReader {
	/** The next line that can be an answer to what was just written. */
	next(): Promise<Answer>;
	/** What is awaited now is not wanted any more. */
	cancel(): void;
	/** Leaves the input to somebody else (an editor), and takes it back. */
	suspend(): void;
	resume(): void;
	close(): void;
}

/** A terminal hands a paste over line by line: what follows this soon was not typed, milliseconds. */
const pasteMs = 80;
/** A line that comes sooner was typed before the question could be read or heard, milliseconds. */
const soonestMs = 250;

export function createLineReader(input: LineInput, clock: Clock): LineReader {
	const decoder = new StringDecoder('utf8');
	let rest = '';
	let ended = false;
	let awaited: ((answer: Answer) => void) | undefined;
	let askedAt = 0;
	/** A line has come, and it is not known yet whether others follow. */
	let isHeld = false;
	let isEarly = false;
	let cancelHeld = () => {};

	const answer = (given: Answer) => {
		const resolve = awaited;
		awaited = undefined;
		resolve?.(given);
	};
	const onData = (chunk: Buffer | string) => {
		rest += typeof chunk === 'string' ? chunk : decoder.write(chunk);
		const lines = rest.split('\n');
		rest = lines.pop() ?? '';
		const [text] = lines;
		cancelHeld();
		if (text === undefined || awaited === undefined) return;
		// Several lines in one piece are a paste, or were typed ahead.
		isEarly ||= isHeld || lines.length > 1 || rest !== '' || clock.now() - askedAt < soonestMs;
		isHeld = true;
		cancelHeld = clock.after(pasteMs, () => {
			isHeld = false;
			if (isEarly) rest = '';
			answer(isEarly ? { kind: 'early' } : { kind: 'line', text });
		});
	};
	const onEnd = () => {
		ended = true;
		answer({ kind: 'end' });
	};
	const listen = () => {
		input.on('data', onData);
		input.on('end', onEnd);
		input.on('close', onEnd);
		input.resume();
	};
	const leave = () => {
		input.off('data', onData);
		input.off('end', onEnd);
		input.off('close', onEnd);
		input.pause();
	};
	listen();
	return {
		next() {
			if (ended) return Promise.resolve({ kind: 'end' });
			askedAt = clock.now();
			isEarly = false;
			isHeld = false;
			return new Promise((resolve) => {
				awaited = resolve;
			});
		},
		cancel: () => answer({ kind: 'cancelled' }),
		suspend: leave,
		resume: listen,
		close() {
			leave();
			ended = true;
			answer({ kind: 'end' });
		},
	};
}
