/** Makes what node:fs gives (a stat, an error) into ours, for the trees that apply changes. */
import type { BigIntStats } from 'node:fs';
import { asSysError, SysError } from '../abi/errno.ts';
import type { Stat } from '../fs/api.ts';

export function toStat(stats: BigIntStats): Stat {
	return {
		dev: stats.dev,
		ino: stats.ino,
		mode: Number(stats.mode),
		nlink: Number(stats.nlink),
		uid: Number(stats.uid),
		gid: Number(stats.gid),
		rdev: stats.rdev,
		size: Number(stats.size),
		blksize: Number(stats.blksize),
		blocks: Number(stats.blocks),
		atimeNs: stats.atimeNs,
		mtimeNs: stats.mtimeNs,
		ctimeNs: stats.ctimeNs,
	};
}

/** Runs `work`; an error of node:fs becomes a SysError that names `path`. */
export function withPath<T>(path: string, work: () => T): T {
	try {
		return work();
	} catch (error) {
		const known = asSysError(error);
		if (!(known instanceof SysError)) throw known;
		throw known.message === known.code ? new SysError(known.code, path) : known;
	}
}
