/** The steps in which an upper tree changes, as they are logged. Integers of 64 bits are decimal text. */
import type { Base } from '../model/change.ts';
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

export type TreeRecord =
	| NodeRecord
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
	// Without an array for each of the hundreds of thousands of steps.
	for (const key in shape) {
		if (shape[key]?.(value[key]) !== true) return `step ${op}: wrong ${key}`;
	}
	for (const key in value) {
		if (key !== 'op' && !Object.hasOwn(shape, key)) return `step ${op}: unknown ${key}`;
	}
	return undefined;
}

export function isRecord(value: unknown): value is TreeRecord {
	return flaw(value) === undefined;
}

type Check = (value: unknown) => boolean;

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const whole: Check = (value) => Number.isSafeInteger(value);
const contentName: Check = (value) => typeof value === 'string' && /^\d{1,15}$/.test(value);
const step: Check = (value) => value === 0 || value === 1 || value === -1;
const text: Check = (value) => typeof value === 'string';
const integer: Check = (value) => typeof value === 'string' && /^-?\d{1,20}$/.test(value);
const name: Check = (value) => typeof value === 'string' && value !== '' && !value.includes('/');
const path: Check = (value) => typeof value === 'string' && value.startsWith('/');
const truth: Check = (value) => typeof value === 'boolean';
const kind: Check = (value) => made(value) || value === 'fifo' || value === 'socket';
const made: Check = (value) => value === 'file' || value === 'directory' || value === 'symlink';
const baseType: Check = (value) => made(value) || value === 'other';
const optional =
	(check: Check): Check =>
	(value) =>
		value === undefined || check(value);

const baseShape: Record<string, Check> = {
	type: baseType,
	mode: count,
	size: count,
	ino: integer,
	mtimeNs: integer,
	ctimeNs: integer,
	sha256: optional(text),
};
const base: Check = (value) =>
	isObject(value) &&
	Object.entries(baseShape).every(([key, check]) => check(value[key])) &&
	Object.keys(value).every((key) => Object.hasOwn(baseShape, key));

const entry = { dir: count, name, sub: step, at: optional(integer) };

const shapes: Record<string, Record<string, Check>> = {
	node: {
		id: count,
		kind,
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
