/** Does the steps of a plan, each after one more look at what it goes over. */
import { SysError } from '../abi/errno.ts';
import type { Tree } from '../host/atomic-tree.ts';
import { typeOf } from './machine-node.ts';
import type { Plan, Saved, StagedNode, Step } from './transaction.ts';

/** Somebody changed a path between the check and now. */
export class ChangedMeanwhile extends Error {
	override readonly name = 'ChangedMeanwhile';
	readonly path: string;

	constructor(path: string) {
		super(`${path} was changed by somebody else while changes were being applied.`);
		this.path = path;
	}
}

export function commitSteps(plan: Plan, tree: Tree): void {
	const types = new Map(plan.stage.map(({ temp, node }) => [temp, node.type]));
	for (const step of plan.steps) commitStep(step, tree, step.kind === 'place' ? types.get(step.temp) : undefined);
}

type StagedType = StagedNode['type'] | undefined;

/** `staged`: what a `place` puts there. */
function commitStep(step: Step, tree: Tree, staged: StagedType): void {
	switch (step.kind) {
		case 'remove':
			mustBe(tree, step.path, step.saved);
			if (step.saved.type === 'directory') tree.rmdir(step.path);
			else tree.unlink(step.path);
			return;
		case 'park':
			mustBeInode(tree, step.path, step.ino);
			tree.rename(step.path, step.park);
			return;
		case 'place':
			if (step.over === undefined) {
				placeNew(tree, step.temp, step.path, staged);
				return;
			}
			mustBe(tree, step.path, step.over);
			if (staged === 'link') renameOver(tree, step.temp, step.path);
			else tree.rename(step.temp, step.path);
			return;
		case 'move':
			mustBeInode(tree, step.from, step.ino);
			if (step.over === undefined) mustBeFree(tree, step.path);
			else mustBe(tree, step.path, step.over);
			renameOver(tree, step.from, step.path);
			return;
		case 'open':
		case 'attributes': {
			if (step.ino !== undefined) mustBeInode(tree, step.path, step.ino);
			const { mode, mtimeNs } = step.after;
			tree.setAttributes(step.path, {
				...(mode === undefined ? {} : { mode }),
				...(mtimeNs === undefined ? {} : { mtimeNs: BigInt(mtimeNs) }),
			});
			return;
		}
	}
}

/**
 * link(2) fails where a name is taken, which rename(2) does not: a file that somebody makes in this very moment is not
 * lost. Directories, and file systems without links, get the plain look before.
 */
function placeNew(tree: Tree, temp: string, path: string, staged: StagedType): void {
	if (staged !== 'directory') {
		try {
			tree.link(temp, path);
			tree.unlink(temp);
			return;
		} catch (error) {
			if (error instanceof SysError && error.code === 'EEXIST') throw new ChangedMeanwhile(path);
			if (!(error instanceof SysError && ['EPERM', 'EMLINK', 'EOPNOTSUPP'].includes(error.code))) throw error;
		}
	}
	mustBeFree(tree, path);
	tree.rename(temp, path);
}

/** rename(2) does nothing where both names are the same file already: two links of it. */
function renameOver(tree: Tree, from: string, path: string): void {
	tree.rename(from, path);
	if (tree.lstat(from) !== undefined) tree.unlink(from);
}

function mustBe(tree: Tree, path: string, saved: Saved): void {
	const now = tree.lstat(path);
	if (now === undefined || now.ino.toString() !== saved.ino || typeOf(now) !== saved.type)
		throw new ChangedMeanwhile(path);
	if (saved.type === 'file' && (now.size !== saved.size || now.mtimeNs.toString() !== saved.mtimeNs)) {
		throw new ChangedMeanwhile(path);
	}
}

function mustBeInode(tree: Tree, path: string, ino: string): void {
	if (tree.lstat(path)?.ino.toString() !== ino) throw new ChangedMeanwhile(path);
}

function mustBeFree(tree: Tree, path: string): void {
	if (tree.lstat(path) !== undefined) throw new ChangedMeanwhile(path);
}
