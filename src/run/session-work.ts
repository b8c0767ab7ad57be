/** What a session can do with its changes: show them, apply them, remember what was decided. */
import { createHash } from 'node:crypto';
import type { SessionFiles } from '../host/session-files.ts';
import type { Change } from '../model/change.ts';
import type { Approval } from '../model/decision.ts';
import type { RunEvent } from '../model/event.ts';
import type { Detail } from '../model/review.ts';
import { readersBefore } from '../session/applied-changes.ts';
import { ApplyError, applyChanges, type SeenConflicts } from '../session/apply.ts';
import type { ApplyHost } from '../session/apply-host.ts';
import { LockedError } from '../session/apply-lock.ts';
import { openReaders } from '../session/change-readers.ts';
import type { Conflict } from '../session/conflicts.ts';
import { type ChangeReaders, describeChange } from '../session/describe-change.ts';
import { permissions } from '../session/machine-node.ts';
import { DamagedJournal } from '../session/recover.ts';
import type { Session } from '../session/store.ts';
import type { ChangeDecisions } from './change-decisions.ts';
import { changeNotes, withNotes } from './change-notes.ts';
import { maskEvent } from './mask-secrets.ts';
import { openStoredDecisions } from './stored-decisions.ts';

/** Who answers in the terminal. */
export type Reviewer = { readonly person: string; readonly uid: number; readonly terminal?: string };

export type SessionWork = {
	readonly session: Session;
	readonly readers: ChangeReaders;
	/** Appends to the record, without what looks like a secret. */
	event(event: RunEvent): void;
	/** Of one that was applied by this work: what was applied, and not what the machine has made of it since. */
	detail(change: Change): Detail;
	/**
	 * Applies all of them or none. `content`: SHA-256 by content name, of what was approved as it was shown; other bytes are refused.
	 * Throws ApplyError, LockedError, ConflictError.
	 */
	apply(
		changes: readonly Change[],
		force: boolean | SeenConflicts,
		content: ReadonlyMap<string, string>,
	): readonly string[];
	/** Keeps bytes that a person made under a name in `upper/content/`. */
	keepContent(name: string, bytes: Uint8Array): void;
	/** A small file as it was before the script changed it. */
	base(sha256: string): Buffer | undefined;
	/** Permission bits of a path of the machine as it is now. */
	modeOf(path: string): number | undefined;
	/** Everything that is on the machine because of this session, in the order it was applied. */
	applied(): readonly string[];
	/** `persons`: what a rule says of a run that may yet be broken off is not kept. Default all. */
	saveDecisions(decisions: ChangeDecisions, whose?: 'all' | 'persons'): void;
	/** Clears up what only a run needs; `tape`: the hash of what it took from the machine. */
	runEnded(tape: string | undefined): void;
	close(): void;
};

/** The machine is not as the script saw it. Nothing was applied. */
export class ConflictError extends Error {
	readonly conflicts: readonly Conflict[];

	constructor(conflicts: readonly Conflict[]) {
		// One line for each: a name with a newline in it must not begin a sentence of ours.
		const list = conflicts.map(({ path, why }) => `  ${path}: ${why}`.replaceAll('\n', '\\n')).join('\n');
		const mend = conflicts.every(({ forceable }) => forceable)
			? ' (approve-run review decides each; apply --merge merges, apply --force goes over them)'
			: '';
		super(`Nothing was applied: the machine has changed since the script saw it${mend}.\n${list}`);
		this.name = 'ConflictError';
		this.conflicts = conflicts;
	}
}

/** `others`: runs before the first apply, to take back what a crash left of other sessions. */
/** What applying may end in without a fault of ours. */
export function isRefusal(error: unknown): error is Error {
	return [ConflictError, ApplyError, LockedError, DamagedJournal].some((kind) => error instanceof kind);
}

/** Removes what only a run that goes on needs: its FIFOs, and private files that a killed worker left. */
export function clearAfterRun(sessionFolder: string, files: SessionFiles): void {
	for (const name of ['channel', 'scratch']) files.removeFolder(`${sessionFolder}/${name}`);
}

export function openSessionWork(session: Session, host: ApplyHost, now: () => number, others = () => {}): SessionWork {
	const events = session.openEvents();
	const readers = openReaders(host.tree, host.files, session.folder);
	const applied = new Set<string>();
	/** Which transaction has put a change on the machine. */
	const transactions = new Map<Change, number>();
	return {
		session,
		readers,
		event: (event) => events.append(maskEvent(event)),
		detail(change) {
			const number = transactions.get(change);
			const before = number === undefined ? readers : readersBefore(readers, host.files, session.folder, number);
			return withNotes(describeChange(change, before), changeNotes(change, session.record.cwd));
		},
		apply(changes, force, content) {
			if (changes.length === 0) return [];
			if (applied.size === 0) others();
			const result = applyChanges(session, changes, host, { force, approvedContent: content });
			if (result.kind === 'conflicts') throw new ConflictError(result.conflicts);
			for (const path of result.paths) applied.add(path);
			for (const change of changes) transactions.set(change, result.transaction);
			events.append({ kind: 'applied', at: now(), paths: result.paths });
			// What was done to the machine is under the seal at once, whatever becomes of this process.
			events.sync();
			session.update({ events: events.head() });
			return result.paths;
		},
		keepContent(name, bytes) {
			const folder = `${session.upper}/content`;
			host.files.makePrivateFolder(folder);
			host.files.writeWhole(`${folder}/${name}`, bytes, false);
		},
		base: (sha256) => {
			const bytes = host.files.readWhole(`${session.upper}/base/${sha256}`);
			return bytes !== undefined && createHash('sha256').update(bytes).digest('hex') === sha256 ? bytes : undefined;
		},
		modeOf: (path) => {
			const stat = host.tree.lstat(path);
			return stat === undefined ? undefined : permissions(stat);
		},
		applied: () => [...applied],
		saveDecisions: (decisions, whose = 'all') => {
			const kept = decisions.all().filter(({ approval }) => whose === 'all' || isByPerson(approval));
			openStoredDecisions(session, host.files).save(
				kept.map(({ change, wanted, approval }) => ({ change: wanted ?? change, approval })),
			);
		},
		runEnded(tape) {
			clearAfterRun(session.folder, host.files);
			if (tape !== undefined) events.append({ kind: 'taped', at: now(), sha256: tape });
		},
		close() {
			session.update({ events: events.head() });
			events.close();
		},
	};
}

function isByPerson(approval: Approval | undefined): boolean {
	return approval !== undefined && 'person' in approval.by;
}
