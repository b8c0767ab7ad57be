/** Checks, before a rollback, that the machine is still as the apply left it. */
import { SysError } from '../abi/errno.ts';
import type { Stat } from '../fs/api.ts';
import type { Tree } from '../host/atomic-tree.ts';
import type { Conflict } from './conflicts.ts';
import { isStaged, lookAt, permissions, typeOf } from './machine-node.ts';
import { ancestorsOf, join } from './paths.ts';
import type { Plan, Staged, StagedRecord, StageItem, Step } from './transaction.ts';

export function rollbackConflicts(plan: Plan, staged: Staged, tree: Tree): Conflict[] {
	const moved = new Set(plan.steps.flatMap((step) => (step.kind === 'move' ? [step.path] : [])));
	const placed = new Set([...plan.stage.map(({ path }) => path), ...moved]);
	return [
		...plan.stage.flatMap((item, index) => itemConflicts(item, staged.nodes[index], tree)),
		...plan.stage.flatMap((item) => extraConflicts(item, placed, tree)),
		...plan.steps.flatMap((step) => stepConflicts(step, tree)),
		...vacatedBy(plan).flatMap((path) => {
			// Below a directory that was moved to here stands what came with it; with it, it goes away again.
			if (placed.has(path) || [...ancestorsOf(path)].some((above) => moved.has(above))) return [];
			return isFree(tree, path) ? [] : [conflict(path, 'exists', 'was made since it was removed or moved away', false)];
		}),
	];
}

/** The paths at which nothing of before is left. */
export function vacatedBy(plan: Plan): string[] {
	const parked = new Set(plan.steps.flatMap((step) => (step.kind === 'park' ? [step.park] : [])));
	return plan.steps.flatMap((step) => {
		if (step.kind === 'remove' || step.kind === 'park') return [step.path];
		return step.kind === 'move' && !parked.has(step.from) ? [step.from] : [];
	});
}

function itemConflicts({ path, node }: StageItem, record: StagedRecord | undefined, tree: Tree): Conflict[] {
	return unlessHidden(() => {
		const now = lookAt(tree, path);
		if (now === undefined)
			return [conflict(path, 'gone', 'was removed since it was applied', node.type !== 'directory')];
		if (record !== undefined && isStaged(tree, path, now, node, record)) return [];
		return [conflict(path, 'changed', 'was changed since it was applied', typeOf(now) !== 'directory')];
	});
}

/** What others put into a directory that rollback removes. */
function extraConflicts({ path, node }: StageItem, placed: ReadonlySet<string>, tree: Tree): Conflict[] {
	if (node.type !== 'directory') return [];
	return unlessHidden(() => {
		const now = lookAt(tree, path);
		if (now === undefined || typeOf(now) !== 'directory') return [];
		const extras = tree.list(path).map((name) => join(path, name));
		return extras
			.filter((extra) => !placed.has(extra))
			.map((extra) => conflict(extra, 'not-empty', 'was made since, in a directory that rollback removes', false));
	});
}

function stepConflicts(step: Step, tree: Tree): Conflict[] {
	switch (step.kind) {
		case 'move':
			return unlessHidden(() => {
				const now = lookAt(tree, step.path);
				if (isInode(now, step.ino)) return [];
				return [conflict(step.path, 'changed', 'is not what was moved there', now !== undefined)];
			});
		case 'attributes':
			return unlessHidden(() => {
				const now = lookAt(tree, step.path);
				const same = now !== undefined && (step.ino === undefined || isInode(now, step.ino));
				if (same && (step.after.mode === undefined || permissions(now) === step.after.mode)) return [];
				return [conflict(step.path, 'changed', 'was changed since it was applied', true)];
			});
		case 'open':
		case 'remove':
		case 'park':
		case 'place':
			return [];
	}
}

function isInode(now: Stat | undefined, ino: string): boolean {
	return now !== undefined && now.ino.toString() === ino;
}

function isFree(tree: Tree, path: string): boolean {
	return unlessHidden(() => (lookAt(tree, path) === undefined ? [] : [path])).length === 0;
}

/** A script can make directories that their owner may not look into. Undo opens them, and then looks at each path again. */
function unlessHidden<T>(look: () => T[]): T[] {
	try {
		return look();
	} catch (error) {
		if (error instanceof SysError && error.code === 'EACCES') return [];
		throw error;
	}
}

function conflict(path: string, kind: Conflict['kind'], why: string, forceable: boolean): Conflict {
	return { path, change: path, kind, why: `${path} ${why}.`, forceable };
}
