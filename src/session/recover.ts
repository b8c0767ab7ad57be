/** Takes back what a crash left half done: an apply that did not reach its end, a rollback that was broken off. */
import type { ApplyHost, SessionPlace } from './apply-host.ts';
import { withApplyLock } from './apply-lock.ts';
import { openCheckpoint } from './checkpoint.ts';
import { allSettled, appendRecord, listTransactions, type Transaction } from './journal.ts';
import { syncSteps } from './stage.ts';
import type { Left, Plan, Staged } from './transaction.ts';
import { undoPlan } from './undo.ts';

export class DamagedJournal extends Error {
	override readonly name = 'DamagedJournal';
}

export type Recovered = {
	/** Transactions that were taken back. */
	readonly undone: readonly number[];
	/** Paths that somebody else had changed meanwhile: they stay. */
	readonly left: readonly Left[];
};

/**
 * Brings the tree back to before every transaction that is not done. Throws LockedError, DamagedJournal, and SysError
 * where the machine refuses; then it can be run again.
 */
export function recover(session: SessionPlace, host: ApplyHost, wait?: number): Recovered {
	return withApplyLock(session.root, host, () => recoverLocked(session, host), wait);
}

/** Whether recover() has work to do. */
export function needsRecovery({ folder }: Pick<SessionPlace, 'folder'>, host: Pick<ApplyHost, 'files'>): boolean {
	if (allSettled(host.files, folder)) return false;
	return listTransactions(host.files, folder).some(({ state }) => isOpen(state.kind));
}

export function recoverLocked(session: SessionPlace, host: ApplyHost): Recovered {
	host.tree.release();
	const undone: number[] = [];
	const left: Left[] = [];
	for (const transaction of listTransactions(host.files, session.folder).toReversed()) {
		const { state, number } = transaction;
		if (state.kind === 'damaged') throw damaged(session, state.why);
		if (state.kind !== 'planned' && state.kind !== 'staged' && state.kind !== 'undoing') continue;
		const staged = state.kind === 'planned' ? undefined : state.staged;
		const force = state.kind === 'undoing' && state.force;
		left.push(...takeBack(session, host, transaction, state.plan, staged, 'broken off', force));
		undone.push(number);
	}
	return { undone, left };
}

/** Undoes one transaction and writes that into its journal. */
export function takeBack(
	session: SessionPlace,
	host: ApplyHost,
	transaction: Transaction,
	plan: Plan,
	staged: Staged | undefined,
	why: string,
	force: boolean,
): Left[] {
	const { tree, files } = host;
	const { file } = transaction;
	const checkpoint = openCheckpoint(files, tree, session.folder);
	appendRecord(files, file, { kind: 'undoing', at: host.now(), why, force }, true);
	const left = undoPlan(plan, staged, { tree, files, checkpoint }, force);
	checkpoint.sync();
	syncSteps(plan.steps, tree);
	appendRecord(files, file, { kind: 'undone', at: host.now(), left }, true);
	return left;
}

export function damaged(session: SessionPlace, why: string): DamagedJournal {
	return new DamagedJournal(`Session ${session.id} cannot be trusted: ${why}. Nothing was changed.`);
}

function isOpen(kind: Transaction['state']['kind']): boolean {
	return kind === 'planned' || kind === 'staged' || kind === 'undoing';
}
