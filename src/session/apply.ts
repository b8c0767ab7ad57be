/**
 * Applies approved changes to the machine as one transaction: all of them or none.
 *
 * What a crash can do: of our process, nothing but leave work for recover(). Of the machine: the journal is synced before the
 * first temporary file, originals and new bytes before the first step, the steps before `done`. So whatever part of the
 * steps reached the disk, the journal, the originals and the list of our own files are there to take it back.
 * More than a few files are synced with one syncfs(2) instead of an fsync(2) each; both write the same bytes out.
 *
 * Known gaps: extended attributes and ACLs are not kept; of names that were hard links of one file, one that is modified
 * becomes a file of its own (rename(2) replaces the name and not the inode); times are kept to about a microsecond.
 */
import { SysError } from '../abi/errno.ts';
import type { Tree } from '../host/atomic-tree.ts';
import type { Change } from '../model/change.ts';
import { markOf } from './applied-changes.ts';
import type { ApplyHost, SessionPlace } from './apply-host.ts';
import { withApplyLock } from './apply-lock.ts';
import { openCheckpoint } from './checkpoint.ts';
import { ChangedMeanwhile, commitSteps } from './commit.ts';
import { type Conflict, findConflicts, stampNow } from './conflicts.ts';
import { appendRecord, journalFile, journalFolder, listTransactions } from './journal.ts';
import { layOut } from './layout.ts';
import { typeOf } from './machine-node.ts';
import { makePlan } from './make-plan.ts';
import { recoverLocked } from './recover.ts';
import { ContentError, stagePlan, syncStaged, syncSteps } from './stage.ts';
import type { Plan, Staged } from './transaction.ts';
import { undoPlan } from './undo.ts';

export type ApplyOptions = {
	/** Go over conflicts that are forceable: all of them, or those that were seen. What is overwritten goes to the checkpoint. */
	readonly force?: boolean | SeenConflicts;
	/** SHA-256 by content name (Target.content): apply refuses other bytes than were approved. */
	readonly approvedContent?: ReadonlyMap<string, string>;
	/** Milliseconds to wait for another process that applies. */
	readonly wait?: number;
};

/** By the path of a change: paths of the machine that stand against it, and stampNow() of each when a person saw it. */
export type SeenConflicts = ReadonlyMap<string, ReadonlyMap<string, string>>;

export type ApplyResult =
	| { readonly kind: 'applied'; readonly transaction: number; readonly paths: readonly string[] }
	/** Nothing was changed. */
	| { readonly kind: 'conflicts'; readonly conflicts: readonly Conflict[] };

/** The machine refused in the middle (disk full, no permission). `undone`: everything is as it was before. */
export class ApplyError extends Error {
	override readonly name = 'ApplyError';
	readonly undone: boolean;

	constructor(message: string, undone: boolean, cause: unknown) {
		super(message, { cause });
		this.undone = undone;
	}
}

/**
 * Throws ApplyError, LockedError (another process applies), DamagedJournal. An apply of this session that a crash
 * broke off is taken back first.
 */
export function applyChanges(
	session: SessionPlace,
	changes: readonly Change[],
	host: ApplyHost,
	options: ApplyOptions = {},
): ApplyResult {
	try {
		return withApplyLock(session.root, host, () => applyLocked(session, changes, host, options), options.wait);
	} finally {
		host.tree.release();
	}
}

function applyLocked(
	session: SessionPlace,
	given: readonly Change[],
	host: ApplyHost,
	options: ApplyOptions,
): ApplyResult {
	const { tree, files } = host;
	tree.release();
	recoverLocked(session, host);
	const { force = false } = options;
	const changes = force === false ? given : withoutWhatIsDone(given, tree, force);
	const layout = layOut(changes, tree);
	const conflicts = findConflicts(changes, layout, tree).filter((conflict) => !isForced(conflict, force, tree));
	if (conflicts.length > 0) return { kind: 'conflicts', conflicts };

	const number = (listTransactions(files, session.folder).at(-1)?.number ?? 0) + 1;
	const file = journalFile(session.folder, number);
	const checkpoint = openCheckpoint(files, tree, session.folder);
	let plan: Plan | undefined;
	let staged: Staged | undefined;
	try {
		files.makePrivateFolder(journalFolder(session.folder));
		const made = makePlan(changes, layout, token(host.random), host.now(), checkpoint.save);
		plan = { ...made, marks: given.map(markOf) };
		appendRecord(files, file, plan, true);
		files.syncFolder(journalFolder(session.folder));
		const content = { folder: `${session.folder}/upper/content` };
		staged = stagePlan(plan, tree, files, {
			...content,
			...(options.approvedContent === undefined ? {} : { approved: options.approvedContent }),
		});
		checkpoint.sync();
		syncStaged(plan, tree);
		appendRecord(files, file, staged, true);
		commitSteps(plan, tree);
		syncSteps(plan.steps, tree);
		appendRecord(files, file, { kind: 'done', at: host.now() }, true);
	} catch (error) {
		return failed(session, host, error, changes);
	}
	return { kind: 'applied', transaction: number, paths: pathsOf(changes) };

	function failed(at: SessionPlace, on: ApplyHost, error: unknown, wanted: readonly Change[]): ApplyResult {
		if (!(error instanceof SysError || error instanceof ChangedMeanwhile || error instanceof ContentError)) throw error;
		let undone = true;
		try {
			if (plan !== undefined) {
				// The tree first: on a full disk this makes the room that the journal's last lines need.
				const left = undoPlan(plan, staged, { tree: on.tree, files: on.files, checkpoint }, false);
				syncSteps(plan.steps, on.tree);
				// What somebody wrote in this very moment stays theirs: there is nothing of ours in it to take back.
				undone = left.every(({ path }) => error instanceof ChangedMeanwhile && path === error.path);
				appendRecord(on.files, file, { kind: 'undoing', at: on.now(), why: error.message, force: false }, false);
				appendRecord(on.files, file, { kind: 'undone', at: on.now(), left }, true);
			}
		} catch (second) {
			if (!(second instanceof SysError)) throw second;
			undone = false;
		}
		if (error instanceof ChangedMeanwhile && undone) return { kind: 'conflicts', conflicts: [racing(error, wanted)] };
		throw new ApplyError(explain(error, undone, at), undone, error);
	}
}

function racing(error: ChangedMeanwhile, changes: readonly Change[]): Conflict {
	const change = changes.find(({ path }) => path === error.path)?.path ?? error.path;
	return { path: error.path, change, kind: 'changed', why: error.message, forceable: true };
}

function explain(error: Error, undone: boolean, session: SessionPlace): string {
	const what = error instanceof SysError ? `the machine refused (${error.message})` : error.message.replace(/\.$/, '');
	return undone
		? `Nothing was applied: ${what}`
		: `Applying stopped: ${what}. Some changes could not be taken back yet; mend that and run: approve-run rollback ${session.id}`;
}

function isForced(conflict: Conflict, force: boolean | SeenConflicts, tree: Tree): boolean {
	if (!conflict.forceable) return false;
	if (typeof force === 'boolean') return force;
	const seen = force.get(conflict.change)?.get(conflict.path);
	return seen !== undefined && seen === stampNow(tree, conflict.path);
}

/** What force makes pointless: a directory that exists already, a path that is gone already. */
function withoutWhatIsDone(changes: readonly Change[], tree: Tree, force: true | SeenConflicts): Change[] {
	return changes.filter((change) => {
		if (force !== true && !force.has(change.path)) return true;
		if (change.kind === 'delete') return isThere(tree, change.path);
		if (change.kind !== 'create' || change.after.type !== 'directory') return true;
		const stat = isThere(tree, change.path) ? tree.lstat(change.path) : undefined;
		return stat === undefined || typeOf(stat) !== 'directory';
	});
}

function isThere(tree: Tree, path: string): boolean {
	try {
		return tree.lstat(path) !== undefined;
	} catch (error) {
		// Blocked: left in, so that it is told as a conflict.
		if (error instanceof SysError) return true;
		throw error;
	}
}

/** Every path that is not as it was, a rename's old one too. */
function pathsOf(changes: readonly Change[]): string[] {
	return [
		...new Set(changes.flatMap((change) => (change.kind === 'rename' ? [change.from, change.path] : [change.path]))),
	];
}

function token(random: () => number): string {
	return Array.from({ length: 16 }, () => Math.floor(random() * 36).toString(36)).join('');
}
