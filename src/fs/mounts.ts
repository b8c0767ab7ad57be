/** Which tree begins at which path. */
import { isBelow } from './path.ts';
import type { Vnode } from './vnode.ts';

/** A part of a path on which, or below which, another tree begins. */
export type MountPoint = {
	/** The tree that begins here, if one does. Asked for at each walk, for a vnode lives for one call. */
	readonly enter: (() => Vnode) | undefined;
	readonly below: ReadonlyMap<string, MountPoint>;
};

export type Mount = { readonly path: string; readonly enter: () => Vnode };

export class Mounts {
	readonly root: MountPoint;
	/** Resolved paths of the machine that the walk does not find. */
	readonly hidden: ((path: string) => boolean) | undefined;
	readonly #paths: readonly string[];

	/** Paths are absolute, resolved and different; one of them is `/`. */
	constructor(mounts: readonly Mount[], hidden?: (path: string) => boolean) {
		this.hidden = hidden;
		this.#paths = mounts.map((mount) => mount.path);
		this.root = build('/', mounts);
	}

	/** What begins at or below a path; undefined for nearly all. */
	at(path: string): MountPoint | undefined {
		let here: MountPoint | undefined = this.root;
		if (path !== '/') for (const name of path.slice(1).split('/')) here = here?.below.get(name);
		return here;
	}

	/** Whether that path cannot be moved or removed, because a tree begins at it or below it (EBUSY). */
	isBusy(path: string): boolean {
		return this.#paths.some((mounted) => mounted === path || isBelow(mounted, path));
	}
}

function build(path: string, mounts: readonly Mount[]): MountPoint {
	const below = new Map<string, MountPoint>();
	for (const mount of mounts) {
		if (!isBelow(mount.path, path)) continue;
		const rest = path === '/' ? mount.path.slice(1) : mount.path.slice(path.length + 1);
		const name = rest.split('/', 1)[0] ?? '';
		if (!below.has(name)) below.set(name, build(path === '/' ? `/${name}` : `${path}/${name}`, mounts));
	}
	return { enter: mounts.find((mount) => mount.path === path)?.enter, below };
}
