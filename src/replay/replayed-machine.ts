/** The machine as it was in a run: every answer comes from the tape. */
import type { Network } from '../kernel/network.ts';
import { unlessRefused } from './answers.ts';
import type { Machine } from './machine.ts';
import { receiveByWayOfUs } from './received-bytes.ts';
import { SeededBytes } from './recorded-machine.ts';
import { type ReplayedFilesOptions, replayFiles } from './replayed-files.ts';

const EIO = 5;

/** `live` gives the session's own files, and what of the interpreter's is not kept. */
export function replayMachine(live: Machine, key: Uint8Array, options: ReplayedFilesOptions): Machine {
	const { told } = options;
	const random = new SeededBytes(key);
	const text = (question: string, otherwise: string): string => {
		const answer = told.next(question);
		return answer === undefined ? otherwise : unlessRefused(answer);
	};
	const word = (question: string): string | undefined => {
		return textIn(JSON.parse(text(question, 'null')));
	};
	return {
		files: replayFiles(live.files, options),
		realtime: () => BigInt(text('realtime', '0')) * 1_000_000n,
		monotonic: () => BigInt(text('monotonic', '0')),
		randomBytes: (length) => random.next(length),
		readText: (path) => word(`text ${path}`) ?? '',
		processText: (_pid, entry) => word(`process ${entry}`),
		realPath(path) {
			const answer = told.next(`realpath ${path}`);
			return answer === undefined ? live.realPath(path) : textIn(JSON.parse(answer));
		},
		addresses: () => stringsIn(JSON.parse(text('addresses', '[]'))),
		hostNames: () => hostsIn(JSON.parse(text('hosts', '[]'))),
		resolver: () => resolverIn(JSON.parse(text('resolver', '{}'))),
		openNetwork: (privateLoopback) => replayNetwork(privateLoopback, options),
	};
}

function replayNetwork(privateLoopback: boolean, { told, tape }: ReplayedFilesOptions): Network {
	const call: Network['call'] = ({ operation, socket }) => {
		const answer: unknown = JSON.parse(told.next(`network ${operation} ${socket}`) ?? 'null');
		if (!Array.isArray(answer)) return { result: -EIO, flags: 0, bytes: Buffer.alloc(0) };
		const [result, flags, bytes]: unknown[] = answer;
		return { result: Number(result), flags: Number(flags), bytes: bytesOf(bytes) };
	};
	return { privateLoopback, call, receiveInto: receiveByWayOfUs(call) };

	function bytesOf(value: unknown): Buffer {
		if (typeof value === 'string') return Buffer.from(value, 'base64');
		const [offset, length, sha256]: unknown[] = Array.isArray(value) ? value : [];
		return tape.blob([Number(offset), Number(length), String(sha256)]);
	}
}

function textIn(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}

function stringsIn(value: unknown): readonly string[] {
	return Array.isArray(value) ? value.map(String) : [];
}

function hostsIn(value: unknown): ReturnType<Machine['hostNames']> {
	if (!Array.isArray(value)) return [];
	return value.flatMap((one: unknown) =>
		isObject(one) ? [{ address: String(one['address']), names: stringsIn(one['names']) }] : [],
	);
}

function resolverIn(value: unknown): ReturnType<Machine['resolver']> {
	return isObject(value)
		? { servers: stringsIn(value['servers']), search: stringsIn(value['search']) }
		: { servers: [], search: [] };
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}
