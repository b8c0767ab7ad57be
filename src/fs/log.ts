/** The upper tree on disk: one line of JSON for each operation, written before the guest gets its answer. */
import { SysError } from '../abi/errno.ts';
import type { HostFiles } from './api.ts';
import { flaw, isRecord, type TreeRecord } from './record.ts';
import { type Tree, TreeError } from './tree.ts';

/** The first line. */
const header = '{"upper":1}';

const pieceBytes = 1 << 20;

export class UpperLogError extends Error {
	override readonly name = 'UpperLogError';

	constructor(path: string, line: number, why: string) {
		super(`${path}:${line}: ${why}; this session's changes cannot be read back, discard it`);
	}
}

export interface TreeLog {
	/** The records of one operation: all of them are there after a crash, or none. */
	append(records: readonly TreeRecord[]): void;
	close(): void;
}

/** A guest that makes and removes one file for ever keeps no file, and fills the disk with the story of it. */
export type LogRoom = { readonly bytes: number; readonly onFull: () => void };

/** Starts a new log, or goes on with one of which `size` bytes are sound. */
export function openLog(host: HostFiles, path: string, size: number, room: LogRoom): TreeLog {
	const fd = host.openSession(path, size === 0 ? 'create' : 'write');
	let end = size;
	const line = (text: string) => {
		const bytes = Buffer.from(`${text}\n`, 'utf8');
		if (end + bytes.length > room.bytes) {
			room.onFull();
			throw new SysError('ENOSPC', 'the log of the session is full');
		}
		try {
			host.write(fd, bytes, end);
		} catch (error) {
			// Half a line must not stay where the next one will be.
			host.ftruncate(fd, end);
			throw error;
		}
		end += bytes.length;
	};
	if (size === 0) line(header);
	else host.ftruncate(fd, size);
	return { append: (records) => line(JSON.stringify(records)), close: () => host.close(fd) };
}

/**
 * Applies a log to an empty tree. A last line without its end is what a crash leaves, and is left out.
 * Returns how many bytes were sound: 0 where there is no log. Throws UpperLogError for anything else that is wrong.
 */
export function replayLog(host: HostFiles, path: string, tree: Tree): number {
	if (host.lstat(path) === undefined) return 0;
	let sound = 0;
	let number = 0;
	for (const { whole, bytes } of pieces(host, path)) {
		for (const text of whole.split('\n')) {
			number++;
			if (number === 1) {
				if (text !== header) throw new UpperLogError(path, 1, `the first line is not ${header}`);
			} else replayLine(tree, text, (why) => new UpperLogError(path, number, why));
		}
		sound += bytes;
	}
	return sound;
}

function replayLine(tree: Tree, text: string, fail: (why: string) => UpperLogError): void {
	const records = parse(text, fail);
	if (!Array.isArray(records)) throw fail('not a list of steps');
	for (const record of records) {
		if (!isRecord(record)) throw fail(flaw(record) ?? 'not a step');
		try {
			tree.apply(record);
		} catch (error) {
			if (error instanceof TreeError) throw fail(error.message);
			throw error;
		}
	}
}

function parse(text: string, fail: (why: string) => UpperLogError): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw fail('not JSON');
	}
}

/** Whole lines alone, without the end of the last one; many at a time, for to decode each by itself costs more than to read it. */
function* pieces(host: HostFiles, path: string): Generator<{ whole: string; bytes: number }> {
	const fd = host.openRead(path);
	try {
		const chunk = Buffer.allocUnsafe(pieceBytes);
		let rest = Buffer.alloc(0);
		for (let at = 0; ; ) {
			const count = host.read(fd, chunk, at);
			if (count === 0) return;
			at += count;
			const all = Buffer.concat([rest, chunk.subarray(0, count)]);
			const end = all.lastIndexOf(10);
			if (end >= 0) yield { whole: all.toString('utf8', 0, end), bytes: end + 1 };
			rest = all.subarray(end + 1);
		}
	} finally {
		host.close(fd);
	}
}
