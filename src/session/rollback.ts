/** Puts back what a session's applies changed, the last one first, after the same check that apply makes. */
import type { Tree } from '../host/atomic-tree.ts';
import type { ApplyHost, SessionPlace } from './apply-host.ts';
import { withApplyLock } from './apply-lock.ts';
import type { Conflict } from './conflicts.ts';
import { listTransactions } from './journal.ts';
import { isStaged, lookAt, typeOf } from './machine-node.ts';
import { join, parentOf } from './paths.ts';
import { damaged, recoverLocked, takeBack } from './recover.ts';
import type { Left, Plan, Staged } from './transaction.ts';

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
		conflicts.push(...conflictsOf(state.plan, state.staged, host.tree).filter(({ path }) => !vouched.has(path)));
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

function conflictsOf(plan: Plan, staged: Staged, tree: Tree): Conflict[] {
	const placed = new Set<string>();
	const conflicts: Conflict[] = [];
	const add = (path: string, kind: Conflict['kind'], why: string, forceable: boolean) =>
		conflicts.push({ path, change: path, kind, why, forceable });
	for (const [index, { path, node }] of plan.stage.entries()) {
		placed.add(path);
		const now = lookAt(tree, path);
		const record = staged.nodes[index];
		if (now === undefined) {
			add(path, 'gone', `${path} was removed since it was applied.`, node.type !== 'directory');
		} else if (record === undefined || !isStaged(tree, path, now, node, record)) {
			add(path, 'changed', `${path} was changed since it was applied.`, typeOf(now) !== 'directory');
		}
	}
	for (const step of plan.steps) if (step.kind === 'move') placed.add(step.path);
	for (const { path, node } of plan.stage) {
		if (node.type !== 'directory') continue;
		for (const extra of extrasIn(tree, path, placed)) {
			add(extra, 'not-empty', `${extra} was made since, in a directory that rollback removes.`, false);
		}
	}
	for (const step of plan.steps) {
		switch (step.kind) {
			case 'move':
				if (lookAt(tree, step.path)?.ino.toString() !== step.ino) {
					add(
						step.path,
						'changed',
						`${step.path} is not the file that was moved there.`,
						lookAt(tree, step.path) !== undefined,
					);
				}
				break;
			case 'attributes': {
				const now = lookAt(tree, step.path);
				const same = now !== undefined && (step.ino === undefined || now.ino.toString() === step.ino);
				if (!same || (now.mode & 0o7777) !== step.after.mode) {
					add(step.path, 'changed', `${step.path} was changed since it was applied.`, true);
				}
				break;
			}
			case 'open':
			case 'remove':
			case 'park':
			case 'place':
				break;
		}
	}
	for (const path of vacatedBy(plan)) {
		if (placed.has(path)) continue;
		if (lookAt(tree, path) !== undefined)
			add(path, 'exists', `${path} was made since it was removed or moved away.`, false);
	}
	return conflicts;
}

function extrasIn(tree: Tree, directory: string, placed: ReadonlySet<string>): string[] {
	const now = lookAt(tree, directory);
	if (now === undefined || typeOf(now) !== 'directory') return [];
	return tree
		.list(directory)
		.map((name) => join(directory, name))
		.filter((path) => !placed.has(path));
}

/** The paths at which nothing of before is left. */
function vacatedBy(plan: Plan): string[] {
	const parked = new Set(plan.steps.flatMap((step) => (step.kind === 'park' ? [step.park] : [])));
	return plan.steps.flatMap((step) => {
		if (step.kind === 'remove' || step.kind === 'park') return [step.path];
		return step.kind === 'move' && !parked.has(step.from) ? [step.from] : [];
	});
}

function touchedBy(plan: Plan): string[] {
	const paths = [...plan.stage.map(({ path }) => path), ...plan.steps.map(({ path }) => path), ...vacatedBy(plan)];
	return [...new Set(paths)].filter((path) => parentOf(path) !== path);
}
