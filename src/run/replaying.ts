/** A replay inside the kernel's thread: the machine and the main thread are played by a tape, and the end is compared. */
import { openSessionFiles } from '../host/session-files.ts';
import type { Change } from '../model/change.ts';
import { ContentSums } from '../replay/content-sums.ts';
import type { TapeEnd } from '../replay/entries.ts';
import type { Machine } from '../replay/machine.ts';
import type { Difference, Replayed } from '../replay/outcome.ts';
import { ChangedSince } from '../replay/replayed-files.ts';
import { replayMachine } from '../replay/replayed-machine.ts';
import { TapeError } from '../replay/tape-error.ts';
import { Tape } from '../replay/tape-reader.ts';
import { ToldAgain } from '../replay/told-again.ts';
import { FrameSplitter } from '../wire/frame.ts';
import { Comparison, Differs, RecordEnds } from './comparison.ts';
import { endDifference } from './end-difference.ts';
import type { FromWorker, GuestEnd, Played, ToWorker, WorkerStart } from './messages.ts';
import { BadTape, Playback, type PlaybackParts } from './playback.ts';
import { PrintedSum } from './printed.ts';
import type { Outbox } from './recording.ts';
import { tapedMessage } from './taped-message.ts';

export interface Replaying {
	readonly machine: Machine;
	readonly outbox: Outbox;
	/** The guest is there. */
	begin(parts: BeginParts): void;
	/** Until the script or the tape ends. Throws what `stopped` knows. */
	run(): void;
	/** For the link and the dispatcher. */
	readonly times: Playback['times'];
	readonly timer: Playback['timer'];
	readonly report: Playback['report'];
	/** What the run or the replay was broken off by; undefined for a fault of ours. */
	stopped(error: unknown): Replayed['result'] | undefined;
	end(end: GuestEnd, changes: readonly Change[], calls: number, stopped: Replayed['result'] | undefined): Played;
}

export type BeginParts = Omit<PlaybackParts, 'tape' | 'comparison' | 'splitter' | 'deliver'> & {
	/** A message of the main thread. */
	readonly deliver: (message: ToWorker) => void;
};

export type OpenReplay = (start: WorkerStart, live: Machine, outbox: Outbox) => Replaying;

/** Throws TapeError. */
export function openReplay(start: WorkerStart, live: Machine, outbox: Outbox): Replaying {
	const given = start.tape;
	if (given?.kind !== 'replay') throw new Error('this is no replay');
	const tape = new Tape(openSessionFiles(), given.folder, given.sha256);
	const comparison = new Comparison(tape.outbound, tape.end !== undefined);
	const sums = new ContentSums(start.sessionFolder);
	const told = new ToldAgain(tape);
	const printed = { 1: new PrintedSum(), 2: new PrintedSum() };
	const { sessionFolder, runtimeRoots: runtime } = start;
	const options = { tape, told, sums, sessionFolder, runtime, script: given.script };
	let playback: Playback | undefined;
	let deliver = (_message: ToWorker): void => {};
	/** Nobody else takes what the world tells. */
	const untaken = new Int32Array(start.flag);
	return {
		machine: replayMachine(live, keyOf(tape), options),
		begin(parts) {
			deliver = parts.deliver;
			playback = new Playback({
				...parts,
				...{ tape, comparison, splitter: new FrameSplitter() },
				deliver(value) {
					const message = tapedMessage(value, tape);
					if (message === undefined) throw new BadTape();
					parts.deliver(message);
				},
			});
		},
		run: () => playback?.run(),
		times: (channel) => playback?.times(channel),
		timer: (channel, nanoseconds) => playback?.timer(channel, nanoseconds),
		report: () => playback?.report(),
		outbox: {
			postMessage(message: FromWorker) {
				if (message.kind === 'output') {
					printed[message.stream].add(message.bytes);
					deliver({ kind: 'output-taken', bytes: message.bytes.length });
				}
				if (message.kind === 'effect') Atomics.sub(untaken, 1, 1);
				if (message.kind === 'limit') outbox.postMessage(message);
				const found = comparison.said(message);
				if (playback === undefined) return;
				if (found !== undefined && 'id' in message) playback.answer(found, message);
				if (message.kind === 'want-input') playback.answerNext('input');
				if (message.kind === 'want-network') playback.answerNext('network');
			},
		},
		stopped(error) {
			if (error instanceof Differs) return { kind: 'differs', difference: error.difference };
			if (error instanceof ChangedSince) return { kind: 'unknown', why: error.message };
			if (error instanceof RecordEnds) return { kind: 'unknown', why: recordEnds(tape) };
			const why = faultOfTape(error, tape.folder);
			return why === undefined ? undefined : { kind: 'unknown', why };
		},
		end(end, changes, calls, stopped) {
			const sides = {
				end,
				changes: changes.map((change) => JSON.stringify(change)),
				contents: sums.all(),
				printed: [printed[1].end(), printed[2].end()] as const,
				calls,
			};
			const result = stopped ?? resultOf(tape, sides, comparison);
			const notes = noteOf(playback, told, tape);
			const length = sides.printed[0].length + sides.printed[1].length;
			return {
				replayed: { result, counts: { ...comparison.counts, changes: changes.length, printed: length, calls }, notes },
			};
		},
	};
}

/** A sentence, where an error comes of what a tape says; undefined for a fault of ours. */
export function faultOfTape(error: unknown, folder: string): string | undefined {
	if (error instanceof TapeError) return error.message;
	return [BadTape, TypeError, SyntaxError, RangeError].some((kind) => error instanceof kind)
		? `${folder}/log does not fit together: it was edited.`
		: undefined;
}

export type Sides = Omit<TapeEnd, 'printed' | 'end'> & {
	readonly end: GuestEnd;
	readonly printed: readonly [ReturnType<PrintedSum['end']>, ReturnType<PrintedSum['end']>];
};

function resultOf(tape: Tape, now: Sides, comparison: Comparison): Replayed['result'] {
	if (tape.end === undefined) return { kind: 'unknown', why: recordEnds(tape) };
	const left = comparison.left();
	const difference: Difference | undefined =
		left === undefined
			? endDifference(tape, tape.end, now, comparison)
			: { about: 'what the script wants', recorded: left, now: undefined };
	return difference === undefined ? { kind: 'same' } : { kind: 'differs', difference };
}

function recordEnds({ full }: Tape): string {
	return full === undefined
		? 'The run was broken off, and its record with it.'
		: `Not all of the run was kept: ${full}.`;
}

function noteOf(playback: Playback | undefined, told: ToldAgain, tape: Tape): string[] {
	const notes: string[] = [];
	if (playback?.note !== undefined)
		notes.push(`From here on it was not played in the order of the run: ${playback.note}.`);
	if (told.missing !== undefined)
		notes.push(`It asked for something that it did not ask for in the run: ${told.missing}.`);
	if (tape.end !== undefined && tape.end.end.kind !== 'ended')
		notes.push('The run was stopped before the script had ended; so was this replay, at the same place.');
	return notes;
}

function keyOf({ start }: Tape): Uint8Array {
	const key = typeof start === 'object' && start !== null && 'key' in start ? start.key : undefined;
	if (typeof key !== 'string' || !/^[0-9a-f]{64}$/.test(key)) throw new TapeError('The tape has no key.');
	return Buffer.from(key, 'hex');
}
