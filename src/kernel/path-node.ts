/** What a descriptor of open(2) with O_PATH leads to: a place in the file system, and none of its bytes. */
import { SysError } from '../abi/errno.ts';
import { isType, S_IFDIR } from '../abi/file-mode.ts';
import type { FileSystem, OpenNode, Place, Stat } from '../fs/api.ts';

/** `place` was found to be there. */
export function pathNode(fs: FileSystem, place: Place): OpenNode {
	const { path, domain, stat } = place;
	if (stat === undefined) throw new SysError('ENOENT');
	const refuse = (): never => {
		throw new SysError('EBADF');
	};
	return {
		path,
		domain,
		type: isType(stat.mode, S_IFDIR) ? 'directory' : 'file',
		read: refuse,
		write: refuse,
		truncate: refuse,
		list: refuse,
		chmod: refuse,
		chown: refuse,
		utimes: refuse,
		stat: () => current(fs, path, stat),
		close: () => {},
	};
}

/** As the file is now, or as it was where its name leads elsewhere by now. */
function current(fs: FileSystem, path: string, before: Stat): Stat {
	try {
		const now = fs.stat(path);
		return now.ino === before.ino ? now : before;
	} catch (error) {
		if (error instanceof SysError) return before;
		throw error;
	}
}
