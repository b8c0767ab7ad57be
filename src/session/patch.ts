/**
 * A change set as one patch that `git apply` takes. What git has no words for (directories, other modes than 644 and
 * 755, paths outside the root) stands as comments at the top.
 */
import { encodeName } from '../abi/bytes.ts';
import type { Base, Change, Target } from '../model/change.ts';
import type { ChangeReaders } from './describe-change.ts';
import { isGitBinary } from './file-facts.ts';
import { binaryPatch, blobId, quoteName } from './git-format.ts';
import { hunkHeader, hunksOf } from './hunks.ts';
import { type Comparison, compareTexts, type Run } from './line-diff.ts';
import { depthOf, isBelow } from './paths.ts';
import { isEnded, lineEnd, lineStart } from './text-lines.ts';

/** Throws SysError where a file cannot be read. Bytes, because a text file need not be UTF-8. */
export function unifiedPatch(changes: readonly Change[], root: string, readers: ChangeReaders): Buffer {
	const comments: string[] = [];
	const parts: Buffer[] = [];
	for (const file of filesOf(changes, readers, comments)) {
		const outside = [file.before?.path, file.after?.path].find((path) => path !== undefined && !isBelow(path, root));
		if (outside !== undefined) {
			comments.push(
				`${commentName(file.after?.path ?? outside)}: not in this patch, because it is outside ${quoteName(root)}`,
			);
			continue;
		}
		parts.push(filePatch(file, root, comments));
	}
	const top = comments.map((comment) => `# ${comment}\n`).join('');
	return Buffer.concat([Buffer.from(top), ...parts]);
}

/** One side of a change as git sees it. Modes: 0o100644, 0o100755, 0o120000. */
type Side = { readonly path: string; readonly mode: number; readonly bytes: () => Buffer };
type FileChange = { readonly before: Side | undefined; readonly after: Side | undefined };

function filesOf(changes: readonly Change[], readers: ChangeReaders, comments: string[]): FileChange[] {
	const files: FileChange[] = [];
	const movedDirectories = changes.flatMap((change) =>
		change.kind === 'rename' && change.base.type === 'directory' ? [{ from: change.from, to: change.path }] : [],
	);
	/** Final paths of the files below directories that move, by today's. The innermost directory that moves decides. */
	const movedTo = new Map<string, string>();
	for (const { from, to } of movedDirectories.sort((a, b) => depthOf(a.from) - depthOf(b.from))) {
		comments.push(`${commentName(from)}: directory renamed to ${commentName(to)}; its files are renamed below`);
		for (const path of readers.below(from)) movedTo.set(path, to + path.slice(from.length));
	}
	const sources = new Set(changes.flatMap((change) => (change.kind === 'rename' ? [change.from] : [])));
	const contents = new Map<string, Target>();
	for (const change of changes) if (change.kind !== 'delete') contents.set(change.path, change.after);

	const target = (path: string, after: Target, unchanged: (() => Buffer) | undefined): Side | undefined =>
		sideOf(path, after, unchanged, readers, contents);
	for (const change of [...changes].sort((a, b) => a.order - b.order)) {
		switch (change.kind) {
			case 'create': {
				if (change.after.type === 'directory') comments.push(`${commentName(change.path)}: new directory`);
				else files.push({ before: undefined, after: target(change.path, change.after, undefined) });
				break;
			}
			case 'delete': {
				movedTo.delete(change.path);
				if (change.base.type === 'directory') comments.push(`${commentName(change.path)}: deleted directory`);
				else files.push({ before: machineSide(change.path, change.base, readers), after: undefined });
				break;
			}
			case 'modify':
			case 'replace': {
				const before = machineSide(change.path, change.base, readers);
				const after = target(change.path, change.after, before?.bytes);
				if (before === undefined || after === undefined) {
					comments.push(...directoryComments(change.path, change.base, change.after));
				}
				noteModes(change.path, change.base, change.after, comments);
				files.push(...splitByType({ before, after }));
				break;
			}
			case 'rename': {
				if (change.base.type === 'directory') break;
				movedTo.delete(change.from);
				const before = machineSide(change.from, change.base, readers);
				// What stood there and is renamed itself (a swap) is not deleted.
				if (change.replaces !== undefined && !sources.has(change.path)) {
					files.push({ before: machineSide(change.path, change.replaces, readers), after: undefined });
				}
				noteModes(change.path, change.base, change.after, comments);
				files.push(...splitByType({ before, after: target(change.path, change.after, before?.bytes) }));
				break;
			}
		}
	}
	for (const [from, to] of movedTo) {
		const before = plainSide(from, readers);
		files.push({ before, after: { ...before, path: to } });
	}
	return files.filter(({ before, after }) => before !== undefined || after !== undefined);
}

function machineSide(path: string, base: Base, readers: ChangeReaders): Side | undefined {
	if (base.type === 'file') return { path, mode: gitMode(base.mode), bytes: () => readers.file(path) };
	if (base.type === 'symlink') return { path, mode: 0o120000, bytes: () => encodeName(readers.link(path)) };
	return undefined;
}

/** A file of which the change set says nothing but that a directory above it moves: git keeps its mode. */
function plainSide(path: string, readers: ChangeReaders): Side {
	return { path, mode: 0, bytes: () => readers.file(path) };
}

function sideOf(
	path: string,
	after: Target,
	unchanged: (() => Buffer) | undefined,
	readers: ChangeReaders,
	contents: ReadonlyMap<string, Target>,
): Side | undefined {
	switch (after.type) {
		case 'directory':
			return undefined;
		case 'symlink':
			return { path, mode: 0o120000, bytes: () => encodeName(after.target) };
		case 'file': {
			const { content } = after;
			const bytes = content === undefined ? (unchanged ?? (() => Buffer.alloc(0))) : () => readers.content(content);
			return { path, mode: gitMode(after.mode), bytes };
		}
		case 'link': {
			const source = contents.get(after.link);
			const named = source?.type === 'file' ? source : undefined;
			const bytes = () => (named?.content === undefined ? readers.file(after.link) : readers.content(named.content));
			return { path, mode: named === undefined ? 0o100644 : gitMode(named.mode), bytes };
		}
	}
}

/** git cannot turn a file into a symlink in one entry: it deletes and creates. */
function splitByType(file: FileChange): FileChange[] {
	const { before, after } = file;
	if (before === undefined || after === undefined) return [file];
	if ((before.mode === 0o120000) === (after.mode === 0o120000)) return [file];
	return [
		{ before, after: undefined },
		{ before: undefined, after },
	];
}

function filePatch({ before, after }: FileChange, root: string, comments: string[]): Buffer {
	const oldName = nameIn(root, before?.path ?? after?.path ?? '');
	const newName = nameIn(root, after?.path ?? before?.path ?? '');
	const head = [`diff --git ${quoteName(`a/${oldName}`)} ${quoteName(`b/${newName}`)}`];
	if (before === undefined) head.push(`new file mode ${modeText(after)}`);
	else if (after === undefined) head.push(`deleted file mode ${modeText(before)}`);
	else if (before.mode !== after.mode) head.push(`old mode ${modeText(before)}`, `new mode ${modeText(after)}`);
	const isRename = before !== undefined && after !== undefined && oldName !== newName;
	const sameBytes = before !== undefined && after !== undefined && before.bytes === after.bytes;
	if (isRename) {
		// The number is for people: git apply does not check it.
		head.push(
			`similarity index ${sameBytes ? 100 : 50}%`,
			`rename from ${quoteName(oldName)}`,
			`rename to ${quoteName(newName)}`,
		);
	}
	const old = sameBytes ? Buffer.alloc(0) : (before?.bytes() ?? Buffer.alloc(0));
	const now = sameBytes ? old : (after?.bytes() ?? Buffer.alloc(0));
	if (old.equals(now)) {
		// An empty file that comes or goes: a header is all there is, with the blob's id so that git knows it is empty.
		if (before === undefined || after === undefined) head.push(indexLine(before && old, after && now));
		else if (head.length === 1) {
			comments.push(`${commentName(after.path)}: neither its bytes nor its mode as git keeps it change`);
			return Buffer.alloc(0);
		}
		return Buffer.from(`${head.join('\n')}\n`);
	}
	head.push(indexLine(before && old, after && now));
	if (isGitBinary(old) || isGitBinary(now)) return Buffer.from(`${head.join('\n')}\n${binaryPatch(old, now)}`);
	head.push(before === undefined ? '--- /dev/null' : `--- ${headerName(`a/${oldName}`)}`);
	head.push(after === undefined ? '+++ /dev/null' : `+++ ${headerName(`b/${newName}`)}`);
	return Buffer.concat([Buffer.from(`${head.join('\n')}\n`), ...hunkBytes(compareTexts(old, now))]);
}

function hunkBytes(comparison: Comparison): Buffer[] {
	return hunksOf(comparison).flatMap((hunk) => [
		Buffer.from(`${hunkHeader(hunk)}\n`),
		...hunk.runs.flatMap((run) => runBytes(comparison, run)),
	]);
}

function runBytes(comparison: Comparison, run: Run): Buffer[] {
	const [side, first, mark] =
		run.kind === 'removed'
			? ([comparison.before, run.before, '-'] as const)
			: ([comparison.after, run.after, run.kind === 'added' ? '+' : ' '] as const);
	const prefix = Buffer.from(mark);
	const parts: Buffer[] = [];
	for (let index = first; index < first + run.count; index++) {
		parts.push(prefix, side.bytes.subarray(lineStart(side, index), lineEnd(side, index)));
		if (!isEnded(side, index)) parts.push(Buffer.from('\n\\ No newline at end of file\n'));
	}
	return parts;
}

function indexLine(before: Buffer | undefined, after: Buffer | undefined): string {
	return `index ${blobId(before)}..${blobId(after)}`;
}

/** In `---` and `+++` lines git ends a name with a space in it by a tab, or it would read a time stamp there. */
function headerName(name: string): string {
	const quoted = quoteName(name);
	return quoted.includes(' ') && !quoted.startsWith('"') ? `${quoted}\t` : quoted;
}

function nameIn(root: string, path: string): string {
	return path.slice(root === '/' ? 1 : root.length + 1);
}

/** What git keeps of a mode: whether the owner may execute it. */
function gitMode(mode: number): number {
	return (mode & 0o100) === 0 ? 0o100644 : 0o100755;
}

function modeText(side: Side | undefined): string {
	return (side?.mode ?? 0).toString(8);
}

function noteModes(path: string, base: Base, after: Target, comments: string[]): void {
	if (after.type !== 'file' || base.type !== 'file' || base.mode === after.mode) return;
	if (gitMode(base.mode) !== gitMode(after.mode) && [0o644, 0o755].includes(after.mode)) return;
	comments.push(
		`${commentName(path)}: mode ${base.mode.toString(8)} becomes ${after.mode.toString(8)}, which git does not keep`,
	);
}

function directoryComments(path: string, base: Base, after: Target): string[] {
	const name = commentName(path);
	if (base.type === 'directory' && after.type === 'directory') {
		return base.mode === after.mode
			? []
			: [`${name}: mode of the directory ${base.mode.toString(8)} becomes ${after.mode.toString(8)}`];
	}
	return [`${name}: a ${base.type} becomes a ${after.type}`];
}

/** A name in a comment, on one line whatever is in it. */
function commentName(path: string): string {
	return quoteName(path);
}
