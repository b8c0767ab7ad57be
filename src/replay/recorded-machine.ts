/** The machine, with each of its answers kept on a tape. */
import { createCipheriv } from 'node:crypto';
import type { Network } from '../kernel/network.ts';
import { told } from './answers.ts';
import type { ContentSums } from './content-sums.ts';
import type { Machine } from './machine.ts';
import { receiveByWayOfUs } from './received-bytes.ts';
import { recordFiles } from './recorded-files.ts';
import type { TapeWriter } from './tape-writer.ts';

export type RecordedMachineOptions = {
	readonly tape: TapeWriter;
	readonly sums: ContentSums;
	readonly sessionFolder: string;
	readonly runtime: readonly string[];
	/** 32 bytes that nobody else knows, which the tape has too. */
	readonly key: Uint8Array;
};

export function recordMachine(machine: Machine, options: RecordedMachineOptions): Machine {
	const { tape } = options;
	const random = new SeededBytes(options.key);
	const kept = <Result>(question: string, attempt: () => Result): Result =>
		told(
			attempt,
			(result) => JSON.stringify(result ?? null),
			(answer) => tape.answer(question, answer),
		);
	return {
		files: recordFiles(machine.files, options),
		realtime() {
			const now = machine.realtime();
			tape.answer('realtime', String(now / 1_000_000n));
			return now;
		},
		monotonic() {
			const now = machine.monotonic();
			tape.answer('monotonic', String(now));
			return now;
		},
		randomBytes: (length) => random.next(length),
		readText: (path) => kept(`text ${path}`, () => machine.readText(path)),
		processText: (pid, entry) => kept(`process ${entry}`, () => machine.processText(pid, entry)),
		realPath: (path) => kept(`realpath ${path}`, () => machine.realPath(path)),
		addresses: () => kept('addresses', machine.addresses),
		hostNames: () => kept('hosts', machine.hostNames),
		resolver: () => kept('resolver', machine.resolver),
		openNetwork: (privateLoopback) => recordNetwork(machine.openNetwork(privateLoopback), tape),
	};
}

function recordNetwork(network: Network, tape: TapeWriter): Network {
	const call: Network['call'] = (asked) => {
		const answer = network.call(asked);
		const bytes = answer.bytes.length > 256 ? (tape.needed(answer.bytes) ?? '') : answer.bytes.toString('base64');
		tape.answer(`network ${asked.operation} ${asked.socket}`, JSON.stringify([answer.result, answer.flags, bytes]));
		return answer;
	};
	const byWayOfUs = receiveByWayOfUs(call);
	return {
		privateLoopback: network.privateLoopback,
		call,
		receiveInto: (socket, place) => (tape.over ? network.receiveInto(socket, place) : byWayOfUs(socket, place)),
	};
}

/** A stream of random bytes that a key of 256 bits makes: whoever has the key has all of them again. */
export class SeededBytes {
	readonly #stream: ReturnType<typeof createCipheriv>;

	constructor(key: Uint8Array) {
		this.#stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
	}

	next(length: number): Buffer {
		return this.#stream.update(Buffer.alloc(length));
	}
}
