/** A private directory, empty at start and thrown away: an overlay over nothing. */
import type { HostFiles } from './api.ts';
import type { Lower } from './lower.ts';
import type { Identity } from './mode.ts';
import { Overlay } from './overlay.ts';
import { isBelow } from './path.ts';
import type { Quota } from './quota.ts';
import { Tree } from './tree.ts';

export type ScratchOptions = {
	/** Where the guest sees it. */
	readonly path: string;
	/** Where its bytes lie: a folder of the session. */
	readonly folder: string;
	/** Its number as a device: another one than the machine's, for a file cannot be renamed into it or out of it. */
	readonly dev: bigint;
	/** Inode numbers count from here. */
	readonly firstIno: bigint;
	/** Paths at which other trees begin; the directories that lead there exist from the start. */
	readonly mounted: readonly string[];
	readonly host: HostFiles;
	readonly lower: Lower;
	readonly quota: Quota;
	readonly identity: Identity;
	readonly now: () => bigint;
};

export function createScratch(options: ScratchOptions): Overlay {
	const real = options.host.lstat(options.path);
	const at = options.now();
	const root = {
		ino: real?.ino ?? options.firstIno,
		dev: options.dev,
		uid: real?.uid ?? 0,
		gid: real?.gid ?? 0,
		mode: real === undefined ? 0o1777 : real.mode & 0o7777,
	};
	const tree = new Tree(undefined, root, at);
	const overlay = new Overlay({ ...options, domain: 'scratch', readOnly: false, tree, contentFolder: options.folder });
	for (const path of options.mounted) if (isBelow(path, options.path)) addDirectories(overlay, options.path, path);
	return overlay;
}

function addDirectories(overlay: Overlay, top: string, path: string): void {
	let directory = overlay.tree.root;
	for (const name of path.slice(top === '/' ? 1 : top.length + 1).split('/')) {
		const known = directory.children.get(name);
		if (known?.kind === 'node' && known.node.kind === 'directory') {
			directory = known.node;
			continue;
		}
		const node = overlay.newNode('directory', 0o755, overlay.statOf(directory));
		overlay.commit([node, { op: 'set', dir: directory.id, name, id: node.id, order: node.order, sub: 1 }]);
		directory = overlay.tree.directory(node.id);
	}
}
