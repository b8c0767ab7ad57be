/**
 * Where the paths of a change set lie before and after. `path` of a change is where a node stands when all is done;
 * what stands there now may have another name still, because a directory above it is renamed by the same change set.
 */
import { SysError } from '../abi/errno.ts';
import type { Stat } from '../fs/api.ts';
import type { Tree } from '../host/atomic-tree.ts';
import type { Base, Change } from '../model/change.ts';
import { typeOf } from './machine-node.ts';
import { ancestorsOf, isBelow, parentOf } from './paths.ts';

/** What stands at a path of the machine now. `blocked`: the way to it leads through a symlink or a file. */
export type Found =
	| { readonly kind: 'here'; readonly stat: Stat }
	| { readonly kind: 'absent' }
	| { readonly kind: 'blocked' };

export type Rename = Extract<Change, { kind: 'rename' }>;

/** How a rename is done: as one, or (other bytes, or another file system) as a new file and a removal. */
export type RenameWay = { readonly from: string; readonly way: 'move' | 'rewrite'; readonly parked: boolean };

export type Layout = {
	/** What stands at a path of the machine, asked once. */
	readonly look: (path: string) => Found;
	/** Today's path of what will stand at `path` before this change set puts something there; undefined below a new directory. */
	readonly locate: (path: string) => string | undefined;
	/** Today's path of what a delete or a rename is about. */
	readonly originalOf: (path: string, base: Base) => string;
	readonly renames: ReadonlyMap<Rename, RenameWay>;
	/** Today's paths that are moved away. */
	readonly movedAway: ReadonlySet<string>;
	/** Final paths of directories that are moved as a whole. */
	readonly movedTo: ReadonlyMap<string, string>;
	/** Today's paths that must be gone before anything is placed, with what is there. */
	readonly removals: ReadonlySet<string>;
	/** Final paths of directories that are made. */
	readonly newDirectories: ReadonlySet<string>;
	/** The directory in which what belongs at `path` is built: nothing above it is touched by this change set. */
	readonly stageDirectory: (path: string) => string;
};

export function layOut(changes: readonly Change[], tree: Tree): Layout {
	const look = lookOnce(tree);
	const rawRenames = new Map<string, string>();
	const newDirectories = new Set<string>();
	for (const change of changes) {
		if (change.kind === 'rename') rawRenames.set(change.path, change.from);
		if (makesDirectory(change)) newDirectories.add(change.path);
	}
	const originalOf = (path: string, base: Base): string => {
		if (isInode(look(path), base)) return path;
		const mapped = mapBack(path, rawRenames);
		if (mapped !== path && (isInode(look(mapped), base) || look(path).kind !== 'here')) return mapped;
		return path;
	};

	const origins = new Map<Rename, string>();
	for (const change of changes) if (change.kind === 'rename') origins.set(change, originalOf(change.from, change.base));
	const movedTo = new Map<string, string>();
	for (const [change, from] of origins) if (change.base.type === 'directory') movedTo.set(change.path, from);
	const locate = (path: string): string | undefined => {
		for (const above of ancestorsOf(path)) {
			if (newDirectories.has(above)) return undefined;
			const from = movedTo.get(above);
			if (from !== undefined) return from + path.slice(above.length);
		}
		return path;
	};

	const movedAway = new Set<string>();
	const removals = new Set<string>();
	const ways = new Map<Rename, 'move' | 'rewrite'>();
	for (const [change, from] of origins) {
		const way = isRewritten(change, from, look) ? 'rewrite' : 'move';
		ways.set(change, way);
		(way === 'move' ? movedAway : removals).add(from);
	}
	for (const change of changes) {
		if (change.kind === 'delete') removals.add(originalOf(change.path, change.base));
		if (change.kind !== 'replace' && change.kind !== 'rename') continue;
		const occupant = locate(change.path);
		if (occupant === undefined || movedAway.has(occupant)) continue;
		const found = look(occupant);
		// rename(2) puts a file over a file; everything else has to be out of the way first.
		if (found.kind === 'here' && (typeOf(found.stat) === 'directory' || isDirectory(change))) removals.add(occupant);
	}

	const placed = new Set(changes.filter(isPlaced).map((change) => change.path));
	const renames = new Map<Rename, RenameWay>();
	for (const [change, from] of origins) {
		const way = ways.get(change) ?? 'move';
		const parked =
			way === 'move' && (placed.has(from) || hasAncestorIn(from, movedAway) || hasAncestorIn(from, removals));
		renames.set(change, { from, way, parked });
	}
	const isUnstable = (path: string) =>
		removals.has(path) || movedAway.has(path) || movedTo.has(path) || newDirectories.has(path);
	return {
		look,
		locate,
		originalOf,
		renames,
		movedAway,
		movedTo,
		removals,
		newDirectories,
		stageDirectory: memoByParent((directory) => stableDirectory(directory, isUnstable)),
	};
}

/** Whether a change puts something new at its path (and does not only alter what is there). */
export function isPlaced(change: Change): boolean {
	switch (change.kind) {
		case 'create':
		case 'replace':
		case 'rename':
			return true;
		case 'modify':
			return change.after.type === 'symlink' || change.after.type === 'link' || hasContent(change);
		case 'delete':
			return false;
	}
}

export function hasContent(change: Change): boolean {
	return change.kind !== 'delete' && change.after.type === 'file' && change.after.content !== undefined;
}

/** Whether what stands at the path of the change afterwards is a directory. */
function isDirectory(change: Change): boolean {
	return change.kind !== 'delete' && change.after.type === 'directory';
}

function makesDirectory(change: Change): boolean {
	return (change.kind === 'create' || change.kind === 'replace') && change.after.type === 'directory';
}

function isRewritten(change: Rename, from: string, look: (path: string) => Found): boolean {
	if (hasContent(change)) return true;
	if (change.base.type !== 'directory' && change.after.type !== change.base.type) return true;
	if (change.base.type === 'directory') return false;
	const source = look(from);
	const target = look(parentOf(change.path));
	return source.kind === 'here' && target.kind === 'here' && source.stat.dev !== target.stat.dev;
}

function lookOnce(tree: Tree): (path: string) => Found {
	const known = new Map<string, Found>();
	return (path) => {
		const before = known.get(path);
		if (before !== undefined) return before;
		const found = find(tree, path);
		known.set(path, found);
		return found;
	};
}

function find(tree: Tree, path: string): Found {
	try {
		const stat = tree.lstat(path);
		return stat === undefined ? { kind: 'absent' } : { kind: 'here', stat };
	} catch (error) {
		if (error instanceof SysError && (error.code === 'ENOTDIR' || error.code === 'ELOOP')) return { kind: 'blocked' };
		throw error;
	}
}

function isInode(found: Found, base: Base): boolean {
	return found.kind === 'here' && found.stat.ino.toString() === base.ino && typeOf(found.stat) === base.type;
}

/** Where the base of a change stands on the machine today: below a directory that is renamed, under its old name. */
export function todayPathOf(changes: readonly Change[]): (change: Change) => string {
	const renames = new Map<string, string>();
	for (const change of changes) {
		if (change.kind === 'rename' && change.base.type === 'directory') renames.set(change.path, change.from);
	}
	return (change) => mapBack(change.kind === 'rename' ? change.from : change.path, renames);
}

/** Undoes the renames of directories above a path. The longest new name counts first, as it was made last. */
function mapBack(path: string, renames: ReadonlyMap<string, string>): string {
	let mapped = path;
	// A chain of renames is at most as long as there are renames; more would be a circle.
	for (let left = renames.size; left > 0; left--) {
		let above: string | undefined;
		for (const candidate of ancestorsOf(mapped)) {
			if (!renames.has(candidate)) continue;
			above = candidate;
			break;
		}
		const from = above === undefined ? undefined : renames.get(above);
		if (above === undefined || from === undefined || isBelow(from, above)) return mapped;
		mapped = from + mapped.slice(above.length);
	}
	return mapped;
}

function hasAncestorIn(path: string, set: ReadonlySet<string>): boolean {
	if (set.size === 0) return false;
	for (const above of ancestorsOf(path)) if (set.has(above)) return true;
	return false;
}

/** The nearest directory at or above `directory` such that neither it nor one above it is touched. */
function stableDirectory(directory: string, isUnstable: (path: string) => boolean): string {
	let stable = directory;
	for (let at = directory; at !== '/'; at = parentOf(at)) if (isUnstable(at)) stable = parentOf(at);
	return stable;
}

function memoByParent(compute: (directory: string) => string): (path: string) => string {
	const known = new Map<string, string>();
	return (path) => {
		const directory = parentOf(path);
		const before = known.get(directory);
		if (before !== undefined) return before;
		const computed = compute(directory);
		known.set(directory, computed);
		return computed;
	};
}
