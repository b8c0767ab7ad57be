/** Extended attributes: xattr(7). What lies in scratch can have them; everything else is on a file system without them. */
import { decodeName, encodeName, nameLength } from '../abi/bytes.ts';
import { SysError } from '../abi/errno.ts';
import { isType, S_IFDIR, S_IFREG } from '../abi/file-mode.ts';
import type { Stat } from '../fs/api.ts';
import type { Attributes } from '../fs/attributes.ts';
import { NodeFile } from '../kernel/node-file.ts';
import type { Context, Handler } from './context.ts';
import { at, existing } from './place.ts';

const XATTR_CREATE = 1;
const XATTR_REPLACE = 2;
const XATTR_NAME_MAX = 255;
const XATTR_SIZE_MAX = 65536;

/** What a call works on. `attributes` throws EOPNOTSUPP, or EACCES where the right to `write` or read is missing. */
type Subject = { readonly stat: Stat; readonly attributes: (write: boolean) => Attributes };
type Find = (c: Context) => Subject;

const path: Find = (c) => named(c, true);
const link: Find = (c) => named(c, false);
const descriptor: Find = (c) => {
	const file = c.file(0);
	const attributes = (): Attributes => {
		const own = file instanceof NodeFile ? file.node.attributes?.() : undefined;
		if (own === undefined) throw new SysError('EOPNOTSUPP');
		return own;
	};
	return { stat: file.stat(), attributes };
};

/** Implements getxattr(2). */
export const getxattr: Handler = (c) => get(c, path(c));
/** Implements lgetxattr(2). */
export const lgetxattr: Handler = (c) => get(c, link(c));
/** Implements fgetxattr(2). */
export const fgetxattr: Handler = (c) => get(c, descriptor(c));
/** Implements setxattr(2). */
export const setxattr: Handler = (c) => set(c, path(c));
/** Implements lsetxattr(2). */
export const lsetxattr: Handler = (c) => set(c, link(c));
/** Implements fsetxattr(2). */
export const fsetxattr: Handler = (c) => set(c, descriptor(c));
/** Implements listxattr(2). */
export const listxattr: Handler = (c) => list(c, path(c));
/** Implements llistxattr(2). */
export const llistxattr: Handler = (c) => list(c, link(c));
/** Implements flistxattr(2). */
export const flistxattr: Handler = (c) => list(c, descriptor(c));
/** Implements removexattr(2). */
export const removexattr: Handler = (c) => remove(c, path(c));
/** Implements lremovexattr(2). */
export const lremovexattr: Handler = (c) => remove(c, link(c));
/** Implements fremovexattr(2). */
export const fremovexattr: Handler = (c) => remove(c, descriptor(c));

function named(c: Context, follow: boolean): Subject {
	const place = at(c, undefined, 0, { follow });
	return { stat: existing(place), attributes: (write) => c.kernel.fs.attributes(place.path, write) };
}

function get(c: Context, subject: Subject): number {
	const name = nameOf(c);
	const value = judged(c, subject, name, false).get(name);
	if (value === undefined) throw new SysError('ENODATA');
	return give(c, c.long(2), c.long(3), value);
}

function set(c: Context, subject: Subject): number {
	const [name, size, flags] = [nameOf(c), c.long(3), c.int(4)];
	if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0 || flags === 3) throw new SysError('EINVAL');
	if (size < 0 || size > XATTR_SIZE_MAX) throw new SysError('E2BIG');
	const value = size === 0 ? Buffer.alloc(0) : Buffer.from(c.link.read(c.long(2), size));
	const how = flags === XATTR_CREATE ? 'create' : flags === XATTR_REPLACE ? 'replace' : 'either';
	judged(c, subject, name, true).set(name, value, how);
	return 0;
}

function list(c: Context, { stat, attributes }: Subject): number {
	const names = namesOf(stat, attributes);
	const seen = names.filter((name) => c.kernel.identity.uid === 0 || !name.startsWith('trusted.'));
	return give(c, c.long(1), c.long(2), Buffer.concat(seen.flatMap((name) => [encodeName(name), Buffer.alloc(1)])));
}

function remove(c: Context, subject: Subject): number {
	const name = nameOf(c);
	judged(c, subject, name, true).remove(name);
	return 0;
}

/** fs/xattr.c, xattr_permission: who may use a name of that namespace on such a file. */
function judged(c: Context, { stat, attributes }: Subject, name: string, write: boolean): Attributes {
	const refused = write ? 'EPERM' : 'ENODATA';
	if (name.startsWith('trusted.')) {
		if (c.kernel.identity.uid !== 0) throw new SysError(refused);
	} else if (!name.startsWith('user.')) throw new SysError('EOPNOTSUPP');
	else if (!canHave(stat)) throw new SysError(refused);
	if (/^\w+\.$/.test(name)) throw new SysError('EINVAL');
	return attributes(write);
}

/** A link or a FIFO of a file system without attributes has none; a file there is EOPNOTSUPP. */
function namesOf(stat: Stat, attributes: Subject['attributes']): string[] {
	try {
		return attributes(false).names();
	} catch (error) {
		if (error instanceof SysError && error.code === 'EOPNOTSUPP' && !canHave(stat)) return [];
		throw error;
	}
}

function canHave(stat: Stat): boolean {
	return isType(stat.mode, S_IFREG) || isType(stat.mode, S_IFDIR);
}

function nameOf(c: Context): string {
	const name = c.link.text(c.call.args[1], decodeName, XATTR_NAME_MAX);
	if (name === undefined || name === '' || nameLength(name) > XATTR_NAME_MAX) throw new SysError('ERANGE');
	return name;
}

/** A size of 0 asks how much there is. */
function give(c: Context, address: number, size: number, bytes: Buffer): number {
	if (size === 0) return bytes.length;
	if (size < bytes.length) throw new SysError('ERANGE');
	c.link.write(address, bytes);
	return bytes.length;
}
