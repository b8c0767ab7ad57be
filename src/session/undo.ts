/**
 * Takes a transaction back, whatever part of it was done: after an error, after a crash, and as rollback. It goes
 * through the steps backwards and looks at each path, so it can be broken off anywhere and begun again.
 * What somebody else changed meanwhile is left as it is and told, unless `force`.
 */
import { createHash } from 'node:crypto';
import { SysError } from '../abi/errno.ts';
import type { Stat } from '../fs/api.ts';
import type { Tree } from '../host/atomic-tree.ts';
import type { SessionFiles } from '../host/session-files.ts';
import type { Checkpoint } from './checkpoint.ts';
import { isSaved, isStaged, lookAt, readThrough, typeOf } from './machine-node.ts';
import { temporaryPrefix } from './make-plan.ts';
import { depthOf, isBelow, join, parentOf } from './paths.ts';
import { removeTemporary, rootTemps } from './stage.ts';
import type { Left, Plan, Saved, Staged, StagedRecord, StageItem, Step } from './transaction.ts';

export type UndoHost = { readonly tree: Tree; readonly files: SessionFiles; readonly checkpoint: Checkpoint };

/** Throws SysError where the machine refuses (a full disk): then it is not undone, and can be tried again. */
export function undoPlan(plan: Plan, staged: Staged | undefined, host: UndoHost, force: boolean): Left[] {
	const left: Left[] = [];
	const items = plan.stage.map((item, index) => ({ item, record: staged?.nodes[index] }));
	const undo = new Undo(plan, items, host, force, left);
	const steps = [...plan.steps.entries()].reverse();
	// Modes first, or a directory could be closed to what follows; then what is not in place, to make room on a full disk.
	if (staged !== undefined) for (const [index, step] of steps) if (step.kind === 'attributes') undo.step(step, index);
	for (const temp of rootTemps(plan)) if (lookAt(host.tree, temp) !== undefined) removeTemporary(host.tree, temp);
	if (staged === undefined) return [];
	for (const [index, step] of steps) if (step.kind !== 'attributes') undo.step(step, index);
	undo.finish();
	return left;
}

type BuiltItem = { readonly item: StageItem; readonly record: StagedRecord | undefined };

class Undo {
	readonly #plan: Plan;
	readonly #items: ReadonlyMap<string, BuiltItem>;
	readonly #trees: ReadonlyMap<string, readonly BuiltItem[]>;
	readonly #host: UndoHost;
	readonly #force: boolean;
	readonly #left: Left[];

	constructor(plan: Plan, items: readonly BuiltItem[], host: UndoHost, force: boolean, left: Left[]) {
		this.#plan = plan;
		this.#items = new Map(items.map((built) => [built.item.path, built]));
		this.#trees = treesOf(plan, items);
		this.#host = host;
		this.#force = force;
		this.#left = left;
	}

	step(step: Step, index: number): void {
		switch (step.kind) {
			case 'open':
			case 'attributes':
				this.#attributes(step);
				return;
			case 'move':
				this.#move(step, index);
				return;
			case 'place':
				this.#place(step, index);
				return;
			case 'park':
				this.#moveBack(step.park, step.path, step.ino);
				return;
			case 'remove':
				this.#putBack(step.path, step.saved, index);
				return;
		}
	}

	/** Directories that were put back get their mode and time when they are full again. */
	finish(): void {
		const directories = this.#plan.steps.flatMap((step) =>
			step.kind === 'remove' && step.saved.type === 'directory' ? [{ path: step.path, saved: step.saved }] : [],
		);
		for (const { path, saved } of directories.sort((a, b) => depthOf(b.path) - depthOf(a.path))) {
			if (typeNow(this.#look(path)) !== 'directory') continue;
			this.#host.tree.setAttributes(path, {
				mode: saved.mode,
				mtimeNs: BigInt(saved.mtimeNs),
				owner: saved.owner,
			});
		}
	}

	#attributes(step: Extract<Step, { kind: 'open' | 'attributes' }>): void {
		// Under this name another file may stand still, or again.
		const ino = step.ino ?? this.#items.get(step.path)?.record?.ino;
		if (ino === undefined || this.#look(step.path)?.ino.toString() !== ino) return;
		const { mode, mtimeNs } = step.before;
		this.#host.tree.setAttributes(step.path, {
			...(mode === undefined ? {} : { mode }),
			...(mtimeNs === undefined ? {} : { mtimeNs: BigInt(mtimeNs) }),
		});
	}

	#move(step: Extract<Step, { kind: 'move' }>, index: number): void {
		this.#moveBack(step.path, step.from, step.ino);
		if (step.over !== undefined) this.#putBack(step.path, step.over, index);
	}

	#moveBack(now: string, before: string, ino: string): void {
		const stat = this.#look(now);
		const isIt = stat !== undefined && stat.ino.toString() === ino;
		if (!isIt && this.#look(before)?.ino.toString() === ino) return;
		if (stat === undefined) {
			this.#leave(now, 'it is gone, so it cannot be moved back');
			return;
		}
		if (!isIt && !this.#force) {
			this.#leave(now, 'another file stands there now, it was not moved back');
			return;
		}
		if (this.#look(before) !== undefined) {
			this.#leave(before, `it was made meanwhile; what was there is at ${now}`);
			return;
		}
		this.#host.tree.rename(now, before);
	}

	#place(step: Extract<Step, { kind: 'place' }>, index: number): void {
		const stat = this.#look(step.path);
		const built = this.#items.get(step.path);
		if (step.over !== undefined) {
			if (stat !== undefined && isSaved(this.#host.tree, step.path, stat, step.over)) return;
			if (stat !== undefined && !this.#isOurs(step.path, stat, built) && !this.#overrule(step.path, stat)) {
				this.#leave(step.path, 'it was changed by somebody else; the original is in the checkpoint');
				return;
			}
			this.#restore(step.path, step.over, index);
			return;
		}
		if (stat === undefined) return;
		const parts = this.#trees.get(step.path) ?? [];
		for (const part of parts.toReversed()) this.#makeWritable(part);
		for (const part of parts) this.#takeAway(part);
	}

	#makeWritable({ item, record }: BuiltItem): void {
		if (item.node.type !== 'directory' || (item.node.mode & 0o700) === 0o700) return;
		if (this.#look(item.path)?.ino.toString() !== record?.ino) return;
		this.#host.tree.setAttributes(item.path, { mode: item.node.mode | 0o700 });
	}

	#takeAway(built: BuiltItem): void {
		const { path } = built.item;
		const stat = this.#look(path);
		if (stat === undefined) return;
		const ours = this.#isOurs(path, stat, built);
		if (!ours && !this.#overrule(path, stat)) {
			this.#leave(path, 'it was changed by somebody else, so it stays');
			return;
		}
		if (typeNow(stat) !== 'directory') {
			this.#host.tree.unlink(path);
			return;
		}
		if (this.#host.tree.list(path).length > 0) {
			this.#leave(path, 'it holds files that are not of this session');
			return;
		}
		this.#host.tree.rmdir(path);
	}

	#putBack(path: string, saved: Saved, index: number): void {
		const stat = this.#look(path);
		if (stat === undefined) {
			this.#restore(path, saved, index);
			return;
		}
		if (isSaved(this.#host.tree, path, stat, saved)) return;
		if (!this.#overrule(path, stat) || typeNow(stat) === 'directory' || saved.type === 'directory') {
			this.#leave(path, 'it was made by somebody else; the original is in the checkpoint');
			return;
		}
		this.#restore(path, saved, index);
	}

	#restore(path: string, saved: Saved, index: number): void {
		const { tree, files, checkpoint } = this.#host;
		if (typeNow(this.#look(parentOf(path))) !== 'directory') {
			this.#leave(path, 'its directory is gone');
			return;
		}
		const temp = join(parentOf(path), `${temporaryPrefix}${this.#plan.token}-u${index}`);
		removeTemporary(tree, temp);
		switch (saved.type) {
			case 'file':
				writeSaved(temp, saved, tree, files, checkpoint);
				break;
			case 'symlink':
				tree.symlink(saved.target, temp, saved.owner);
				break;
			case 'directory':
				tree.mkdir(temp);
				break;
		}
		tree.rename(temp, path);
	}

	#isOurs(path: string, stat: Stat, built: BuiltItem | undefined): boolean {
		if (built?.record === undefined) return false;
		return isStaged(this.#host.tree, path, stat, built.item.node, built.record);
	}

	/** With force, what somebody else wrote is kept in the checkpoint too before it goes. */
	#overrule(path: string, stat: Stat): boolean {
		if (!this.#force || typeNow(stat) === 'other') return false;
		if (typeNow(stat) === 'file') this.#host.checkpoint.save(path);
		return true;
	}

	#look(path: string): Stat | undefined {
		return lookAt(this.#host.tree, path);
	}

	#leave(path: string, why: string): void {
		this.#left.push({ path, why });
	}
}

function writeSaved(
	temp: string,
	saved: Extract<Saved, { type: 'file' }>,
	tree: Tree,
	files: SessionFiles,
	checkpoint: Checkpoint,
): void {
	const from = files.openRead(checkpoint.fileOf(saved.sha256));
	const to = tree.create(temp);
	try {
		const hash = createHash('sha256');
		readThrough(files, from, hash, (chunk) => tree.write(to, chunk), saved.size);
		if (hash.digest('hex') !== saved.sha256) {
			throw new SysError('EIO', `${checkpoint.fileOf(saved.sha256)} is damaged, so it is not put back`);
		}
		tree.settle(to, { mode: saved.mode, owner: saved.owner, mtimeNs: BigInt(saved.mtimeNs) });
	} finally {
		tree.close(to);
		files.close(from);
	}
}

/** Each tree that was placed as a whole, deepest first. */
function treesOf(plan: Plan, items: readonly BuiltItem[]): Map<string, BuiltItem[]> {
	const rootOf = new Map(plan.steps.flatMap((step) => (step.kind === 'place' ? [[step.temp, step.path]] : [])));
	const trees = new Map<string, BuiltItem[]>();
	for (const built of items) {
		let temp = built.item.temp;
		while (!rootOf.has(temp) && temp !== '/') temp = parentOf(temp);
		const root = rootOf.get(temp);
		if (root === undefined || (root !== built.item.path && !isBelow(built.item.path, root))) continue;
		const tree = trees.get(root);
		if (tree === undefined) trees.set(root, [built]);
		else tree.push(built);
	}
	for (const tree of trees.values()) tree.sort((a, b) => depthOf(b.item.path) - depthOf(a.item.path));
	return trees;
}

function typeNow(stat: Stat | undefined) {
	return stat === undefined ? undefined : typeOf(stat);
}
