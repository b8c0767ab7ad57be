/** File types, permission bits, and who may do what with them (inode(7), path_resolution(7)). */
import type { Stat } from './api.ts';

export const S_IFMT = 0o170000;
export const S_IFSOCK = 0o140000;
export const S_IFLNK = 0o120000;
export const S_IFREG = 0o100000;
export const S_IFDIR = 0o040000;
export const S_IFIFO = 0o010000;
export const S_IFCHR = 0o020000;
export const S_ISUID = 0o4000;
export const S_ISGID = 0o2000;
export const S_ISVTX = 0o1000;

export const R_OK = 4;
export const W_OK = 2;
export const X_OK = 1;

/** The user whose rights the guest has. `groups` are the supplementary ones. */
export type Identity = { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };

/** The type bits of a stat. */
export function formatOf(stat: { readonly mode: number }): number {
	return stat.mode & S_IFMT;
}

/** d_type of getdents64: the type bits, shifted. */
export function entryType(mode: number): number {
	return (mode & S_IFMT) >> 12;
}

/** Whether the mode bits let `who` do all of `want` (R_OK | W_OK | X_OK). Root lacks only X on a file without any x bit. */
export function permits(who: Identity, stat: Pick<Stat, 'mode' | 'uid' | 'gid'>, want: number): boolean {
	if (who.uid === 0) return (want & X_OK) === 0 || formatOf(stat) === S_IFDIR || (stat.mode & 0o111) !== 0;
	const shift = who.uid === stat.uid ? 6 : inGroup(who, stat.gid) ? 3 : 0;
	return ((stat.mode >> shift) & want) === want;
}

/** Whether `who` may change mode and times of what `uid` owns. */
export function owns(who: Identity, uid: number): boolean {
	return who.uid === 0 || who.uid === uid;
}

export function inGroup(who: Identity, gid: number): boolean {
	return who.gid === gid || who.groups.includes(gid);
}
