/** Open files of /proc: a text as it was when it was opened, or another open file reached by its descriptor. */

import { encodeName } from '../abi/bytes.ts';
import { SysError } from '../abi/errno.ts';
import type { DirectoryEntry, Domain, OpenNode, OpenOptions, Stat } from '../fs/api.ts';
import type { NodeFile } from './node-file.ts';
import type { OpenFile } from './open-file.ts';

export function fixedNode(
	path: string,
	domain: Domain,
	stat: Stat,
	text: string,
	list?: () => DirectoryEntry[],
): OpenNode {
	const bytes = encodeName(text);
	return {
		path,
		domain,
		type: list === undefined ? 'file' : 'directory',
		read(into, position) {
			const piece = bytes.subarray(position, position + into.length);
			into.set(piece);
			return piece.length;
		},
		write: readOnly,
		truncate: readOnly,
		stat: () => stat,
		list() {
			if (list === undefined) throw new SysError('ENOTDIR');
			const dot = { ino: stat.ino, type: 4 };
			return [{ ...dot, name: '.' }, { ...dot, name: '..' }, ...list()];
		},
		chmod: notPermitted,
		chown: notPermitted,
		utimes: notPermitted,
		close: () => {},
	};
}

/** A pipe, socket or the script's own output, opened anew through /dev/stdout or /proc/self/fd. */
export function streamNode(path: string, file: OpenFile): OpenNode {
	file.hold();
	const now = (count: number | undefined): number => {
		if (count === undefined) throw new SysError('EAGAIN');
		return count;
	};
	return {
		path,
		domain: 'device',
		type: 'device',
		read: (into) => now(file.read(Buffer.from(into.buffer, into.byteOffset, into.length))),
		write: (bytes) => now(file.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))),
		truncate: () => {},
		stat: () => file.stat(),
		list() {
			throw new SysError('ENOTDIR');
		},
		chmod: notPermitted,
		chown: notPermitted,
		utimes: notPermitted,
		close: () => file.release(),
	};
}

/** A file without a name, opened anew: for no more than what it was opened for, which the policy was asked about. */
export function removedNode(path: string, file: NodeFile, options: OpenOptions): OpenNode {
	if ((options.read && !file.readable) || (options.write && !file.writable)) throw new SysError('EACCES');
	file.hold();
	const { node } = file;
	if (options.truncate) node.truncate(0);
	return {
		path,
		domain: node.domain,
		type: node.type,
		read: (into, position) => node.read(into, position),
		write: (bytes, position) => node.write(bytes, position),
		truncate: (size) => node.truncate(size),
		stat: () => node.stat(),
		list: () => node.list(),
		chmod: notPermitted,
		chown: notPermitted,
		utimes: notPermitted,
		close: () => file.release(),
	};
}

function readOnly(): never {
	throw new SysError('EBADF');
}

function notPermitted(): never {
	throw new SysError('EPERM');
}
