/** The kinds of node in an overlay's upper tree. Changed by Tree.apply alone, but for what an open file does by itself. */
import type { Attributes } from './attributes.ts';

/** What a node begins with. */
export type NodeStart = Pick<
	Common,
	'id' | 'order' | 'origin' | 'ino' | 'dev' | 'uid' | 'gid' | 'mode' | 'atimeNs' | 'mtimeNs' | 'ctimeNs'
>;

/**
 * Classes, since there may be hundreds of thousands of nodes: V8 makes a hash table of what is spread out of an object of so
 * many fields, which costs ten times the time and six times the memory.
 */
class Common {
	readonly id: number;
	/** Place in the program's order when it was made. */
	readonly order: number;
	/** The machine's path that it was copied up from; undefined for what the guest made. */
	origin: string | undefined;
	readonly ino: bigint;
	readonly dev: bigint;
	uid: number;
	gid: number;
	/** The guest set uid and gid. */
	ownerSet = false;
	/** Permission bits. Those of the lower node count as long as `modeSet` is false and there is one. */
	mode: number;
	modeSet = false;
	atimeNs: bigint;
	mtimeNs: bigint;
	ctimeNs: bigint;
	/** mtime was set by the guest and not by a write. */
	timesSet = false;
	/** Names in the tree. */
	links = 0;
	/** Open files on it, in the running process alone. */
	opens = 0;
	/** Of a file in scratch; the first one makes them. */
	declare attributes?: Attributes;

	constructor(start: NodeStart) {
		this.id = start.id;
		this.order = start.order;
		this.origin = start.origin;
		this.ino = start.ino;
		this.dev = start.dev;
		this.uid = start.uid;
		this.gid = start.gid;
		this.mode = start.mode;
		this.atimeNs = start.atimeNs;
		this.mtimeNs = start.mtimeNs;
		this.ctimeNs = start.ctimeNs;
	}
}

export class FileNode extends Common {
	readonly kind = 'file';
	/** Its bytes are still those of this path of the machine; undefined: they are in the content. */
	lower: string | undefined;
	/** Name of a file in `content/`. */
	content: string | undefined = undefined;
	/** Of the content; the lower file's is asked for. */
	size = 0;
	/** Unlinked while its bytes were the machine's: it can have no name any more. */
	orphan = false;
	/** A write came after the last logged time. */
	dirty = false;
	/** Writes so far, in the running process alone. */
	revision = 0;

	constructor(start: NodeStart, lower: string | undefined) {
		super(start);
		this.lower = lower;
	}
}

export class DirectoryNode extends Common {
	readonly kind = 'directory';
	/** Merged with this directory of the machine; undefined: all that it holds is in `children`. */
	lower: string | undefined;
	readonly children = new Map<string, Entry>();
	/** Subdirectories more (or less) than the lower directory has. */
	subdirectories = 0;

	constructor(start: NodeStart, lower: string | undefined) {
		super(start);
		this.lower = lower;
	}
}

export class SymlinkNode extends Common {
	readonly kind = 'symlink';
	readonly target: string;

	constructor(start: NodeStart, target: string) {
		super(start);
		this.target = target;
	}
}

/** A FIFO or a socket that the guest made. It lives as long as the run: it is no change of the machine. */
export class SpecialNode extends Common {
	readonly kind: 'fifo' | 'socket';

	constructor(start: NodeStart, kind: 'fifo' | 'socket') {
		super(start);
		this.kind = kind;
	}
}

export type Node = FileNode | DirectoryNode | SymlinkNode | SpecialNode;

/** The path of the machine that a node is merged with, or has its bytes from. */
export function lowerOf(node: Node): string | undefined {
	return node.kind === 'file' || node.kind === 'directory' ? node.lower : undefined;
}

/** A name in a directory. `hidden` is the whiteout: the lower directory's entry of that name is gone. */
export type Entry =
	| { readonly kind: 'node'; readonly node: Node; readonly order: number }
	| { readonly kind: 'hidden' };
