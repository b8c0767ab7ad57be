/** The steps in which an upper tree changes, as they are logged. Integers of 64 bits are decimal text. */
import type { Base } from '../model/change.ts';
import {
	base,
	contentName,
	count,
	integer,
	isObject,
	misfit,
	name,
	nodeKind,
	optional,
	path,
	type Shape,
	step,
	text,
	truth,
	whole,
} from './checks.ts';
import type { Node } from './node.ts';

export type NodeRecord = {
	readonly op: 'node';
	readonly id: number;
	readonly kind: Node['kind'];
	readonly order: number;
	readonly origin?: string;
	readonly lower?: string;
	readonly target?: string;
	readonly ino: string;
	readonly dev: string;
	readonly uid: number;
	readonly gid: number;
	readonly mode: number;
	readonly atime: string;
	readonly mtime: string;
	readonly ctime: string;
};

/** A new file of the guest's: its node, its first name, and its content, which has the node's number. All of it at one time. */
export type FileRecord = {
	readonly op: 'file';
	readonly id: number;
	readonly order: number;
	readonly ino: string;
	readonly dev: string;
	readonly uid: number;
	readonly gid: number;
	readonly mode: number;
	readonly at: string;
	readonly dir: number;
	readonly name: string;
};

export type TreeRecord =
	| NodeRecord
	| FileRecord
	| {
			readonly op: 'attr';
			readonly id: number;
			readonly mode?: number;
			/** Both or none. */
			readonly uid?: number;
			readonly gid?: number;
			readonly atime?: string;
			readonly mtime?: string;
			readonly ctime?: string;
			/** Whether mtime is now what the guest set it to. */
			readonly timesSet?: boolean;
	  }
	/** The last write to file `id` was at that time. */
	| { readonly op: 'wrote'; readonly id: number; readonly at: string }
	/** The bytes of file `id` are in `content/` under that name from now on. */
	| { readonly op: 'content'; readonly id: number; readonly content: string }
	/** Name `name` of directory `dir` is node `id`. `sub`: how many subdirectories more. `at`: new times of the directory. */
	| {
			readonly op: 'set';
			readonly dir: number;
			readonly name: string;
			readonly id: number;
			readonly order: number;
			readonly sub: number;
			readonly at?: string;
	  }
	/** `name` is gone: as a whiteout, or (clear) because nothing lies below it. */
	| {
			readonly op: 'hide' | 'clear';
			readonly dir: number;
			readonly name: string;
			readonly sub: number;
			readonly at?: string;
	  }
	/** Two names change their nodes. */
	| {
			readonly op: 'swap';
			readonly dir: number;
			readonly name: string;
			readonly otherDir: number;
			readonly otherName: string;
			/** Subdirectories more in `dir`, and less in `otherDir`. */
			readonly sub: number;
			readonly at: string;
	  }
	| { readonly op: 'base'; readonly path: string; readonly base: Base; readonly order: number }
	| { readonly op: 'unbase'; readonly path: string }
	/** The machine has caught up: the node is what this path of it is. */
	| { readonly op: 'lower'; readonly id: number; readonly lower: string }
	/** What the node came from is at another path of the machine now. */
	| { readonly op: 'moved'; readonly id: number; readonly origin: string; readonly lower?: string }
	/** How many subdirectories it has more than its lower directory. */
	| { readonly op: 'count'; readonly id: number; readonly sub: number };

/** Returns what is wrong with a value read from a log, or undefined where it is a record. */
export function flaw(value: unknown): string | undefined {
	if (!isObject(value)) return 'a record is not an object';
	const { op } = value;
	const shape = typeof op === 'string' && Object.hasOwn(shapes, op) ? shapes[op] : undefined;
	if (typeof op !== 'string' || shape === undefined) return `unknown step ${JSON.stringify(op)}`;
	const why = misfit(value, shape, 'op');
	return why === undefined ? undefined : `step ${op}: ${why}`;
}

export function isRecord(value: unknown): value is TreeRecord {
	return flaw(value) === undefined;
}

const entry = { dir: count, name, sub: step, at: optional(integer) };

const shapes: Record<string, Shape> = {
	node: {
		id: count,
		kind: nodeKind,
		order: count,
		origin: optional(path),
		lower: optional(path),
		target: optional(text),
		ino: integer,
		dev: integer,
		uid: count,
		gid: count,
		mode: count,
		atime: integer,
		mtime: integer,
		ctime: integer,
	},
	file: {
		id: count,
		order: count,
		ino: integer,
		dev: integer,
		uid: count,
		gid: count,
		mode: count,
		at: integer,
		dir: count,
		name,
	},
	attr: {
		id: count,
		mode: optional(count),
		uid: optional(count),
		gid: optional(count),
		atime: optional(integer),
		mtime: optional(integer),
		ctime: optional(integer),
		timesSet: optional(truth),
	},
	wrote: { id: count, at: integer },
	content: { id: count, content: contentName },
	set: { ...entry, id: count, order: count },
	hide: entry,
	clear: entry,
	swap: { dir: count, name, otherDir: count, otherName: name, sub: step, at: integer },
	base: { path, base, order: count },
	unbase: { path },
	lower: { id: count, lower: path },
	moved: { id: count, origin: path, lower: optional(path) },
	count: { id: count, sub: whole },
};
