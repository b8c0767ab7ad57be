/** Setting a file's times: utimensat(2), utimes(2), utime(2), futimesat(2). */
import { SysError } from '../abi/errno.ts';
import { readInt64 } from '../abi/structs.ts';
import { NodeFile } from '../kernel/node-file.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { Context, Handler } from './context.ts';
import { wantPath } from './effects.ts';

const UTIME_NOW = 0x3fffffff;
const UTIME_OMIT = 0x3ffffffe;
const AT_SYMLINK_NOFOLLOW = 0x100;
const billion = 1_000_000_000n;

/** [atime, mtime] in nanoseconds; undefined leaves one as it is. */
type Times = readonly [bigint | undefined, bigint | undefined];

/** Implements utimensat(2), with a NULL path for futimens(3). */
export const utimensat: Handler = (c) => {
	const times = timespecs(c, c.long(2));
	const argument = c.call.args[1];
	if (typeof argument === 'object' && 'kind' in argument && argument.address === 0) return setOpen(c, times);
	return setPath(c, 0, 1, (c.int(3) & AT_SYMLINK_NOFOLLOW) === 0, times);
};

/** Implements utimes(2). */
export const utimes: Handler = (c) => setPath(c, undefined, 0, true, timevals(c, c.long(1)));

/** Implements futimesat(2). */
export const futimesat: Handler = (c) => setPath(c, 0, 1, true, timevals(c, c.long(2)));

/** Implements utime(2): struct utimbuf, whole seconds. */
export const utime: Handler = (c) => {
	const address = c.long(1);
	if (address === 0) return setPath(c, undefined, 0, true, bothNow(c));
	const bytes = c.link.read(address, 16);
	return setPath(c, undefined, 0, true, [bytes.readBigInt64LE(0) * billion, bytes.readBigInt64LE(8) * billion]);
};

function setPath(c: Context, dirfd: number | undefined, index: number, follow: boolean, times: Times): Outcome {
	const path = c.path(index);
	const base = dirfd === undefined ? c.process.cwd : c.base(c.int(dirfd), path);
	const place = c.kernel.fs.resolve(path, base, { follow });
	if (place.stat === undefined) throw new SysError('ENOENT');
	return wantPath(c, 'write', place, () => {
		c.kernel.fs.utimes(place.path, times[0], times[1]);
		return 0;
	});
}

function setOpen(c: Context, times: Times): Outcome {
	const file = c.file(0);
	if (!(file instanceof NodeFile)) throw new SysError('EBADF');
	return wantPath(c, 'write', { path: file.path, domain: file.node.domain, stat: undefined }, () => {
		file.node.utimes(times[0], times[1]);
		return 0;
	});
}

function timespecs(c: Context, address: number): Times {
	if (address === 0) return bothNow(c);
	const bytes = c.link.read(address, 32);
	const one = (at: number): bigint | undefined => {
		const ns = readInt64(bytes, at + 8);
		if (ns === UTIME_NOW) return c.kernel.world.realtime();
		if (ns === UTIME_OMIT) return undefined;
		if (ns < 0 || ns >= 1e9) throw new SysError('EINVAL');
		return bytes.readBigInt64LE(at) * billion + BigInt(ns);
	};
	return [one(0), one(16)];
}

function timevals(c: Context, address: number): Times {
	if (address === 0) return bothNow(c);
	const bytes = c.link.read(address, 32);
	const one = (at: number): bigint => {
		const micros = readInt64(bytes, at + 8);
		if (micros < 0 || micros >= 1e6) throw new SysError('EINVAL');
		return bytes.readBigInt64LE(at) * billion + BigInt(micros) * 1000n;
	};
	return [one(0), one(16)];
}

function bothNow(c: Context): Times {
	const now = c.kernel.world.realtime();
	return [now, now];
}
