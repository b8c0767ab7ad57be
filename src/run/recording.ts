/** Keeps what comes to the kernel and what it wants on a tape while a script runs: see ARCHITECTURE.md, Replay. */
import { randomBytes } from 'node:crypto';
import { openSessionFiles } from '../host/session-files.ts';
import type { Change } from '../model/change.ts';
import { ContentSums } from '../replay/content-sums.ts';
import type { TapeEnd } from '../replay/entries.ts';
import type { Machine } from '../replay/machine.ts';
import { recordMachine } from '../replay/recorded-machine.ts';
import { TapeWriter } from '../replay/tape-writer.ts';
import type { Call } from '../wire/call.ts';
import type { FromWorker, GuestEnd, Played, ToWorker, WorkerStart } from './messages.ts';
import { outboundText } from './outbound.ts';
import { PrintedSum } from './printed.ts';
import { isFirst, tapedSignature } from './taped-call.ts';

/** Where messages to the main thread go. */
export type Outbox = { postMessage(message: FromWorker): void };

export interface Recording {
	readonly machine: Machine;
	readonly outbox: Outbox;
	heard(call: Call): void;
	received(message: ToWorker): void;
	/** The supervisor's. */
	word(call: Call): void;
	news(numbers: readonly number[]): void;
	settled(): void;
	/** Undefined where the tape could not be written. */
	end(end: GuestEnd, changes: readonly Change[], calls: number): Played | undefined;
}

/** Undefined where the session's folder cannot be written: then the run itself will tell. */
export function startRecording(start: WorkerStart, machine: Machine, outbox: Outbox): Recording | undefined {
	const key = randomBytes(32);
	const { flag: _flag, tape: _tape, trace: _trace, secrets: _secrets, channelFolder: _channel, ...rest } = start;
	const { sessionFolder, ...kept } = rest;
	let tape: TapeWriter;
	try {
		tape = new TapeWriter(openSessionFiles(), `${sessionFolder}/tape`, { ...kept, key: key.toString('hex') });
	} catch {
		return undefined;
	}
	const sums = new ContentSums(sessionFolder);
	/** Tasks are numbered as they come; by channel. */
	const tasks = new Map<number, number>();
	let attached = 0;
	let came = false;
	const printed = { 1: new PrintedSum(), 2: new PrintedSum() };
	const message = (text: unknown): void => {
		came = true;
		tape.came(['m', text]);
	};
	return {
		machine: recordMachine(machine, { tape, sums, sessionFolder, runtime: start.runtimeRoots, key }),
		outbox: {
			postMessage(message) {
				if (message.kind === 'output') printed[message.stream].add(message.bytes);
				const text = outboundText(message);
				if (text !== undefined) tape.came('id' in message ? ['o', text, message.id] : ['o', text]);
				outbox.postMessage(message);
			},
		},
		heard(call) {
			const signature = tapedSignature(call);
			if (isFirst(signature)) tasks.set(call.channel, attached++);
			tape.heard(tasks.get(call.channel) ?? 0, signature, call.times);
		},
		received(one) {
			switch (one.kind) {
				case 'ready':
				case 'gone':
				case 'tell-used':
				case 'output-taken':
					return;
				case 'input':
				case 'command-output': {
					const { bytes } = one;
					return message({ ...one, bytes: bytes === undefined ? null : (tape.needed(bytes) ?? null) });
				}
				default:
					message(one);
			}
		},
		word: (call) => tape.came(['r', call.signature, call.args.map(Number)]),
		news: (numbers) => tape.came(['n', numbers]),
		settled() {
			if (came) tape.came(['s']);
			came = false;
		},
		end(end, changes, calls) {
			const printedOf = (stream: 1 | 2): TapeEnd['printed'][0] => {
				const { length, sha256, start: bytes } = printed[stream].end();
				const blob = bytes.length === 0 ? undefined : tape.blob(bytes);
				return { length, sha256, ...(blob === undefined ? {} : { start: blob }) };
			};
			const sha256 = tape.end({
				end,
				changes: changes.map((change) => JSON.stringify(change)),
				contents: sums.all(),
				printed: [printedOf(1), printedOf(2)],
				calls,
			});
			return sha256 === undefined ? undefined : { tape: sha256 };
		},
	};
}
