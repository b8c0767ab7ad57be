/** Builds what a plan wants beside where it will stand, under temporary names: nobody's own path is touched. */
import { createHash } from 'node:crypto';
import { SysError } from '../abi/errno.ts';
import type { Attributes, Tree } from '../host/atomic-tree.ts';
import type { SessionFiles } from '../host/session-files.ts';
import { syncOneByOne } from './checkpoint.ts';
import { chunkSize, lookAt, readThrough, typeOf } from './machine-node.ts';
import { isBelow, join, parentOf } from './paths.ts';
import { plainWriter, sparseWriter } from './sparse-copy.ts';
import type { Plan, Staged, StagedNode, StagedRecord, StageItem, Step } from './transaction.ts';

export class ContentError extends Error {
	override readonly name = 'ContentError';
}

/** `approved`: SHA-256 by content name, where the approval was bound to the bytes that were on the screen. */
export type Content = { readonly folder: string; readonly approved?: ReadonlyMap<string, string> };

type FileNode = Extract<StagedNode, { type: 'file' }>;

/** Throws SysError where the machine refuses, ContentError where the session's own bytes are not what they should be. */
export function stagePlan(plan: Plan, tree: Tree, files: SessionFiles, content: Content): Staged {
	const oneByOne = plan.stage.length <= syncOneByOne;
	const nodes = plan.stage.map((item) => build(item, tree, files, content, oneByOne));
	// Deepest first: to fill a directory changes its time, and its mode may forbid it.
	for (const { temp, node } of plan.stage.toReversed()) {
		if (node.type === 'directory') tree.setAttributes(temp, attributesOf(node));
	}
	return { kind: 'staged', nodes };
}

/** Makes sure that what was staged survives a crash of the machine, directories too. */
export function syncStaged(plan: Plan, tree: Tree): void {
	if (plan.stage.length > syncOneByOne) {
		tree.syncFileSystems(uniqueParents(rootTemps(plan)));
		return;
	}
	for (const { temp, node } of plan.stage) if (node.type === 'directory') tryToSync(tree, temp);
	for (const directory of uniqueParents(rootTemps(plan))) tryToSync(tree, directory);
}

/** The temporary names that stand in directories of the machine, and not within another temporary one. */
export function rootTemps(plan: Plan): string[] {
	return plan.steps.filter((step) => step.kind === 'place').map((step) => step.temp);
}

/** Makes sure that the steps themselves survive. */
export function syncSteps(steps: readonly Step[], tree: Tree): void {
	const touched = new Set<string>();
	for (const step of steps) {
		touched.add(parentOf(step.path));
		if (step.kind === 'place') touched.add(parentOf(step.temp));
		if (step.kind === 'move') touched.add(parentOf(step.from));
	}
	const seen = [...touched].map((directory) => nearestSeen(tree, directory));
	const directories = [...new Set(seen.map(({ directory }) => directory))].filter((directory) =>
		isDirectory(tree, directory),
	);
	const oneByOne = steps.length <= syncOneByOne && seen.every(({ hidden }) => !hidden);
	if (!oneByOne) tree.syncFileSystems(directories);
	else for (const directory of directories) tryToSync(tree, directory);
}

/** Removes a temporary tree. All in it is ours: nobody else can know its name. */
export function removeTemporary(tree: Tree, temp: string): void {
	const stat = tree.lstat(temp);
	if (stat === undefined) return;
	if (typeOf(stat) !== 'directory') {
		tree.unlink(temp);
		return;
	}
	tree.setAttributes(temp, { mode: 0o700 });
	for (const name of tree.list(temp)) removeTemporary(tree, join(temp, name));
	tree.rmdir(temp);
}

function build(item: StageItem, tree: Tree, files: SessionFiles, content: Content, sync: boolean): StagedRecord {
	const { temp, path, node } = item;
	switch (node.type) {
		case 'file':
			return stageFile(temp, path, node, tree, files, content, sync);
		case 'directory':
			tree.mkdir(temp);
			break;
		case 'symlink':
			tree.symlink(node.target, temp, node.owner);
			break;
		case 'link':
			tree.link(node.to, temp);
			break;
	}
	return recordOf(tree, temp);
}

function stageFile(
	temp: string,
	path: string,
	node: FileNode,
	tree: Tree,
	files: SessionFiles,
	content: Content,
	sync: boolean,
): StagedRecord {
	const to = tree.create(temp);
	try {
		const { sha256, size } = copyInto(to, node, tree, files, content);
		if (size !== node.size) {
			throw new ContentError(`${path}: its content has ${size} bytes and not ${node.size}: the session was changed.`);
		}
		const approved = node.source.kind === 'content' ? content.approved?.get(node.source.name) : undefined;
		if (approved !== undefined && approved !== sha256) {
			throw new ContentError(`${path}: its content is not what was approved. Review it again.`);
		}
		tree.settle(to, attributesOf(node));
		if (sync) tree.syncFile(to);
		const stat = tree.fstat(to);
		return { ino: stat.ino.toString(), size, mtimeNs: stat.mtimeNs.toString(), sha256 };
	} finally {
		tree.close(to);
	}
}

function copyInto(to: number, node: FileNode, tree: Tree, files: SessionFiles, content: Content) {
	const hash = createHash('sha256');
	const { source } = node;
	if (source.kind === 'empty') return { sha256: hash.digest('hex'), size: 0 };
	const reader = source.kind === 'content' ? files : tree;
	const path = source.kind === 'content' ? `${content.folder}/${source.name}` : source.path;
	const from = reader.openRead(path);
	// A file that was written in full keeps the room on the disk that it asked for. A look at a small one is not worth it.
	const hasHoles = source.kind === 'content' && node.size > chunkSize && files.sizeBelow(path) < node.size;
	const writer = hasHoles ? sparseWriter(tree, to) : plainWriter(tree, to);
	try {
		const size = readThrough(reader, from, hash, writer.take, node.size);
		writer.end();
		return { sha256: hash.digest('hex'), size };
	} finally {
		reader.close(from);
	}
}

function attributesOf(node: Exclude<StagedNode, { type: 'symlink' | 'link' }>): Attributes {
	const time = node.mtimeNs === undefined ? {} : { mtimeNs: BigInt(node.mtimeNs) };
	const owner = node.owner === undefined ? {} : { owner: node.owner };
	return { mode: node.mode, ...time, ...owner };
}

function recordOf(tree: Tree, temp: string): StagedRecord {
	const stat = tree.lstat(temp);
	if (stat === undefined) throw new SysError('ENOENT', temp);
	return { ino: stat.ino.toString(), size: stat.size, mtimeNs: stat.mtimeNs.toString() };
}

function uniqueParents(paths: readonly string[]): string[] {
	const parents = [...new Set(paths.map(parentOf))];
	return parents.filter((parent) => !paths.some((path) => isBelow(parent, path)));
}

/** A directory, or where its mode or that of one above it hides it by now, the nearest one above that can be seen. */
function nearestSeen(tree: Tree, directory: string): { readonly directory: string; readonly hidden: boolean } {
	for (let at = directory; ; at = parentOf(at)) {
		try {
			if (at !== '/') lookAt(tree, at);
			return { directory: at, hidden: at !== directory };
		} catch (error) {
			if (!(error instanceof SysError && error.code === 'EACCES')) throw error;
		}
	}
}

function isDirectory(tree: Tree, path: string): boolean {
	if (path === '/') return true;
	const stat = lookAt(tree, path);
	return stat !== undefined && typeOf(stat) === 'directory';
}

/** A directory that may not be read cannot be synced alone; then all of its file system is. */
function tryToSync(tree: Tree, directory: string): void {
	try {
		tree.syncDirectory(directory);
	} catch (error) {
		if (!(error instanceof SysError && error.code === 'EACCES')) throw error;
		tree.syncFileSystems([directory]);
	}
}
