/**
 * What the guest wants of the machine's files, computed from the upper tree.
 *
 * Names. The path of a delete, and the `from` of a rename, is a path of the machine as it is; the path of everything else is
 * how it is to be afterwards. What was changed inside a directory that moved is a rename of its own (with `content`), and
 * what was deleted inside it is deleted at its path of the machine. So every base can be checked before anything is done.
 *
 * Applying, in any order of the list: (1) deepest path of the machine first, take away: deletes, the bases of `replace` and of a
 * rename's `replaces`, and each rename's `from` to a place aside; (2) shallowest new path first, put: directories, files,
 * symlinks, what lies aside; (3) links; (4) modes and times of directories, deepest first.
 */
import type { Change, Target } from '../model/change.ts';
import type { HostFiles } from './api.ts';
import { withHash } from './base.ts';
import { isNothing } from './change-compare.ts';
import { keptChanges } from './kept-changes.ts';
import { type DirectoryNode, type Node, SpecialNode } from './node.ts';
import { join } from './path.ts';
import { contentFolder, restoreTree } from './restore.ts';
import type { KnownBase, Tree } from './tree.ts';

/** The change set of a session's `upper/` folder, without the running session. Throws UpperLogError. */
export function loadChangeSet(upperFolder: string, host: HostFiles): Change[] {
	return keptChanges(host, upperFolder) ?? changesOf(restoreTree(host, upperFolder).tree, host, upperFolder);
}

/** `revisions`: each content with its revision, which only the process that made it knows. */
export function changesOf(tree: Tree, host: HostFiles, upperFolder: string, revisions = false): Change[] {
	return new ChangeSet(tree, host, upperFolder, revisions).changes();
}

type Kept = Exclude<Node, SpecialNode>;

/** One of a node's names in the tree. */
type Name = {
	readonly path: string;
	readonly order: number;
	/** The machine's path at which it would be if nothing had moved in or out: below the machine's directory. */
	readonly below: string | undefined;
	/** Its directory, and all above, are where they are on the machine. */
	readonly settled: boolean;
};

class ChangeSet {
	readonly #tree: Tree;
	readonly #host: HostFiles;
	readonly #upperFolder: string;
	readonly #revisions: boolean;
	readonly #names = new Map<Kept, Name[]>();
	/** Bases whose path is gone or changed, and that no change has told of yet. */
	readonly #untold: Map<string, KnownBase>;
	readonly #changes: Change[] = [];

	constructor(tree: Tree, host: HostFiles, upperFolder: string, revisions: boolean) {
		this.#tree = tree;
		this.#host = host;
		this.#upperFolder = upperFolder;
		this.#revisions = revisions;
		this.#untold = new Map(tree.bases);
	}

	changes(): Change[] {
		this.#collect(this.#tree.root, '/', true);
		this.#root();
		// What came from the machine first: its bases are not free for what stands at its path now.
		for (const node of this.#names.keys()) if (node.origin !== undefined) this.#untold.delete(node.origin);
		for (const [node, names] of this.#names) {
			if (node.origin === undefined) this.#made(node, names);
			else this.#kept(node, names, node.origin);
		}
		for (const [path, { base, order }] of this.#untold) {
			this.#changes.push({ kind: 'delete', order, path, base: withHash(this.#host, path, base) });
		}
		return this.#changes.sort((a, b) => a.order - b.order);
	}

	#collect(directory: DirectoryNode, path: string, settled: boolean): void {
		for (const [name, entry] of directory.children) {
			if (entry.kind === 'hidden') continue;
			const { node, order } = entry;
			// A FIFO or socket ends with the run.
			if (node instanceof SpecialNode) continue;
			const here = join(path, name);
			const below = directory.lower === undefined ? undefined : join(directory.lower, name);
			const known = this.#names.get(node);
			const own = { path: here, order, below, settled };
			if (known === undefined) this.#names.set(node, [own]);
			else known.push(own);
			if (node.kind === 'directory') this.#collect(node, here, settled && node.origin === below && below !== undefined);
		}
	}

	#root(): void {
		const known = this.#untold.get('/');
		if (known === undefined) return;
		this.#untold.delete('/');
		const after = this.#target(this.#tree.root);
		if (isNothing(known.base, after, this.#hashContent)) return;
		this.#changes.push({ kind: 'modify', order: known.order, path: '/', base: known.base, after });
	}

	/** A node that the machine has too, by whatever name. */
	#kept(node: Kept, names: readonly Name[], origin: string): void {
		const home = names.find((name) => name.below === origin);
		const primary = home ?? first(names);
		this.#links(names, primary);
		const known = this.#tree.bases.get(origin);
		// Never changed itself: it is there to hold what was.
		if (known === undefined) return;
		const base = withHash(this.#host, origin, known.base);
		const after = this.#target(node);
		const changed = !isNothing(base, after, this.#hashContent);
		if (home !== undefined && !changed) return;
		if (home?.settled) {
			this.#changes.push({ kind: 'modify', order: known.order, path: primary.path, base, after });
			return;
		}
		const replaces = this.#occupant(primary);
		this.#changes.push({
			kind: 'rename',
			order: known.order,
			from: origin,
			path: primary.path,
			base,
			after,
			...(replaces === undefined ? {} : { replaces: replaces.base }),
		});
	}

	/** A node that the guest made. */
	#made(node: Kept, names: readonly Name[]): void {
		const primary = first(names);
		this.#links(names, primary);
		this.#put(primary, this.#target(node), node.order);
	}

	/** The other names of a node. */
	#links(names: readonly Name[], primary: Name): void {
		for (const name of names) {
			if (name !== primary) this.#put(name, { type: 'link', link: primary.path }, name.order);
		}
	}

	#put(name: Name, after: Target, order: number): void {
		const { path } = name;
		const occupant = this.#occupant(name);
		if (occupant === undefined) {
			this.#changes.push({ kind: 'create', order, path, after });
			return;
		}
		const base = withHash(this.#host, path, occupant.base);
		if (base.type !== after.type) {
			this.#changes.push({ kind: 'replace', order: occupant.order, path, base, after });
		} else if (!isNothing(base, after, this.#hashContent)) {
			this.#changes.push({ kind: 'modify', order: occupant.order, path, base, after });
		}
	}

	/** What of the machine stands where this name is to be, and goes for it. */
	#occupant(name: Name): KnownBase | undefined {
		if (!name.settled || name.below === undefined) return undefined;
		const known = this.#untold.get(name.below);
		this.#untold.delete(name.below);
		return known;
	}

	#target(node: Kept): Target {
		const times = node.timesSet ? { mtimeNs: String(node.mtimeNs) } : {};
		const owner = node.ownerSet ? { owner: { uid: node.uid, gid: node.gid } } : {};
		switch (node.kind) {
			case 'symlink':
				return { type: 'symlink', target: node.target, ...owner };
			case 'directory': {
				const mode = this.#mode(node, node.lower);
				return { type: 'directory', mode, ...times, ...owner };
			}
			case 'file': {
				const mode = this.#mode(node, node.lower);
				if (node.lower === undefined) {
					const revision = this.#revisions ? { revision: node.revision } : {};
					return { type: 'file', mode, size: node.size, content: node.content ?? '', ...times, ...owner, ...revision };
				}
				return { type: 'file', mode, size: this.#host.lstat(node.lower)?.size ?? 0, ...times };
			}
		}
	}

	/** That of the machine as long as the guest has not set it. */
	#mode(node: Node, lower: string | undefined): number {
		if (node.modeSet || lower === undefined) return node.mode;
		return this.#tree.bases.get(lower)?.base.mode ?? (this.#host.lstat(lower)?.mode ?? node.mode) & 0o7777;
	}

	readonly #hashContent = (content: string): string => {
		return this.#host.hash(join(contentFolder(this.#upperFolder), content));
	};
}

function first(names: readonly Name[]): Name {
	return names.reduce((a, b) => (b.order < a.order ? b : a));
}
