/** The upper tree of a session, rebuilt from its folder. */
import { SysError } from '../abi/errno.ts';
import type { HostFiles } from './api.ts';
import { replayLog, UpperLogError } from './log.ts';
import { join } from './path.ts';
import { Tree } from './tree.ts';

export type Restored = {
	readonly tree: Tree;
	/** Sound bytes of the log; 0: there was none. */
	readonly logSize: number;
	readonly used: { readonly disk: number; readonly files: number };
};

export function logPath(upperFolder: string): string {
	return join(upperFolder, 'log.jsonl');
}

export function contentFolder(upperFolder: string): string {
	return join(upperFolder, 'content');
}

/** The tree of a folder, empty where it has no log. Throws UpperLogError. */
export function restoreTree(host: HostFiles, upperFolder: string): Restored {
	const root = host.lstat('/');
	if (root === undefined) throw new SysError('ENOENT', '/');
	const tree = new Tree('/', { ...root, mode: root.mode & 0o7777 }, root.mtimeNs);
	const logSize = replayLog(host, logPath(upperFolder), tree);
	let disk = 0;
	let files = tree.bases.size;
	for (const node of tree.nodes.values()) {
		if (node !== tree.root) files += node.origin === undefined ? node.links : node.links - 1;
		if (node.kind !== 'file' || node.lower !== undefined) continue;
		const path = join(contentFolder(upperFolder), node.content ?? '');
		const stat = host.lstat(path);
		if (stat === undefined) throw new UpperLogError(logPath(upperFolder), 1, `${path} is missing`);
		node.size = stat.size;
		disk += stat.size;
	}
	return { tree, logSize, used: { disk, files } };
}
