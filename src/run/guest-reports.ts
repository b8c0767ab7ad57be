/** The supervisor's words as frames, and how a run ends that went wrong. */
import { type FifoTransport, GuestGone } from '../host/fifo-transport.ts';
import { type Call, decodeCall } from '../wire/call.ts';
import { type Frame, FrameSplitter } from '../wire/frame.ts';
import { WireError } from '../wire/wire-error.ts';
import type { GuestEnd } from './messages.ts';

/** One at a time; undefined while there is none. */
export type Reports = () => Frame | undefined;

export function reportsOf(transport: FifoTransport): Reports {
	const splitter = new FrameSplitter();
	return () => {
		const known = splitter.next();
		if (known !== undefined) return known;
		const { offset, length } = splitter.space();
		splitter.filled(transport.receiveReport(splitter.buffer, offset, length));
		return splitter.next();
	};
}

/** The same words, each told to somebody else too. */
export function toldReports(reports: Reports, word: (call: Call) => void): Reports {
	return () => {
		const frame = reports();
		if (frame !== undefined) word(decodeCall(frame.channel, frame.seq, frame.payload));
		return frame;
	};
}

export function failureOf(error: unknown, end: GuestEnd | undefined): GuestEnd {
	if (error instanceof GuestGone || isBrokenPipe(error)) return end ?? { kind: 'stopped' };
	if (error instanceof WireError) return { kind: 'failed', message: error.message };
	const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return { kind: 'failed', message: `a bug in approve-run: ${stack}` };
}

/** All guest processes ended while we answered one. */
function isBrokenPipe(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
