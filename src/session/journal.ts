/**
 * The journal of one apply: `journal/apply-N.jsonl`. Each line is the SHA-256 of its record and the record, so that a
 * line torn by a crash and a line that was edited are both seen. Records are only ever appended.
 */
import { createHash } from 'node:crypto';
import type { SessionFiles } from '../host/session-files.ts';
import { type JournalRecord, journalRecordShape, type Plan, type Staged } from './transaction.ts';

/** Where a transaction stands, from its records. */
export type TransactionState =
	/** Nothing on the machine was changed but for temporary files. */
	| { readonly kind: 'planned'; readonly plan: Plan }
	/** Some, all or none of its steps were done. */
	| { readonly kind: 'staged'; readonly plan: Plan; readonly staged: Staged }
	| { readonly kind: 'done'; readonly plan: Plan; readonly staged: Staged; readonly at: number }
	| { readonly kind: 'undoing'; readonly plan: Plan; readonly staged: Staged | undefined; readonly force: boolean }
	| { readonly kind: 'undone'; readonly plan: Plan }
	/** The journal's first record never got to disk: nothing was touched. */
	| { readonly kind: 'empty' }
	| { readonly kind: 'damaged'; readonly why: string };

/** Bytes at the end of a journal that hold its last record, where that says that all is done. */
const lastWords = 1024;

export type Transaction = { readonly number: number; readonly file: string; readonly state: TransactionState };

/** The transactions of a session, oldest first. */
export function listTransactions(files: SessionFiles, sessionFolder: string): Transaction[] {
	return numbersIn(files, sessionFolder).map((number) => {
		const file = journalFile(sessionFolder, number);
		return { number, file, state: readState(files, file) };
	});
}

/** Whether every transaction of a session is at its end, by the last words of its journals alone: a plan may have megabytes. */
export function allSettled(files: SessionFiles, sessionFolder: string): boolean {
	return numbersIn(files, sessionFolder).every((number) => {
		const words = files.readEnd(journalFile(sessionFolder, number), lastWords)?.toString('latin1') ?? '';
		const [line = '', nothing] = words.split('\n').slice(-2);
		const kind = nothing === '' ? readLine(line)?.kind : undefined;
		return kind === 'done' || kind === 'undone';
	});
}

export function journalFolder(sessionFolder: string): string {
	return `${sessionFolder}/journal`;
}

export function journalFile(sessionFolder: string, number: number): string {
	return `${journalFolder(sessionFolder)}/apply-${number}.jsonl`;
}

/** Appends a record. With `sync` it is on the disk when this returns. */
export function appendRecord(files: SessionFiles, file: string, record: JournalRecord, sync: boolean): void {
	const body = JSON.stringify(record);
	const fd = files.openAppend(file);
	try {
		files.write(fd, Buffer.from(`${digest(body)} ${body}\n`));
		if (sync) files.sync(fd);
	} finally {
		files.close(fd);
	}
}

function numbersIn(files: SessionFiles, sessionFolder: string): number[] {
	return files
		.list(journalFolder(sessionFolder))
		.map((name) => /^apply-([1-9]\d{0,8})\.jsonl$/.exec(name)?.[1])
		.filter((digits) => digits !== undefined)
		.map(Number)
		.sort((a, b) => a - b);
}

function readState(files: SessionFiles, file: string): TransactionState {
	const text = files.readWhole(file)?.toString('utf8') ?? '';
	const lines = text.split('\n');
	let state: TransactionState = { kind: 'empty' };
	for (const [index, line] of lines.entries()) {
		if (line === '') continue;
		const record = readLine(line);
		if (record === undefined) {
			// Only what comes last can have been torn by a crash.
			if (index === lines.length - 1) break;
			return { kind: 'damaged', why: `line ${index + 1} of ${file} is not as it was written` };
		}
		const next = advance(state, record);
		if (next === undefined) return { kind: 'damaged', why: `line ${index + 1} of ${file} is out of order` };
		state = next;
	}
	return state;
}

function readLine(line: string): JournalRecord | undefined {
	const body = line.slice(65);
	if (line[64] !== ' ' || digest(body) !== line.slice(0, 64)) return undefined;
	try {
		return journalRecordShape.safeParse(JSON.parse(body)).data;
	} catch {
		return undefined;
	}
}

function advance(state: TransactionState, record: JournalRecord): TransactionState | undefined {
	switch (record.kind) {
		case 'plan':
			return state.kind === 'empty' ? { kind: 'planned', plan: record } : undefined;
		case 'staged':
			return state.kind === 'planned' && record.nodes.length === state.plan.stage.length
				? { kind: 'staged', plan: state.plan, staged: record }
				: undefined;
		case 'done':
			return state.kind === 'staged'
				? { kind: 'done', plan: state.plan, staged: state.staged, at: record.at }
				: undefined;
		case 'undoing': {
			if (state.kind === 'empty' || state.kind === 'undone' || state.kind === 'damaged') return undefined;
			const staged = state.kind === 'planned' ? undefined : state.staged;
			return { kind: 'undoing', plan: state.plan, staged, force: record.force };
		}
		case 'undone':
			return state.kind === 'undoing' ? { kind: 'undone', plan: state.plan } : undefined;
	}
}

function digest(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}
