/** The one path walk, for every call: `..`, symlinks, mounts, permissions on the way, trailing slashes (path_resolution(7)). */
import { nameLength } from '../abi/bytes.ts';
import { SysError } from '../abi/errno.ts';
import { type Identity, S_IFDIR, S_IFLNK, X_OK } from './mode.ts';
import type { MountPoint, Mounts } from './mounts.ts';
import { basename, join, NAME_MAX, PATH_MAX } from './path.ts';
import type { Vnode } from './vnode.ts';

/** MAXSYMLINKS of the kernel. */
const maxLinks = 40;

export type WalkOptions = {
	/** Follow a symlink in the last part. */
	readonly follow: boolean;
	/** Follow those before. False for a path that was resolved already: a symlink there now came in between (ELOOP). */
	readonly followOnTheWay: boolean;
	/** A slash at the end is left for the caller to judge (see ResolveOptions). */
	readonly naming: boolean;
};

export type Found = {
	readonly path: string;
	/** The last part of `path`; empty for the root. */
	readonly name: string;
	/** The directory that it is in; the root is in itself. */
	readonly parent: Vnode;
	/** Undefined: nothing is there. */
	readonly vnode: Vnode | undefined;
	/** The text ended in a slash: what is made there can only be a directory. */
	readonly slash: boolean;
};

/** One directory on the way. */
type Step = { readonly path: string; readonly vnode: Vnode; readonly mount: MountPoint | undefined };

/** Throws ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, EACCES. */
export function walk(mounts: Mounts, who: Identity, path: string, cwd: string, options: WalkOptions): Found {
	if (path === '') throw new SysError('ENOENT');
	if (path.length * 3 >= PATH_MAX && nameLength(path) >= PATH_MAX) throw new SysError('ENAMETOOLONG');
	const root = rootStep(mounts);
	const steps = [root];
	let parts = (path.startsWith('/') ? path : `${cwd}/${path}`).split('/');
	let links = 0;
	for (let at = 0; at < parts.length; at++) {
		const name = parts[at] ?? '';
		if (name === '') continue;
		const here = steps[steps.length - 1] ?? root;
		enterDirectory(here.vnode, who);
		if (name === '.') continue;
		if (name === '..') {
			if (steps.length > 1) steps.pop();
			continue;
		}
		const last = isLast(parts, at);
		const slash = last && at < parts.length - 1;
		checkName(name);
		const mount = here.mount?.below.get(name);
		const where = join(here.path, name);
		const hidden = mounts.hidden !== undefined && here.vnode.domain === 'host' && mounts.hidden(where);
		const vnode = hidden ? undefined : (mount?.enter?.() ?? here.vnode.lookup(name, last));
		if (vnode === undefined) {
			if (!last) throw new SysError('ENOENT');
			return { path: where, name, parent: here.vnode, vnode, slash };
		}
		if (vnode.format === S_IFLNK && (!last || options.follow || (slash && !options.naming))) {
			if (++links > maxLinks || !(last || options.followOnTheWay)) throw new SysError('ELOOP');
			const magic = vnode.magic();
			if (magic === undefined) {
				const target = vnode.readlink();
				if (target === '') throw new SysError('ENOENT');
				if (target.startsWith('/')) steps.length = 1;
				parts = [...target.split('/'), ...parts.slice(at + 1)];
				at = -1;
				continue;
			}
			steps.push({ path: where, vnode: magic, mount });
		} else steps.push({ path: where, vnode, mount });
		if (slash && !options.naming && steps[steps.length - 1]?.vnode.format !== S_IFDIR) throw new SysError('ENOTDIR');
	}
	const end = steps[steps.length - 1] ?? root;
	const parent = steps[steps.length - 2] ?? root;
	const name = end === root ? '' : basename(end.path);
	return { path: end.path, name, parent: parent.vnode, vnode: end.vnode, slash: parts[parts.length - 1] === '' };
}

function rootStep(mounts: Mounts): Step {
	const vnode = mounts.root.enter?.();
	if (vnode === undefined) throw new Error('no tree begins at the root');
	return { path: '/', vnode, mount: mounts.root };
}

function enterDirectory(vnode: Vnode, who: Identity): void {
	if (vnode.format !== S_IFDIR) throw new SysError('ENOTDIR');
	if (who.uid !== 0) vnode.access(X_OK);
}

function checkName(name: string): void {
	// No UTF-16 unit is more than three bytes.
	if (name.length * 3 > NAME_MAX && nameLength(name) > NAME_MAX) throw new SysError('ENAMETOOLONG');
}

/** Whether nothing but slashes follows. */
function isLast(parts: readonly string[], at: number): boolean {
	for (let next = at + 1; next < parts.length; next++) if (parts[next] !== '') return false;
	return true;
}
