/** The originals of what apply changes: `checkpoint/ab/abcd…`, each file under the SHA-256 of its bytes. */
import { createHash } from 'node:crypto';
import { SysError } from '../abi/errno.ts';
import type { Tree } from '../host/atomic-tree.ts';
import type { SessionFiles } from '../host/session-files.ts';
import { permissions, readThrough, typeOf } from './machine-node.ts';
import type { Saved } from './transaction.ts';

export interface Checkpoint {
	/** Keeps what stands at a path of the machine. EINVAL for what cannot be put back (a device, a socket). */
	save(path: string): Saved;
	/** Where the bytes of a saved file are. */
	fileOf(sha256: string): string;
	/** Makes all that was saved sure to survive a crash of the machine. */
	sync(): void;
}

/** Up to so many files are synced one by one; more of them with one syncfs(2) of the file system. */
export const syncOneByOne = 64;

/** Where a session keeps the bytes of an original. */
export function checkpointFile(sessionFolder: string, sha256: string): string {
	return `${sessionFolder}/checkpoint/${sha256.slice(0, 2)}/${sha256}`;
}

export function openCheckpoint(files: SessionFiles, tree: Tree, sessionFolder: string): Checkpoint {
	const folder = `${sessionFolder}/checkpoint`;
	const made = new Set<string>();
	const written: string[] = [];
	const temporary = `${folder}/incoming`;
	/** A copy that was broken off may lie there. */
	let isStale = true;
	const fileOf = (sha256: string) => checkpointFile(sessionFolder, sha256);

	const keepBytes = (path: string): { sha256: string; stat: ReturnType<Tree['fstat']> } => {
		const from = tree.openRead(path);
		try {
			const before = tree.fstat(from);
			makeFolder(folder);
			if (isStale) files.remove(temporary);
			isStale = true;
			const to = files.create(temporary);
			const hash = createHash('sha256');
			try {
				readThrough(tree, from, hash, (chunk) => files.write(to, chunk), before.size);
			} finally {
				files.close(to);
			}
			const after = tree.fstat(from);
			if (after.mtimeNs !== before.mtimeNs || after.size !== before.size) {
				throw new SysError('EAGAIN', `${path} is being written by another program`);
			}
			const sha256 = hash.digest('hex');
			makeFolder(`${folder}/${sha256.slice(0, 2)}`);
			files.move(temporary, fileOf(sha256));
			isStale = false;
			written.push(fileOf(sha256));
			return { sha256, stat: before };
		} finally {
			tree.close(from);
		}
	};
	const makeFolder = (path: string) => {
		if (!made.has(path)) files.makePrivateFolder(path);
		made.add(path);
	};

	return {
		save: (path) => {
			const stat = tree.lstat(path);
			if (stat === undefined) throw new SysError('ENOENT', path);
			const owner = { uid: stat.uid, gid: stat.gid };
			const ino = stat.ino.toString();
			const mtimeNs = stat.mtimeNs.toString();
			const mode = permissions(stat);
			switch (typeOf(stat)) {
				case 'file': {
					const kept = keepBytes(path);
					if (kept.stat.ino !== stat.ino) throw new SysError('EAGAIN', `${path} was replaced meanwhile`);
					const { size } = kept.stat;
					return { type: 'file', sha256: kept.sha256, size, mode, owner, ino, mtimeNs: kept.stat.mtimeNs.toString() };
				}
				case 'directory':
					return { type: 'directory', mode, owner, ino, mtimeNs };
				case 'symlink':
					return { type: 'symlink', target: tree.readlink(path), owner, ino };
				case 'other':
					throw new SysError('EINVAL', `${path} is a device, socket or pipe`);
			}
		},
		fileOf,
		sync: () => {
			if (written.length === 0) return;
			if (written.length > syncOneByOne) {
				files.syncFileSystem(folder);
				return;
			}
			for (const path of written) {
				const fd = files.openRead(path);
				files.sync(fd);
				files.close(fd);
			}
			for (const path of made) files.syncFolder(path);
		},
	};
}
