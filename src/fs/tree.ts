/** The upper tree. It changes only by records, so what a log rebuilds is what the running session had. */
import type { Base } from '../model/change.ts';
import type { Stat } from './api.ts';
import { DirectoryNode, type Entry, FileNode, type Node } from './node.ts';
import { setAttributes, toNewFile, toNode, touch } from './node-record.ts';
import type { FileRecord, NodeRecord, TreeRecord } from './record.ts';

export type KnownBase = { readonly base: Base; readonly order: number };

/** The root's id. */
const rootId = 1;

/** A record that does not fit the tree: of a log that was damaged, or a bug of ours. */
export class TreeError extends Error {
	override readonly name = 'TreeError';
}

export class Tree {
	readonly root: DirectoryNode;
	readonly nodes = new Map<number, Node>();
	/** What each path of the machine was when the guest first changed it. */
	readonly bases = new Map<string, KnownBase>();
	/** Which node shows a directory of the machine. */
	readonly byLower = new Map<string, DirectoryNode>();
	nextId = rootId + 1;
	nextOrder = 1;
	/** Called when a name of a node is gone; `links` says how many are left. */
	onUnlinked: (node: Node) => void = () => {};

	/** `lower`: what the root is merged with, `/` or nothing. */
	constructor(
		lower: string | undefined,
		root: Pick<DirectoryNode, 'ino' | 'dev' | 'uid' | 'gid' | 'mode'>,
		atNs: bigint,
	) {
		const times = { atimeNs: atNs, mtimeNs: atNs, ctimeNs: atNs };
		this.root = new DirectoryNode({ ...root, ...times, id: rootId, order: 0, origin: lower }, lower);
		this.root.links = 1;
		this.nodes.set(rootId, this.root);
		if (lower !== undefined) this.byLower.set(lower, this.root);
	}

	apply(record: TreeRecord): void {
		switch (record.op) {
			case 'node':
				this.#node(record);
				break;
			case 'file':
				this.#newFile(record);
				break;
			case 'attr':
				setAttributes(this.node(record.id), record);
				break;
			case 'wrote': {
				const node = this.file(record.id);
				node.mtimeNs = BigInt(record.at);
				node.ctimeNs = node.mtimeNs;
				break;
			}
			case 'content':
				this.#content(this.file(record.id), record.content);
				break;
			case 'set': {
				const node = this.node(record.id);
				node.links++;
				this.#put(record, { kind: 'node', node, order: record.order });
				this.nextOrder = Math.max(this.nextOrder, record.order + 1);
				break;
			}
			case 'hide':
				this.#put(record, { kind: 'hidden' });
				break;
			case 'clear':
				this.#put(record, undefined);
				break;
			case 'swap':
				this.#swap(record);
				break;
			case 'base':
				this.bases.set(record.path, { base: record.base, order: record.order });
				this.nextOrder = Math.max(this.nextOrder, record.order + 1);
				break;
			case 'unbase':
				this.bases.delete(record.path);
				break;
			case 'lower':
				this.#lower(this.node(record.id), record.lower);
				break;
			case 'moved':
				this.#moved(this.node(record.id), record.origin, record.lower);
				break;
			case 'count':
				this.directory(record.id).subdirectories = record.sub;
				break;
		}
	}

	node(id: number): Node {
		const node = this.nodes.get(id);
		if (node === undefined) throw new TreeError(`no node ${id}`);
		return node;
	}

	directory(id: number): DirectoryNode {
		const node = this.node(id);
		if (node.kind !== 'directory') throw new TreeError(`node ${id} is no directory`);
		return node;
	}

	file(id: number): FileNode {
		const node = this.node(id);
		if (node.kind !== 'file') throw new TreeError(`node ${id} is no file`);
		return node;
	}

	/** A file of the machine that is open, and has no name in the tree yet: the one node that no record made. */
	adopt(path: string, stat: Stat): FileNode {
		const { ino, dev, uid, gid, atimeNs, mtimeNs, ctimeNs } = stat;
		const start = { ino, dev, uid, gid, atimeNs, mtimeNs, ctimeNs, mode: stat.mode & 0o7777, origin: path };
		const node = new FileNode({ ...start, id: this.nextId++, order: this.nextOrder++ }, path);
		this.nodes.set(node.id, node);
		return node;
	}

	#node(record: NodeRecord): void {
		this.nextId = Math.max(this.nextId, record.id + 1);
		this.nextOrder = Math.max(this.nextOrder, record.order + 1);
		// An open file that gets its first name in the tree is here already.
		if (this.nodes.has(record.id)) return;
		const node = toNode(record);
		this.nodes.set(record.id, node);
		if (node.kind === 'directory' && node.lower !== undefined) this.byLower.set(node.lower, node);
	}

	#newFile(record: FileRecord): void {
		const { id, order, dir, name } = record;
		this.nextId = Math.max(this.nextId, id + 1);
		this.nextOrder = Math.max(this.nextOrder, order + 1);
		const node = toNewFile(record);
		node.links = 1;
		this.nodes.set(id, node);
		this.#put({ dir, name, sub: 0 }, { kind: 'node', node, order });
		touch(this.directory(dir), node.mtimeNs);
	}

	#put(record: { dir: number; name: string; sub: number; at?: string }, entry: Entry | undefined): void {
		const directory = this.directory(record.dir);
		const before = directory.children.get(record.name);
		if (entry === undefined) directory.children.delete(record.name);
		else directory.children.set(record.name, entry);
		directory.subdirectories += record.sub;
		if (record.at !== undefined) touch(directory, BigInt(record.at));
		if (before?.kind === 'node') this.#unlinked(before.node);
	}

	#swap(record: Extract<TreeRecord, { op: 'swap' }>): void {
		const a = this.directory(record.dir);
		const b = this.directory(record.otherDir);
		const one = a.children.get(record.name);
		const other = b.children.get(record.otherName);
		if (one === undefined || other === undefined) throw new TreeError('swap of a name that is not there');
		a.children.set(record.name, other);
		b.children.set(record.otherName, one);
		a.subdirectories += record.sub;
		b.subdirectories -= record.sub;
		touch(a, BigInt(record.at));
		touch(b, BigInt(record.at));
	}

	#unlinked(node: Node): void {
		node.links--;
		if (node.links === 0) {
			if (node.opens === 0) this.nodes.delete(node.id);
			if (node.kind === 'directory' && node.lower !== undefined) this.byLower.delete(node.lower);
		}
		this.onUnlinked(node);
	}

	#content(node: FileNode, content: string): void {
		this.nextId = Math.max(this.nextId, Number(content) + 1);
		node.lower = undefined;
		node.content = content;
	}

	#lower(node: Node, lower: string): void {
		node.modeSet = false;
		node.timesSet = false;
		if (node.kind === 'file') node.content = undefined;
		this.#moved(node, lower, lower);
	}

	#moved(node: Node, origin: string, lower: string | undefined): void {
		node.origin = origin;
		if ((node.kind !== 'file' && node.kind !== 'directory') || lower === undefined) return;
		if (node.kind === 'directory') {
			if (node.lower !== undefined && this.byLower.get(node.lower) === node) this.byLower.delete(node.lower);
			this.byLower.set(lower, node);
		}
		node.lower = lower;
	}
}
