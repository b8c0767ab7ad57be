/**
 * Locks on files, among the guest's own processes: flock(2) of an open file, fcntl(2) record locks of a process or an open
 * file. Programs of the machine neither see them nor hold any: what the guest changes is not on the machine yet.
 */
import { OpenFile } from './open-file.ts';
import type { Process } from './task.ts';

export type LockOwner = Process | OpenFile;
/** Bytes from `from` up to, not including, `to` (which may be Infinity). */
export type LockRange = { readonly from: number; readonly to: number };
export type Lock = LockRange & { readonly owner: LockOwner; readonly exclusive: boolean };

const whole: LockRange = { from: 0, to: Number.POSITIVE_INFINITY };

export class FileLocks {
	/** Record locks, and flock's, which never meet. By file: `dev:ino`. */
	readonly #records = new Map<string, Lock[]>();
	readonly #files = new Map<string, Lock[]>();
	/** Open files that own or owned a lock. */
	readonly #owners = new WeakSet<OpenFile>();
	readonly #changed: () => void;

	constructor(changed: () => void) {
		this.#changed = changed;
	}

	/** flock(2). False: somebody else holds it. As on Linux, the lock that is changed is given up first. */
	flock(file: OpenFile, exclusive: boolean): boolean {
		this.#remove(this.#files, keyOf(file), file, whole);
		return this.#add(this.#files, keyOf(file), { owner: file, exclusive, ...whole });
	}

	unflock(file: OpenFile): void {
		this.#remove(this.#files, keyOf(file), file, whole);
	}

	/** A record lock. False: somebody else holds one that does not go with it. */
	lock(owner: LockOwner, file: OpenFile, exclusive: boolean, range: LockRange): boolean {
		const key = keyOf(file);
		const lock = { owner, exclusive, ...range };
		if (conflictIn(this.#records.get(key), lock) !== undefined) return false;
		this.#remove(this.#records, key, owner, range);
		return this.#add(this.#records, key, lock);
	}

	unlock(owner: LockOwner, file: OpenFile, range: LockRange): void {
		this.#remove(this.#records, keyOf(file), owner, range);
	}

	/** Whose record lock stands in the way. */
	conflict(owner: LockOwner, file: OpenFile, exclusive: boolean, range: LockRange): Lock | undefined {
		return conflictIn(this.#records.get(keyOf(file)), { owner, exclusive, ...range });
	}

	/** A process closed a descriptor: its record locks on that file go, whoever else has it open. fcntl(2). */
	closed(process: Process, file: OpenFile): void {
		if (this.#records.size > 0 && file.kind === 'node') this.#remove(this.#records, keyOf(file), process, whole);
	}

	#add(table: Map<string, Lock[]>, key: string, lock: Lock): boolean {
		const held = table.get(key) ?? [];
		if (conflictIn(held, lock) !== undefined) return false;
		const { owner } = lock;
		if (owner instanceof OpenFile && !this.#owners.has(owner)) {
			this.#owners.add(owner);
			owner.whenClosed(() => this.#disposed(owner));
		}
		held.push(lock);
		table.set(key, held);
		return true;
	}

	#disposed(file: OpenFile): void {
		this.#removeEverywhere(this.#files, file);
		this.#removeEverywhere(this.#records, file);
	}

	/** Takes a range off an owner's locks; what lies before and after it stays. */
	#remove(table: Map<string, Lock[]>, key: string, owner: LockOwner, range: LockRange): void {
		const held = table.get(key);
		if (held === undefined || !held.some((lock) => lock.owner === owner && overlaps(lock, range))) return;
		const left = held.flatMap((lock) => (lock.owner === owner ? without(lock, range) : [lock]));
		if (left.length > 0) table.set(key, left);
		else table.delete(key);
		this.#changed();
	}

	#removeEverywhere(table: Map<string, Lock[]>, owner: LockOwner): void {
		for (const [key, held] of table)
			if (held.some((lock) => lock.owner === owner)) this.#remove(table, key, owner, whole);
	}
}

function conflictIn(held: readonly Lock[] | undefined, wanted: Lock): Lock | undefined {
	return held?.find(
		(lock) => lock.owner !== wanted.owner && (lock.exclusive || wanted.exclusive) && overlaps(lock, wanted),
	);
}

function overlaps(one: LockRange, other: LockRange): boolean {
	return one.from < other.to && other.from < one.to;
}

function without(lock: Lock, range: LockRange): Lock[] {
	if (!overlaps(lock, range)) return [lock];
	const before = lock.from < range.from ? [{ ...lock, to: range.from }] : [];
	const after = lock.to > range.to ? [{ ...lock, from: range.to }] : [];
	return [...before, ...after];
}

function keyOf(file: OpenFile): string {
	const { dev, ino } = file.stat();
	return `${dev}:${ino}`;
}
