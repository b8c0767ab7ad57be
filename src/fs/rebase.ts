/** After changes were made on the machine in mid-run: the upper tree lets go of what the machine has now. */
import type { Change } from '../model/change.ts';
import { baseOf } from './base.ts';
import { formatOf, S_IFDIR } from './mode.ts';
import { type DirectoryNode, type FileNode, lowerOf, type Node } from './node.ts';
import type { Overlay } from './overlay.ts';
import { basename, depth, dirname, isBelow, join } from './path.ts';
import type { TreeRecord } from './record.ts';

/**
 * `applied`: changes of this tree's change set that are on the machine now. What was put there is read from the machine from now
 * on, so a command that changes it is seen; open files of it go on with the machine's file. Contents stay on disk for the record.
 */
export function rebaseTree(overlay: Overlay, applied: readonly Change[]): void {
	const moved = movement(applied);
	overlay.commit([
		...clearWhiteouts(overlay, applied),
		...moveBases(overlay, applied, moved),
		...moveOrigins(overlay, moved),
	]);
	moveUntouched(overlay, moved);
	const put = applied.filter((change) => change.kind !== 'delete').map((change) => change.path);
	for (const path of put.sort((a, b) => depth(a) - depth(b))) settle(overlay, path, new Set(put));
	overlay.commit(recount(overlay));
}

type Movement = (path: string) => string;

/** Where each path of the machine is after the applied renames. */
function movement(applied: readonly Change[]): Movement {
	const renames = applied.flatMap((change) => (change.kind === 'rename' ? [change] : []));
	// The deepest one counts: what moved out of a directory did not move with it.
	renames.sort((a, b) => depth(b.from) - depth(a.from));
	return (path) => {
		const rename = renames.find(({ from }) => path === from || isBelow(path, from));
		return rename === undefined ? path : rename.path + path.slice(rename.from.length);
	};
}

/** Whiteouts over what is no longer there. */
function clearWhiteouts({ tree }: Overlay, applied: readonly Change[]): TreeRecord[] {
	return applied.flatMap((change): TreeRecord[] => {
		if (change.kind !== 'delete' && change.kind !== 'rename') return [];
		const gone = change.kind === 'delete' ? change.path : change.from;
		const directory = tree.byLower.get(dirname(gone));
		const name = basename(gone);
		if (directory?.children.get(name)?.kind !== 'hidden') return [];
		return [{ op: 'clear', dir: directory.id, name, sub: 0 }];
	});
}

function moveBases({ tree, host }: Overlay, applied: readonly Change[], moved: Movement): TreeRecord[] {
	const done = new Set(
		applied.flatMap((change) => (change.kind === 'rename' ? [change.from, change.path] : [change.path])),
	);
	const gone: TreeRecord[] = [];
	const kept: TreeRecord[] = [];
	for (const [path, { base, order }] of tree.bases) {
		const now = moved(path);
		if (done.has(path)) gone.push({ op: 'unbase', path });
		else {
			// Applying changed the times of directories; a file that was not applied keeps what it was based on.
			const stat = base.type === 'directory' ? host.lstat(now) : undefined;
			const fresh = stat === undefined ? base : baseOf(host, now, stat, false);
			if (now !== path) gone.push({ op: 'unbase', path });
			if (now !== path || fresh !== base) kept.push({ op: 'base', path: now, base: fresh, order });
		}
	}
	return [...gone, ...kept];
}

function moveOrigins({ tree }: Overlay, moved: Movement): TreeRecord[] {
	const records: TreeRecord[] = [];
	for (const node of tree.nodes.values()) {
		if (node.origin === undefined || node.links === 0) continue;
		const origin = moved(node.origin);
		const below = lowerOf(node);
		const lower = below === undefined ? undefined : moved(below);
		if (origin === node.origin) continue;
		records.push({ op: 'moved', id: node.id, origin, ...(lower === undefined ? {} : { lower }) });
	}
	return records;
}

function moveUntouched(overlay: Overlay, moved: Movement): void {
	const files = [...overlay.untouched.values()];
	overlay.untouched.clear();
	for (const node of files) {
		if (node.origin === undefined) continue;
		node.origin = moved(node.origin);
		node.lower = node.origin;
		overlay.untouched.set(node.origin, node);
	}
}

/** What stands at `path` in the tree is what the machine has there. */
function settle(overlay: Overlay, path: string, put: ReadonlySet<string>): void {
	const { tree } = overlay;
	const directory = tree.byLower.get(dirname(path));
	const entry = directory?.children.get(basename(path));
	const node = path === '/' ? tree.root : entry?.kind === 'node' ? entry.node : undefined;
	if (node === undefined || directory === undefined) return;
	const lower: TreeRecord = { op: 'lower', id: node.id, lower: path };
	if (node.kind === 'directory') {
		overlay.commit([lower]);
		return;
	}
	const own = { directory, name: basename(path), path };
	const names = node.links === 1 ? [own] : namesOf(tree.root, '/', node);
	const isThere = (name: Name) => put.has(name.path) || (name.path === node.origin && isUntouched(node));
	if (names.every(isThere)) {
		const base: TreeRecord[] = node.origin === undefined ? [] : [{ op: 'unbase', path: node.origin }];
		const clear = names.map((name): TreeRecord => ({ op: 'clear', dir: name.directory.id, name: name.name, sub: 0 }));
		overlay.commit([...base, lower, ...clear]);
	} else if (names.every((name) => name.path !== node.origin)) overlay.commit([lower]);
	if (node.kind === 'file' && node.lower !== undefined) goOn(overlay, node, node.lower);
}

/** An open file reads the machine's file from now on, and gets a new copy when it is written again. */
function goOn(overlay: Overlay, node: FileNode, path: string): void {
	overlay.content.close(node);
	node.dirty = false;
	if (node.links === 0 && node.opens > 0) overlay.untouched.set(path, node);
}

/** Whether the node itself is as the machine has it, whatever names it got. */
function isUntouched(node: Node): boolean {
	return node.kind === 'symlink' || (lowerOf(node) !== undefined && !node.modeSet && !node.timesSet);
}

type Name = { readonly directory: DirectoryNode; readonly name: string; readonly path: string };

function namesOf(directory: DirectoryNode, path: string, wanted: Node): Name[] {
	const names: Name[] = [];
	for (const [name, entry] of directory.children) {
		if (entry.kind === 'hidden') continue;
		const here = join(path, name);
		if (entry.node === wanted) names.push({ directory, name, path: here });
		else if (entry.node.kind === 'directory') names.push(...namesOf(entry.node, here, wanted));
	}
	return names;
}

/** How many subdirectories each merged directory has more than the machine's. */
function recount({ tree, lower }: Overlay): TreeRecord[] {
	const records: TreeRecord[] = [];
	for (const node of tree.nodes.values()) {
		if (node.kind !== 'directory' || node.lower === undefined) continue;
		let sub = 0;
		for (const [name, entry] of node.children) {
			const below = lower.lstat(join(node.lower, name));
			const was = below !== undefined && formatOf(below) === S_IFDIR ? 1 : 0;
			sub += (entry.kind === 'node' && entry.node.kind === 'directory' ? 1 : 0) - was;
		}
		if (sub !== node.subdirectories) records.push({ op: 'count', id: node.id, sub });
	}
	return records;
}
