/** The kinds of node in an overlay's upper tree. Changed by Tree.apply alone, but for what an open file does by itself. */
import type { Attributes } from './attributes.ts';

type Common = {
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
	ownerSet: boolean;
	/** Permission bits. Those of the lower node count as long as `modeSet` is false and there is one. */
	mode: number;
	modeSet: boolean;
	atimeNs: bigint;
	mtimeNs: bigint;
	ctimeNs: bigint;
	/** mtime was set by the guest and not by a write. */
	timesSet: boolean;
	/** Names in the tree. */
	links: number;
	/** Open files on it, in the running process alone. */
	opens: number;
	/** Of a file in scratch; the first one makes them. */
	attributes?: Attributes;
};

export type FileNode = Common & {
	readonly kind: 'file';
	/** Its bytes are still those of this path of the machine; undefined: they are in the content. */
	lower: string | undefined;
	/** Name of a file in `content/`. */
	content: string | undefined;
	/** Of the content; the lower file's is asked for. */
	size: number;
	/** Unlinked while its bytes were the machine's: it can have no name any more. */
	orphan: boolean;
	/** A write came after the last logged time. */
	dirty: boolean;
	/** Writes so far, in the running process alone. */
	revision: number;
};

export type DirectoryNode = Common & {
	readonly kind: 'directory';
	/** Merged with this directory of the machine; undefined: all that it holds is in `children`. */
	lower: string | undefined;
	readonly children: Map<string, Entry>;
	/** Subdirectories more (or less) than the lower directory has. */
	subdirectories: number;
};

export type SymlinkNode = Common & { readonly kind: 'symlink'; readonly target: string };

/** A FIFO or a socket that the guest made. It lives as long as the run: it is no change of the machine. */
export type SpecialNode = (Common & { readonly kind: 'fifo' }) | (Common & { readonly kind: 'socket' });

export type Node = FileNode | DirectoryNode | SymlinkNode | SpecialNode;

/** The path of the machine that a node is merged with, or has its bytes from. */
export function lowerOf(node: Node): string | undefined {
	return node.kind === 'file' || node.kind === 'directory' ? node.lower : undefined;
}

/** A name in a directory. `hidden` is the whiteout: the lower directory's entry of that name is gone. */
export type Entry =
	| { readonly kind: 'node'; readonly node: Node; readonly order: number }
	| { readonly kind: 'hidden' };
