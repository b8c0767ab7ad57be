/** Reads the bytes of a change set from the machine and from a session. */
import { SysError } from '../abi/errno.ts';
import type { Tree } from '../host/atomic-tree.ts';
import type { SessionFiles } from '../host/session-files.ts';
import type { ChangeReaders } from './describe-change.ts';
import { typeOf } from './machine-node.ts';
import { join } from './paths.ts';

export function openReaders(tree: Tree, files: SessionFiles, sessionFolder: string): ChangeReaders {
	return {
		file: (path) => {
			const fd = tree.openRead(path);
			try {
				return readAll(tree, fd, tree.fstat(fd).size);
			} finally {
				tree.close(fd);
			}
		},
		link: (path) => tree.readlink(path),
		content: (name) => {
			const bytes = files.readWhole(`${sessionFolder}/upper/content/${name}`);
			if (bytes === undefined) throw new SysError('ENOENT', `the session's content ${name} is missing`);
			return bytes;
		},
		names: (path) => tree.lstat(path)?.nlink ?? 1,
		below: (path) => filesBelow(tree, path),
	};
}

/** In as few reads as can be: the size is known, and one read more finds the end. */
function readAll(tree: Tree, fd: number, size: number): Buffer {
	let buffer = Buffer.allocUnsafe(size + 1);
	let length = 0;
	for (;;) {
		if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
		const got = tree.read(fd, buffer.subarray(length));
		if (got === 0) return buffer.subarray(0, length);
		length += got;
	}
}

function filesBelow(tree: Tree, path: string): string[] {
	return tree.list(path).flatMap((name) => {
		const entry = join(path, name);
		const stat = tree.lstat(entry);
		if (stat === undefined) return [];
		return typeOf(stat) === 'directory' ? filesBelow(tree, entry) : [entry];
	});
}
