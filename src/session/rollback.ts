/** Puts back what a session's applies changed, the last one first, after the same check that apply makes. */
import type { ApplyHost, SessionPlace } from './apply-host.ts';
import { withApplyLock } from './apply-lock.ts';
import type { Conflict } from './conflicts.ts';
import { listTransactions } from './journal.ts';
import { parentOf } from './paths.ts';
import { damaged, recoverLocked, takeBack } from './recover.ts';
import { rollbackConflicts, vacatedBy } from './rollback-conflicts.ts';
import type { Left, Plan } from './transaction.ts';

export type RollbackResult =
	/** `left`: with force, or changed in this very moment: paths that could not be put back. */
	| { readonly kind: 'rolled-back'; readonly paths: readonly string[]; readonly left: readonly Left[] }
	/** Nothing was changed. */
	| { readonly kind: 'conflicts'; readonly conflicts: readonly Conflict[] }
	| { readonly kind: 'nothing' };

/** Throws what recover() throws. With `force`, what others wrote since goes to the checkpoint and away. */
export function rollback(
	session: SessionPlace,
	host: ApplyHost,
	options: { readonly force?: boolean; readonly wait?: number } = {},
): RollbackResult {
	return withApplyLock(session.root, host, () => rollbackLocked(session, host, options.force === true), options.wait);
}

function rollbackLocked(session: SessionPlace, host: ApplyHost, force: boolean): RollbackResult {
	const recovered = recoverLocked(session, host);
	const done = listTransactions(host.files, session.folder)
		.toReversed()
		.flatMap((transaction) => {
			if (transaction.state.kind === 'damaged') throw damaged(session, transaction.state.why);
			return transaction.state.kind === 'done' ? [{ transaction, state: transaction.state }] : [];
		});
	if (done.length === 0) {
		if (recovered.undone.length === 0) return { kind: 'nothing' };
		return { kind: 'rolled-back', paths: [], left: recovered.left };
	}

	const conflicts: Conflict[] = [];
	// What a later apply touched, that one vouches for: it puts back what this one left.
	const vouched = new Set<string>();
	for (const { state } of done) {
		conflicts.push(...rollbackConflicts(state.plan, state.staged, host.tree).filter(({ path }) => !vouched.has(path)));
		for (const path of touchedBy(state.plan)) vouched.add(path);
	}
	const hard = conflicts.filter((conflict) => !(force && conflict.forceable));
	if (hard.length > 0) return { kind: 'conflicts', conflicts };

	const left: Left[] = [...recovered.left];
	for (const { transaction, state } of done) {
		left.push(...takeBack(session, host, transaction, state.plan, state.staged, 'rollback', force));
	}
	return { kind: 'rolled-back', paths: [...vouched], left };
}

function touchedBy(plan: Plan): string[] {
	const paths = [...plan.stage.map(({ path }) => path), ...plan.steps.map(({ path }) => path), ...vacatedBy(plan)];
	return [...new Set(paths)].filter((path) => parentOf(path) !== path);
}
