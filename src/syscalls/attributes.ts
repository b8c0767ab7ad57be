/** Extended attributes: xattr(7). Files have none here, as on a file system that does not know them. */
import { SysError } from '../abi/errno.ts';
import type { Handler } from './context.ts';

/** Implements getxattr(2), setxattr(2), listxattr(2) and removexattr(2): EOPNOTSUPP for a file that is there. */
export const ofPath: Handler = (c) => attributes(c.path(0), c.process.cwd, true, c);

/** Implements the same for a symlink itself: lgetxattr(2) and its kin. */
export const ofLink: Handler = (c) => attributes(c.path(0), c.process.cwd, false, c);

/** Implements the same for a descriptor: fgetxattr(2) and its kin. */
export const ofFile: Handler = (c) => {
	c.file(0);
	throw new SysError('EOPNOTSUPP');
};

function attributes(path: string, cwd: string, follow: boolean, c: Parameters<Handler>[0]): never {
	const { stat } = c.kernel.fs.resolve(path, cwd, { follow });
	throw new SysError(stat === undefined ? 'ENOENT' : 'EOPNOTSUPP');
}
