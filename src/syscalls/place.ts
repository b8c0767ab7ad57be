/** From a call's path argument to the place it names: openat(2), "dirfd"; AT_EMPTY_PATH. */
import { SysError } from '../abi/errno.ts';
import type { Place, ResolveOptions, Stat } from '../fs/api.ts';
import { NodeFile } from '../kernel/node-file.ts';
import type { Context } from './context.ts';

export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_EMPTY_PATH = 0x1000;

/** The place that argument `index` names, relative to the directory descriptor in argument `dirfd` (none: the cwd). */
export function at(c: Context, dirfd: number | undefined, index: number, options: ResolveOptions): Place {
	const path = c.path(index);
	const base = dirfd === undefined ? c.process.cwd : c.base(c.int(dirfd), path);
	return c.kernel.fs.resolve(path, base, options);
}

/** `dev:ino` of what is there: what the kernel knows a bound socket's file by. */
export function keyOf(place: Place): string {
	return `${place.stat?.dev}:${place.stat?.ino}`;
}

/** The same where `flags` may have AT_SYMLINK_NOFOLLOW and, for an empty path, AT_EMPTY_PATH: the descriptor's own file. */
export function atFlags(c: Context, dirfd: number, index: number, flags: number): Place {
	if ((flags & AT_EMPTY_PATH) !== 0 && c.text(index) === '') return ofDescriptor(c, c.int(dirfd));
	return at(c, dirfd, index, { follow: (flags & AT_SYMLINK_NOFOLLOW) === 0 });
}

/** The place of a call that makes, moves or removes a name; what it names is never followed. */
export function naming(c: Context, dirfd: number | undefined, index: number): Place {
	return at(c, dirfd, index, { naming: true });
}

/** What an acting call is given: it judges the slash at the end itself. */
export function acting(place: Place): string {
	return place.slash === true ? `${place.path}/` : place.path;
}

/** ENOENT where nothing is. */
export function existing(place: Place): Stat {
	if (place.stat === undefined) throw new SysError('ENOENT');
	return place.stat;
}

/** The place, or ENOENT. */
export function there(place: Place): Place {
	existing(place);
	return place;
}

function ofDescriptor(c: Context, fd: number): Place {
	if (fd === AT_FDCWD) return c.kernel.fs.resolve(c.process.cwd, '/');
	const file = c.process.descriptors.get(fd);
	if (!(file instanceof NodeFile)) throw new SysError('EINVAL');
	return c.kernel.fs.resolve(file.path, '/', { follow: false });
}
