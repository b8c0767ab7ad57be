/** Checks a change set against the machine as it is now. Whatever is not as the guest saw it is a conflict. */
import { SysError } from '../abi/errno.ts';
import type { Stat } from '../fs/api.ts';
import type { Tree } from '../host/atomic-tree.ts';
import type { Base, Change } from '../model/change.ts';
import { hasContent, isPlaced, type Layout } from './layout.ts';
import { isBase, typeOf } from './machine-node.ts';
import { join, parentOf } from './paths.ts';

export type Conflict = {
	/** The machine's path that is not as it was. */
	readonly path: string;
	/** The change that it stands against, by its path. */
	readonly change: string;
	readonly kind: 'changed' | 'exists' | 'gone' | 'parent' | 'not-empty' | 'unsupported';
	/** One sentence. */
	readonly why: string;
	/** Whether `force` goes over it. The rest cannot be done whoever says so. */
	readonly forceable: boolean;
};

/** What stands at a path now, in a form that differs whenever anybody touches it. */
export function stampNow(tree: Tree, path: string): string {
	try {
		const now = tree.lstat(path);
		return now === undefined ? 'nothing' : `${now.ino} ${now.mode} ${now.size} ${now.mtimeNs} ${now.ctimeNs}`;
	} catch (error) {
		if (error instanceof SysError) return error.code;
		throw error;
	}
}

export function findConflicts(changes: readonly Change[], layout: Layout, tree: Tree): Conflict[] {
	const conflicts: Conflict[] = [];
	const places = new Map<string, string>();
	for (const change of changes) {
		const twice = places.get(change.path);
		if (twice !== undefined && change.kind !== 'delete') conflicts.push(twoAtOnePath(change));
		if (change.kind !== 'delete') places.set(change.path, change.kind);
		conflicts.push(...conflictsOf(change, layout, tree));
	}
	return conflicts;
}

function conflictsOf(change: Change, layout: Layout, tree: Tree): Conflict[] {
	switch (change.kind) {
		case 'create':
			return [...parentConflicts(change, layout), ...newPlaceConflicts(change, layout), ...targetConflicts(change)];
		case 'modify':
		case 'replace': {
			const path = layout.locate(change.path);
			const own =
				path === undefined ? [gone(change, change.path)] : baseConflicts(change, path, change.base, layout, tree);
			return [
				...parentConflicts(change, layout),
				...own,
				...emptyConflicts(change, path, layout, tree),
				...targetConflicts(change),
			];
		}
		case 'delete': {
			const { path, base } = change;
			return [...baseConflicts(change, path, base, layout, tree), ...emptyConflicts(change, path, layout, tree)];
		}
		case 'rename': {
			const { from } = change;
			const occupant = layout.locate(change.path);
			const target =
				change.replaces === undefined || occupant === undefined
					? newPlaceConflicts(change, layout)
					: baseConflicts(change, occupant, change.replaces, layout, tree);
			return [
				...parentConflicts(change, layout),
				...baseConflicts(change, from, change.base, layout, tree),
				...target,
				...emptyConflicts(change, occupant, layout, tree),
				...targetConflicts(change),
				...deviceConflicts(change, from, layout),
			];
		}
	}
}

/** The directory that is to hold a path must be one: already, or after this change set. */
function parentConflicts(change: Change, layout: Layout): Conflict[] {
	const parent = parentOf(change.path);
	if (parent === '/' || layout.newDirectories.has(parent) || layout.movedTo.has(parent)) return [];
	const path = layout.locate(parent);
	const why = parentFlaw(path, layout);
	if (why === undefined) return [];
	return [{ path: path ?? parent, change: change.path, kind: 'parent', why: `${parent} ${why}`, forceable: false }];
}

function parentFlaw(path: string | undefined, layout: Layout): string | undefined {
	if (path === undefined) return 'is not made: the change that makes it is not among those approved.';
	const found = layout.look(path);
	if (found.kind === 'blocked') return 'cannot be reached: a directory on the way to it was replaced.';
	if (found.kind === 'absent') return 'does not exist, and no approved change makes it.';
	if (typeOf(found.stat) !== 'directory') return 'is no longer a directory.';
	if (layout.removals.has(path) || layout.movedAway.has(path))
		return 'is deleted or moved away by another approved change.';
	return undefined;
}

/** Where something new is to stand, nothing may. */
function newPlaceConflicts(change: Change, layout: Layout): Conflict[] {
	const path = layout.locate(change.path);
	if (path === undefined || layout.removals.has(path) || layout.movedAway.has(path)) return [];
	const found = layout.look(path);
	if (found.kind !== 'here') return [];
	const whole = change.kind !== 'delete' && change.after.type === 'directory';
	const forceable = typeOf(found.stat) !== 'directory' && typeOf(found.stat) !== 'other' && !whole;
	return [
		{ path, change: change.path, kind: 'exists', why: `${path} was made by somebody else meanwhile.`, forceable },
	];
}

function baseConflicts(change: Change, path: string, base: Base, layout: Layout, tree: Tree): Conflict[] {
	const found = layout.look(path);
	switch (found.kind) {
		case 'blocked':
			return [
				{
					path,
					change: change.path,
					kind: 'parent',
					why: `${path} cannot be reached: a directory on the way to it was replaced.`,
					forceable: false,
				},
			];
		case 'absent':
			return [gone(change, path)];
		case 'here':
			if (typeOf(found.stat) === 'other') return [unsupported(change, path)];
			if (isBase(tree, path, found.stat, base)) return [];
			return [changed(change, path, base, found.stat)];
	}
}

function changed(change: Change, path: string, base: Base, now: Stat): Conflict {
	const type = typeOf(now);
	const why =
		type === base.type
			? `${path} was changed by somebody else meanwhile.`
			: `${path} was a ${base.type} and is a ${type}.`;
	return { path, change: change.path, kind: 'changed', why, forceable: type === base.type };
}

/** A file that went away can be written all the same where all its bytes are known. */
function gone(change: Change, path: string): Conflict {
	const forceable = change.kind !== 'rename' && change.kind !== 'delete' && hasContent(change);
	return { path, change: change.path, kind: 'gone', why: `${path} was removed by somebody else meanwhile.`, forceable };
}

/** A directory that goes must hold nothing but what this change set takes out of it. */
function emptyConflicts(change: Change, path: string | undefined, layout: Layout, tree: Tree): Conflict[] {
	if (path === undefined || !layout.removals.has(path)) return [];
	const found = layout.look(path);
	if (found.kind !== 'here' || typeOf(found.stat) !== 'directory') return [];
	const left = tree
		.list(path)
		.map((name) => join(path, name))
		.filter((entry) => !layout.removals.has(entry) && !layout.movedAway.has(entry));
	return left.map((entry) => ({
		path: entry,
		change: change.path,
		kind: 'not-empty',
		why: `${path} still holds ${entry}, which no approved change deletes or moves.`,
		forceable: false,
	}));
}

/** What a change set wants that cannot be built. */
function targetConflicts(change: Change): Conflict[] {
	if (change.path === '/') return [rootItself(change)];
	if (change.kind === 'delete' || change.after.type !== 'file') return [];
	const empty = change.after.size === 0;
	if (change.kind === 'modify' || change.kind === 'rename' || empty || isPlaced(change) === hasContent(change))
		return [];
	const why = `${change.path}: the change set names no content for it.`;
	return [{ path: change.path, change: change.path, kind: 'unsupported', why, forceable: false }];
}

function deviceConflicts(change: Change, from: string, layout: Layout): Conflict[] {
	const source = layout.look(from);
	const target = layout.look(layout.stageDirectory(change.path));
	if (source.kind !== 'here' || target.kind !== 'here' || typeOf(source.stat) !== 'directory') return [];
	if (source.stat.dev === target.stat.dev) return [];
	const why = `${from} is a directory and cannot be moved to ${change.path}, which is on another file system.`;
	return [{ path: from, change: change.path, kind: 'unsupported', why, forceable: false }];
}

function unsupported(change: Change, path: string): Conflict {
	const why = `${path} is a device, socket or pipe: it could not be put back, so it is not changed.`;
	return { path, change: change.path, kind: 'unsupported', why, forceable: false };
}

function rootItself(change: Change): Conflict {
	const why = 'The root directory of the machine itself is not changed.';
	return { path: '/', change: change.path, kind: 'unsupported', why, forceable: false };
}

function twoAtOnePath(change: Change): Conflict {
	const why = `${change.path} is named by two changes.`;
	return { path: change.path, change: change.path, kind: 'unsupported', why, forceable: false };
}
