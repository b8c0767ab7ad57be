/**
 * events.jsonl: what happened, one line each, only ever appended. A line holds the SHA-256 of the line before it (the
 * first one: of the session's id), so an edit, a removal or an insertion breaks the chain at that line.
 */
import { hash } from 'node:crypto';
import type { SessionFiles } from '../host/session-files.ts';
import type { RunEvent } from '../model/event.ts';
import { eventShape } from './event-schema.ts';
import { linesOf } from './file-lines.ts';

export type ChainHead = { readonly count: number; readonly head: string };

export interface EventLog {
	/** Written before this returns; on the disk at the next sync. */
	append(event: RunEvent): void;
	/** How many events there are and the hash of the last line. */
	head(): ChainHead;
	/** A line that a crash tore was set aside when the log was opened. */
	readonly torn: boolean;
	sync(): void;
	close(): void;
}

export type Verification =
	| {
			readonly kind: 'intact';
			readonly count: number;
			/** The last line was torn by a crash; what is before it is intact. */
			readonly torn: boolean;
			/** So many events at the end came after session.json was written last: a cut among them would not be seen. */
			readonly unsealed: number;
	  }
	/** `line` counts from 1. */
	| { readonly kind: 'broken'; readonly line: number; readonly why: string };

/**
 * Opens the log to append. A torn last line (no line end: kill -9 in the middle of a write) is moved to events.torn.
 * Throws BrokenLog where the chain does not hold: nothing may be appended to it.
 */
export function openEventLog(files: SessionFiles, folder: string, sessionId: string): EventLog {
	const path = eventFile(folder);
	const scan = toEnd(scanChain(files, path, sessionId, undefined, false));
	if (scan.kind === 'broken') throw new BrokenLog(`${path}:${scan.line}: ${scan.why}`);
	if (scan.rest.length > 0) {
		files.append(`${folder}/events.torn`, Buffer.concat([scan.rest, Buffer.from('\n')]));
		files.truncate(path, scan.size);
	}
	const fd = files.openAppend(path);
	let { count, head } = scan;
	return {
		append: (event) => {
			const line = JSON.stringify({ hash: head, event });
			files.write(fd, Buffer.from(`${line}\n`));
			head = hashOf(Buffer.from(line));
			count += 1;
		},
		head: () => ({ count, head }),
		torn: scan.rest.length > 0,
		sync: () => files.sync(fd),
		close: () => files.close(fd),
	};
}

export class BrokenLog extends Error {
	override readonly name = 'BrokenLog';
}

/** Finds the first line that is not as it was written. `known`: what session.json says of the end, so that a cut is seen. */
export function verifyEvents(files: SessionFiles, folder: string, sessionId: string, known?: ChainHead): Verification {
	const scan = toEnd(scanChain(files, eventFile(folder), sessionId, known));
	if (scan.kind === 'broken') return scan;
	return { kind: 'intact', count: scan.count, torn: scan.rest.length > 0, unsealed: scan.count - (known?.count ?? 0) };
}

/**
 * What happened, in order; the file is read as the events are taken. Throws BrokenLog when it comes to where the chain does not
 * hold, or to an event that this version does not know: what was taken before is then not to be trusted either.
 */
export function* readEvents(
	files: SessionFiles,
	folder: string,
	sessionId: string,
	known?: ChainHead,
): Generator<RunEvent, void, void> {
	const path = eventFile(folder);
	const scan = yield* scanChain(files, path, sessionId, known);
	if (scan.kind === 'broken') throw new BrokenLog(`${path}:${scan.line}: ${scan.why}`);
}

type Scan =
	| {
			readonly kind: 'whole';
			readonly count: number;
			readonly head: string;
			/** Bytes of whole lines. */
			readonly size: number;
			readonly rest: Buffer;
	  }
	| { readonly kind: 'broken'; readonly line: number; readonly why: string };

const notAnEvent = 'this line is not an event';

/** Without `isRead` the chain alone is followed, whatever the events are. */
function* scanChain(
	files: SessionFiles,
	path: string,
	sessionId: string,
	known?: ChainHead,
	isRead = true,
): Generator<RunEvent, Scan, void> {
	let head = hashOf(Buffer.from(`approve-run events 1 ${sessionId}`));
	let count = 0;
	let size = 0;
	let rest: Buffer = Buffer.alloc(0);
	let last: Buffer | undefined;
	for (const { bytes: line, isWhole } of linesOf(files, path)) {
		if (!isWhole) {
			rest = line;
			break;
		}
		// Whoever only appends need not parse a line that begins as it must: the next one holds its hash. The last one has none.
		last = isRead || !isChained(line, head) ? undefined : line;
		const parsed = last === undefined ? parseLine(line.toString('utf8')) : { hash: head, event: undefined };
		if (parsed === undefined) return { kind: 'broken', line: count + 1, why: notAnEvent };
		if (parsed.hash !== head) {
			const why = 'this line was changed, or one after it was removed, moved or put in';
			return { kind: 'broken', line: Math.max(1, count), why: count === 0 ? 'this is not the first line' : why };
		}
		if (isRead) {
			const event = eventShape.safeParse(parsed.event);
			if (!event.success)
				return { kind: 'broken', line: count + 1, why: 'this event is none that this approve-run knows' };
			yield event.data;
		}
		head = hashOf(line);
		count += 1;
		size += line.length + 1;
		if (known?.count === count && known.head !== head) {
			return { kind: 'broken', line: count, why: 'this line is not the one that session.json knows' };
		}
	}
	if (last !== undefined && parseLine(last.toString('utf8')) === undefined)
		return { kind: 'broken', line: count, why: notAnEvent };
	if (known !== undefined && count < known.count) {
		return { kind: 'broken', line: count + 1, why: `${known.count - count} lines are missing at the end` };
	}
	return { kind: 'whole', count, head, size, rest };
}

/** Whether a line begins as the one after `head` does, of which nothing has to be parsed then. */
function isChained(line: Buffer, head: string): boolean {
	const beginning = `{"hash":"${head}","event":`;
	return line.toString('latin1', 0, beginning.length) === beginning;
}

function toEnd(scan: Generator<RunEvent, Scan, void>): Scan {
	for (;;) {
		const step = scan.next();
		if (step.done === true) return step.value;
	}
}

function parseLine(line: string): { hash: unknown; event: unknown } | undefined {
	try {
		const value: unknown = JSON.parse(line);
		if (typeof value !== 'object' || value === null || !('hash' in value) || !('event' in value)) return undefined;
		return { hash: value.hash, event: value.event };
	} catch {
		return undefined;
	}
}

function eventFile(folder: string): string {
	return `${folder}/events.jsonl`;
}

function hashOf(bytes: Uint8Array): string {
	return hash('sha256', bytes);
}
