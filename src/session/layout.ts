/**
 * Where the paths of a change set lie before and after. The path of a delete and the `from` of a rename are paths of the
 * machine as it is; every other path is where a node stands when all is done (fs/change-set.ts). What stands there now may
 * have another name still, because a directory above it is renamed by the same change set.
 */
import { SysError } from '../abi/errno.ts';
import type { Stat } from '../fs/api.ts';
import type { Tree } from '../host/atomic-tree.ts';
import type { Change } from '../model/change.ts';
import { typeOf } from './machine-node.ts';
import { ancestorsOf, parentOf } from './paths.ts';

/** What stands at a path of the machine now. `blocked`: the way to it leads through a symlink or a file. */
export type Found =
	| { readonly kind: 'here'; readonly stat: Stat }
	| { readonly kind: 'absent' }
	| { readonly kind: 'blocked' };

export type Rename = Extract<Change, { kind: 'rename' }>;

/** How a rename is done: as one, or (other bytes, or another file system) as a new file and a removal. */
export type RenameWay = { readonly way: 'move' | 'rewrite'; readonly parked: boolean };

export type Layout = {
	/** What stands at a path of the machine, asked once. */
	readonly look: (path: string) => Found;
	/** Today's path of what will stand at `path` before this change set puts something there; undefined below a new directory. */
	readonly locate: (path: string) => string | undefined;
	readonly renames: ReadonlyMap<Rename, RenameWay>;
	/** Today's paths that are moved away. */
	readonly movedAway: ReadonlySet<string>;
	/** Final paths of directories that are moved as a whole. */
	readonly movedTo: ReadonlyMap<string, string>;
	/** Today's paths that must be gone before anything is placed, with what is there. */
	readonly removals: ReadonlySet<string>;
	/** Final paths of directories that are made. */
	readonly newDirectories: ReadonlySet<string>;
	/** Whether a directory is the user's own, but may not be written to until its mode is changed. */
	readonly isLocked: (path: string) => boolean;
	/** The directory in which what belongs at `path` is built: nothing above it is touched by this change set. */
	readonly stageDirectory: (path: string) => string;
};

export function layOut(changes: readonly Change[], tree: Tree): Layout {
	const look = lookOnce(tree);
	const newDirectories = new Set(changes.filter(makesDirectory).map((change) => change.path));
	const allRenames = changes.filter((change) => change.kind === 'rename');
	const movedTo = new Map<string, string>();
	for (const { base, path, from } of allRenames) if (base.type === 'directory') movedTo.set(path, from);
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
	for (const change of allRenames) {
		const way = isRewritten(change, look) ? 'rewrite' : 'move';
		ways.set(change, way);
		(way === 'move' ? movedAway : removals).add(change.from);
	}
	for (const change of changes) {
		if (change.kind === 'delete') removals.add(change.path);
		if (change.kind !== 'replace' && change.kind !== 'rename') continue;
		const occupant = locate(change.path);
		if (occupant === undefined || movedAway.has(occupant)) continue;
		const found = look(occupant);
		// rename(2) puts a file over a file; everything else has to be out of the way first.
		if (found.kind === 'here' && (typeOf(found.stat) === 'directory' || isDirectory(change))) removals.add(occupant);
	}

	const placed = new Set(changes.filter(isPlaced).map((change) => change.path));
	const renames = new Map<Rename, RenameWay>();
	for (const change of allRenames) {
		const { from } = change;
		const way = ways.get(change) ?? 'move';
		const parked =
			way === 'move' && (placed.has(from) || hasAncestorIn(from, movedAway) || hasAncestorIn(from, removals));
		renames.set(change, { way, parked });
	}
	const isLocked = (path: string) => {
		const found = look(path);
		return found.kind === 'here' && isLockedFor(found.stat, tree.user);
	};
	const isUnstable = (path: string) =>
		removals.has(path) || movedAway.has(path) || movedTo.has(path) || newDirectories.has(path) || isLocked(path);
	return {
		look,
		locate,
		renames,
		movedAway,
		movedTo,
		removals,
		newDirectories,
		isLocked,
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

function isRewritten(change: Rename, look: (path: string) => Found): boolean {
	if (hasContent(change)) return true;
	if (change.base.type !== 'directory' && change.after.type !== change.base.type) return true;
	if (change.base.type === 'directory') return false;
	const source = look(change.from);
	const target = look(parentOf(change.path));
	return source.kind === 'here' && target.kind === 'here' && source.stat.dev !== target.stat.dev;
}

/** To root no directory is locked; that of somebody else cannot be opened by us. */
function isLockedFor(stat: Stat, user: number): boolean {
	return user !== 0 && stat.uid === user && typeOf(stat) === 'directory' && (stat.mode & 0o200) === 0;
}

/** A symlink or a file on the way (never followed), or a directory that may not be entered. */
const blocking: readonly string[] = ['ENOTDIR', 'ELOOP', 'EACCES'];

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
		if (error instanceof SysError && blocking.includes(error.code)) return { kind: 'blocked' };
		throw error;
	}
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
