/** An upper tree over the machine's tree (or over nothing): what a node looks like, and how a lower one becomes upper. */
import { SysError } from '../abi/errno.ts';
import type { Domain, HostFiles, Stat } from './api.ts';
import { Attributes } from './attributes.ts';
import { baseOf, withHash } from './base.ts';
import { Content } from './content.ts';
import type { TreeLog } from './log.ts';
import type { Lower } from './lower.ts';
import { formatOf, type Identity, S_IFDIR } from './mode.ts';
import { type DirectoryNode, type FileNode, lowerOf, type Node } from './node.ts';
import { statOfNode } from './node-stat.ts';
import { basename, dirname, join } from './path.ts';
import type { Quota } from './quota.ts';
import type { NodeRecord, TreeRecord } from './record.ts';
import type { Tree } from './tree.ts';

export type OverlayOptions = {
	readonly domain: Domain;
	/** EROFS for every change. */
	readonly readOnly: boolean;
	readonly tree: Tree;
	readonly host: HostFiles;
	readonly lower: Lower;
	/** Where the bytes of upper files lie. */
	readonly contentFolder: string;
	/** Left out for what is thrown away. */
	readonly log?: TreeLog;
	readonly quota: Quota;
	readonly identity: Identity;
	/** Nanoseconds since the epoch. */
	readonly now: () => bigint;
	/** Inode numbers of new nodes count from here, above those of real file systems. */
	readonly firstIno: bigint;
};

export class Overlay {
	readonly domain: Domain;
	readonly readOnly: boolean;
	readonly tree: Tree;
	readonly host: HostFiles;
	readonly lower: Lower;
	readonly content: Content;
	readonly quota: Quota;
	readonly identity: Identity;
	readonly now: () => bigint;
	/** Open files of the machine that have no name in the tree, because nothing of them has changed. */
	readonly untouched = new Map<string, FileNode>();
	readonly #log: TreeLog | undefined;
	readonly #firstIno: bigint;

	constructor(options: OverlayOptions) {
		this.domain = options.domain;
		this.readOnly = options.readOnly;
		this.tree = options.tree;
		this.host = options.host;
		this.lower = options.lower;
		this.content = new Content(options.host, options.contentFolder);
		this.quota = options.quota;
		this.identity = options.identity;
		this.now = options.now;
		this.#log = options.log;
		this.#firstIno = options.firstIno;
		this.tree.onUnlinked = (node) => this.#unlinked(node);
	}

	/** Logs the records as one operation, then lets them happen. */
	commit(records: readonly TreeRecord[]): void {
		this.#log?.append(records);
		for (const record of records) this.tree.apply(record);
	}

	/** The same for a change of one node, which is not logged where the node has no name. */
	amend(node: Node, records: readonly TreeRecord[]): void {
		if (node.links > 0) this.commit(records);
		else for (const record of records) this.tree.apply(record);
	}

	statOf(node: Node): Stat {
		return statOfNode(node, this.#lowerStat(node));
	}

	/** The node that shows a directory of the machine, made where there is none yet. ENOENT where the guest removed it. */
	directoryAt(path: string): DirectoryNode {
		const known = this.tree.byLower.get(path);
		if (known !== undefined) return known;
		const stat = this.lower.lstat(path);
		if (stat === undefined || formatOf(stat) !== S_IFDIR) throw new SysError('ENOENT');
		return this.tree.directory(this.#insert(path, this.#record('directory', path, stat)));
	}

	/** The node of a symlink of the machine, put into the tree. */
	symlinkAt(path: string, stat: Stat): Node {
		const record = this.#record('symlink', path, stat);
		return this.tree.node(this.#insert(path, { ...record, target: this.host.readlink(path) }));
	}

	/** The node of a file of the machine that nothing was changed of: shared by all who have it open. */
	fileAt(path: string, stat: Stat): FileNode {
		const known = this.untouched.get(path);
		if (known !== undefined) return known;
		const node = this.tree.adopt(path, stat);
		this.untouched.set(path, node);
		return node;
	}

	/** Gives such a file its name in the tree; where that was taken meanwhile, it is an orphan from now on. */
	insertFile(node: FileNode): void {
		if (node.links > 0 || node.orphan || node.origin === undefined) return;
		const stat = this.lower.lstat(node.origin);
		try {
			if (stat === undefined) throw new SysError('ENOENT');
			this.#insert(node.origin, { ...this.#record('file', node.origin, stat), id: node.id });
		} catch (error) {
			if (!(error instanceof SysError && error.code === 'ENOENT')) throw error;
			node.orphan = true;
		}
		this.untouched.delete(node.origin);
	}

	/** Forgets a file that was looked at and neither changed nor kept open. */
	release(node: FileNode): void {
		if (node.opens > 0 || node.links > 0) return;
		if (node.origin !== undefined && this.untouched.get(node.origin) === node) this.untouched.delete(node.origin);
		this.tree.nodes.delete(node.id);
	}

	/** The records that remember what a path of the machine was. `removed`: it goes now, so this is its place in the order. */
	baseRecords(path: string | undefined, want: { readonly hash?: boolean; readonly removed?: boolean }): TreeRecord[] {
		if (path === undefined) return [];
		const known = this.tree.bases.get(path);
		if (known === undefined) {
			const stat = this.lower.lstat(path);
			if (stat === undefined) return [];
			const base = baseOf(this.host, path, stat, want.hash ?? false);
			this.quota.files(1);
			return [{ op: 'base', path, base, order: this.tree.nextOrder++ }];
		}
		const base = want.hash ? withHash(this.host, path, known.base) : known.base;
		if (base === known.base && !want.removed) return [];
		return [{ op: 'base', path, base, order: want.removed ? this.tree.nextOrder++ : known.order }];
	}

	/** The record of a node that the guest makes. */
	newNode(kind: Node['kind'], mode: number, parent: Stat, target?: string): NodeRecord {
		const at = String(this.now());
		const id = this.tree.nextId++;
		return {
			op: 'node',
			id,
			kind,
			order: this.tree.nextOrder++,
			...(target === undefined ? {} : { target }),
			ino: String(this.#firstIno + BigInt(id)),
			dev: String(parent.dev),
			uid: this.identity.uid,
			gid: this.identity.gid,
			mode,
			atime: at,
			mtime: at,
			ctime: at,
		};
	}

	/** Whether the guest has removed that path of the machine, or moved it or its directory away. */
	isHidden(path: string): boolean {
		if (path === '/' || this.tree.byLower.has(path)) return false;
		const directory = dirname(path);
		const node = this.tree.byLower.get(directory);
		return node === undefined ? this.isHidden(directory) : node.children.has(basename(path));
	}

	/** Whether the lower directory of `directory` has that name, hidden or not. */
	hasBelow(directory: DirectoryNode, name: string): boolean {
		return directory.lower !== undefined && this.lower.lstat(join(directory.lower, name)) !== undefined;
	}

	#insert(path: string, record: NodeRecord): number {
		const directory = this.directoryAt(dirname(path));
		const name = basename(path);
		if (directory.children.has(name)) throw new SysError('ENOENT');
		this.commit([record, { op: 'set', dir: directory.id, name, id: record.id, order: record.order, sub: 0 }]);
		return record.id;
	}

	#record(kind: Node['kind'], path: string, stat: Stat): NodeRecord {
		return {
			op: 'node',
			id: this.tree.nextId++,
			kind,
			order: this.tree.nextOrder++,
			origin: path,
			...(kind === 'symlink' ? {} : { lower: path }),
			ino: String(stat.ino),
			dev: String(stat.dev),
			uid: stat.uid,
			gid: stat.gid,
			mode: stat.mode & 0o7777,
			atime: String(stat.atimeNs),
			mtime: String(stat.mtimeNs),
			ctime: String(stat.ctimeNs),
		};
	}

	#lowerStat(node: Node): Stat | undefined {
		const lower = lowerOf(node);
		if (lower === undefined) return undefined;
		const fd = node.kind === 'file' ? this.content.lowerDescriptor(node) : undefined;
		return fd === undefined ? this.lower.lstat(lower) : this.host.fstat(fd);
	}

	#unlinked(node: Node): void {
		// What came from the machine is counted by its base, and by each name more that the guest gave it.
		if (node.origin === undefined || node.links > 0) this.quota.files(-1);
		if (node.kind === 'file' && node.links === 0 && node.opens === 0) this.discard(node);
	}

	/** EOPNOTSUPP but in scratch: what could not be applied is not taken. */
	attributesOf(node: Node): Attributes {
		if (this.domain !== 'scratch') throw new SysError('EOPNOTSUPP');
		node.attributes ??= new Attributes();
		return node.attributes;
	}

	/** Gives back the bytes of a file without a name. */
	discard(node: FileNode): void {
		if (node.lower === undefined) {
			this.quota.disk(-node.size);
			this.content.remove(node);
		} else this.content.close(node);
		this.tree.nodes.delete(node.id);
	}
}
