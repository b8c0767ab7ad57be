/** One apply, as it is written down before anything is touched: what is built, what is done in which order, and what was there. */
import * as z from 'zod/mini';

/** Made when the first journal is read: it takes 2 ms, and most runs read none. */
export const journalRecordShape = z.lazy(() => makeShapes().record);

type Shapes = ReturnType<typeof makeShapes>;

export type Saved = z.infer<Shapes['saved']>;
export type StagedNode = z.infer<Shapes['stagedNode']>;
export type StageItem = z.infer<Shapes['stageItem']>;
export type Step = z.infer<Shapes['step']>;
export type Plan = z.infer<Shapes['plan']>;
export type Staged = z.infer<Shapes['staged']>;
export type StagedRecord = Staged['nodes'][number];
export type Left = z.infer<Shapes['undone']>['left'][number];
export type JournalRecord = z.infer<Shapes['record']>;

function makeShapes() {
	const path = z.string().check(z.refine(isResolved, 'not a resolved path'));
	const ownerShape = z.strictObject({ uid: z.int(), gid: z.int() });
	const digits = z.string().check(z.regex(/^\d+$/));
	const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
	const mode = z.int().check(z.minimum(0), z.maximum(0o7777));

	/** A node of the machine as it was before: enough to put it back. Bytes lie in the checkpoint under their SHA-256. */
	const savedShape = z.discriminatedUnion('type', [
		z.strictObject({
			type: z.literal('file'),
			sha256,
			size: z.int(),
			mode,
			owner: ownerShape,
			ino: digits,
			mtimeNs: z.string(),
		}),
		z.strictObject({ type: z.literal('directory'), mode, owner: ownerShape, ino: digits, mtimeNs: z.string() }),
		z.strictObject({ type: z.literal('symlink'), target: z.string(), owner: ownerShape, ino: digits }),
	]);

	const stagedNodeShape = z.discriminatedUnion('type', [
		z.strictObject({
			type: z.literal('file'),
			/** Where the bytes come from: the session's upper/content, a file of the machine, nowhere. */
			source: z.discriminatedUnion('kind', [
				z.strictObject({ kind: z.literal('content'), name: z.string().check(z.regex(/^[\w.-]+$/)) }),
				z.strictObject({ kind: z.literal('copy'), path }),
				z.strictObject({ kind: z.literal('empty') }),
			]),
			mode,
			size: z.int(),
			mtimeNs: z.exactOptional(z.string()),
			owner: z.exactOptional(ownerShape),
		}),
		z.strictObject({
			type: z.literal('directory'),
			mode,
			mtimeNs: z.exactOptional(z.string()),
			owner: z.exactOptional(ownerShape),
		}),
		z.strictObject({ type: z.literal('symlink'), target: z.string(), owner: z.exactOptional(ownerShape) }),
		/** A second name of `to`: a path where something is staged, or one of the machine. */
		z.strictObject({ type: z.literal('link'), to: path }),
	]);

	/** A new node: built at `temp`, stands at `path` when all is done. */
	const stageItemShape = z.strictObject({ temp: path, path, node: stagedNodeShape });

	const someAttributes = z.strictObject({ mode: z.exactOptional(mode), mtimeNs: z.exactOptional(z.string()) });

	const stepShape = z.discriminatedUnion('kind', [
		z.strictObject({ kind: z.literal('remove'), path, saved: savedShape }),
		/** Put aside, because its place or the way to it goes before it can move to where it belongs. */
		z.strictObject({ kind: z.literal('park'), path, park: path, ino: digits }),
		/** Renames what was staged to where it belongs, over `over`. */
		z.strictObject({ kind: z.literal('place'), temp: path, path, over: z.exactOptional(savedShape) }),
		z.strictObject({ kind: z.literal('move'), from: path, path, ino: digits, over: z.exactOptional(savedShape) }),
		/** A directory of the user's that may not be written to is made writable for the time of applying. */
		z.strictObject({ kind: z.literal('open'), path, ino: digits, before: someAttributes, after: someAttributes }),
		/** Without `ino`: a directory that was staged. */
		z.strictObject({
			kind: z.literal('attributes'),
			path,
			ino: z.exactOptional(digits),
			before: someAttributes,
			after: someAttributes,
		}),
	]);

	const planShape = z.strictObject({
		kind: z.literal('plan'),
		version: z.literal(1),
		/** Part of every temporary name. Nobody can guess it. */
		token: z.string().check(z.regex(/^[0-9a-z]{8,40}$/)),
		at: z.int(),
		stage: z.array(stageItemShape),
		steps: z.array(stepShape),
		/** Which changes it applies: see markOf. */
		marks: z.exactOptional(z.array(z.string().check(z.regex(/^[0-9a-f]{32}$/)))),
	});

	/** What became of each stage item, in the same order: by this a later start knows our own files. */
	const stagedShape = z.strictObject({
		kind: z.literal('staged'),
		nodes: z.array(
			z.strictObject({ ino: digits, size: z.int(), mtimeNs: z.string(), sha256: z.exactOptional(sha256) }),
		),
	});

	const doneShape = z.strictObject({ kind: z.literal('done'), at: z.int() });
	const undoingShape = z.strictObject({ kind: z.literal('undoing'), at: z.int(), why: z.string(), force: z.boolean() });
	const undoneShape = z.strictObject({
		kind: z.literal('undone'),
		at: z.int(),
		/** Paths that somebody else had changed meanwhile, left as they are. */
		left: z.array(z.strictObject({ path: z.string(), why: z.string() })),
	});
	const record = z.discriminatedUnion('kind', [planShape, stagedShape, doneShape, undoingShape, undoneShape]);
	return {
		saved: savedShape,
		stagedNode: stagedNodeShape,
		stageItem: stageItemShape,
		step: stepShape,
		plan: planShape,
		staged: stagedShape,
		undone: undoneShape,
		record,
	};
}

/** Absolute, without an empty part, `.`, `..` or NUL: what the tree of host/ takes. */
function isResolved(text: string): boolean {
	if (!text.startsWith('/') || text.includes('\0')) return false;
	return text
		.slice(1)
		.split('/')
		.every((part) => part !== '' && part !== '.' && part !== '..');
}
