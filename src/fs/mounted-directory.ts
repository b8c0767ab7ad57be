/** An open directory in which other trees begin: their names are in it whether or not its own tree knows them. */
import type { DirectoryEntry, OpenNode } from './api.ts';
import { DirectoryView } from './directory-view.ts';
import { entryType, S_IFDIR } from './mode.ts';
import type { MountPoint } from './mounts.ts';

export class MountedDirectory extends DirectoryView {
	readonly #mount: MountPoint;

	constructor(node: OpenNode, mount: MountPoint) {
		super(node);
		this.#mount = mount;
	}

	list(): DirectoryEntry[] {
		return addMounted(this.#mount, this.node.list());
	}
}

/** The entries with those of the trees that begin in the directory, each name once. */
export function addMounted(mount: MountPoint | undefined, entries: DirectoryEntry[]): DirectoryEntry[] {
	const entered = [...(mount?.below ?? [])].filter(([, point]) => point.enter !== undefined);
	if (entered.length === 0) return entries;
	const mounted = new Map(entered);
	const others = entries.filter((entry) => !mounted.has(entry.name));
	const own = entered.map(([name, point]) => {
		// A single file is mounted too: the interpreter, its library.
		const stat = point.enter?.().stat();
		return { name, ino: stat?.ino ?? 1n, type: entryType(stat?.mode ?? S_IFDIR) };
	});
	return [...others, ...own];
}
