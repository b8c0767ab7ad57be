/** What the right side of the review shows of a change to a file. */
import { createHash } from 'node:crypto';
import { SysError } from '../abi/errno.ts';
import type { Base, Change, Target } from '../model/change.ts';
import type { Detail } from '../model/review.ts';
import { describeBytes } from './describe-bytes.ts';
import { modeFact, ownerFacts, powerFacts, sizeFact } from './file-facts.ts';

/** Reads what a change set is about. Each throws SysError. */
export type ChangeReaders = {
	/** The bytes of a file of the machine, as it is now. */
	readonly file: (path: string) => Buffer;
	/** The target of a symlink of the machine. */
	readonly link: (path: string) => string;
	/** The bytes that Target.content names. */
	readonly content: (name: string) => Buffer;
	/** How many names a file of the machine has. */
	readonly names: (path: string) => number;
	/** Files and symlinks below a directory of the machine; for patches of renamed directories. */
	readonly below: (path: string) => readonly string[];
};

/** Larger files are told by facts alone: they would not fit a buffer twice. Bytes. */
const largest = 1 << 28;

/** Paths are those of fs/change-set.ts: a base stands at `path`, a rename's at `from`. */
export function describeChange(change: Change, readers: ChangeReaders): Detail {
	try {
		switch (change.kind) {
			case 'create':
				return describeNew(change.after, readers, []);
			case 'delete':
				return describeGone(change.base, change.path, readers);
			case 'modify':
				return describeChanged(change.base, change.after, change.path, readers, []);
			case 'rename': {
				const facts = [`renamed from ${change.from}`];
				if (change.replaces !== undefined) facts.push(`replaces the ${change.replaces.type} that stands there`);
				return describeChanged(change.base, change.after, change.from, readers, facts);
			}
			case 'replace':
				return describeReplaced(change.base, change.after, change.path, readers);
		}
	} catch (error) {
		if (error instanceof SysError) return { kind: 'failed', why: `It cannot be read: ${error.message}` };
		throw error;
	}
}

function describeNew(after: Target, readers: ChangeReaders, before: readonly string[]): Detail {
	switch (after.type) {
		case 'directory':
			return { kind: 'facts', facts: [...before, `new directory, mode ${modeFact(after.mode)}`, ...ownerFacts(after)] };
		case 'symlink':
			return { kind: 'facts', facts: [...before, 'new symlink', `to ${after.target}`, ...ownerFacts(after)] };
		case 'link':
			return { kind: 'facts', facts: [...before, `a second name (hard link) of ${after.link}`] };
		case 'file': {
			const facts = [
				...before,
				`new file, mode ${modeFact(after.mode)}`,
				...powerFacts(after.mode),
				...ownerFacts(after),
			];
			if (after.size > largest)
				return { kind: 'facts', facts: [...facts, `${sizeFact(after.size)}, too large to show`] };
			return describeBytes(
				Buffer.alloc(0),
				bytesOf(after, Buffer.alloc(0), readers),
				facts,
				after.content !== undefined,
			);
		}
	}
}

function describeGone(base: Base, path: string, readers: ChangeReaders): Detail {
	switch (base.type) {
		case 'directory':
			return { kind: 'facts', facts: [`deleted directory, mode ${modeFact(base.mode)}`] };
		case 'symlink':
			return { kind: 'facts', facts: ['deleted symlink', `to ${readers.link(path)}`] };
		case 'other':
			return { kind: 'failed', why: 'It is a device, socket or pipe, which could not be put back.' };
		case 'file': {
			const facts = [`deleted file, mode ${modeFact(base.mode)}`];
			if (base.size > largest) return { kind: 'facts', facts: [...facts, `${sizeFact(base.size)}, too large to show`] };
			const bytes = readers.file(path);
			return describeBytes(bytes, Buffer.alloc(0), [...facts, ...staleFacts(base, bytes)], false);
		}
	}
}

function describeReplaced(base: Base, after: Target, path: string, readers: ChangeReaders): Detail {
	if (base.type === 'other')
		return { kind: 'failed', why: 'It is a device, socket or pipe, which could not be put back.' };
	const was = base.type === 'symlink' ? `replaces the symlink to ${readers.link(path)}` : `replaces the ${base.type}`;
	if (base.type === 'file' && after.type === 'file') return describeChanged(base, after, path, readers, [was]);
	return describeNew(after, readers, [base.type === 'file' ? `${was} of ${sizeFact(base.size)}` : was]);
}

function describeChanged(
	base: Base,
	after: Target,
	path: string,
	readers: ChangeReaders,
	start: readonly string[],
): Detail {
	if (base.type === 'other')
		return { kind: 'failed', why: 'It is a device, socket or pipe, which could not be put back.' };
	if (after.type === 'symlink' && base.type === 'symlink') {
		const was = readers.link(path);
		const facts = was === after.target ? [`symlink to ${was}`] : [`symlink to ${was}`, `→ ${after.target}`];
		return { kind: 'facts', facts: [...start, ...facts] };
	}
	if (after.type === 'symlink' || after.type === 'link' || base.type === 'symlink')
		return describeNew(after, readers, start);
	const facts = [...start, ...ownerFacts(after)];
	if (base.mode !== after.mode)
		facts.push(`mode ${modeFact(base.mode)} → ${modeFact(after.mode)}`, ...powerFacts(after.mode));
	if (after.type === 'directory') {
		return { kind: 'facts', facts: facts.length > 0 ? facts : ['directory: its times change'] };
	}
	if (after.content === undefined) {
		return { kind: 'facts', facts: facts.length > 0 ? facts : ['its times change, its bytes do not'] };
	}
	const names = readers.names(path);
	if (names > 1)
		facts.push(`it has ${names - 1} other name(s): those keep the old bytes, this one becomes a file of its own`);
	if (base.size > largest || after.size > largest) {
		facts.push(`${sizeFact(base.size)} → ${sizeFact(after.size)}, too large to show`);
		return { kind: 'facts', facts };
	}
	const before = readers.file(path);
	return describeBytes(before, bytesOf(after, before, readers), [...facts, ...staleFacts(base, before)], true);
}

function bytesOf(after: Target, unchanged: Buffer, readers: ChangeReaders): Buffer {
	if (after.type !== 'file' || after.content === undefined) return unchanged;
	return readers.content(after.content);
}

/** The diff is against what is there now; apply will refuse it where that is not what the script saw. */
function staleFacts(base: Base, now: Buffer): string[] {
	if (base.sha256 === undefined && now.length === base.size) return [];
	const same = now.length === base.size && createHash('sha256').update(now).digest('hex') === base.sha256;
	return same
		? []
		: ['conflict: it was changed on the machine since the script saw it; this diff is against what is there now'];
}
