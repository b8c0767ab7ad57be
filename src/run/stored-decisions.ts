/** What decisions.json holds of changes: a decision belongs to exactly one change, with exactly one content. */
import { createHash } from 'node:crypto';
import { SysError } from '../abi/errno.ts';
import type { SessionFiles } from '../host/session-files.ts';
import type { Change } from '../model/change.ts';
import type { Approval } from '../model/decision.ts';
import { readThrough } from '../session/machine-node.ts';
import type { Session } from '../session/store.ts';

export type StoredDecisions = {
	/** What was decided of this very change before. */
	get(change: Change): Approval | undefined;
	/** Keeps decisions; those of before stay. */
	save(decided: readonly { readonly change: Change; readonly approval: Approval | undefined }[]): void;
};

/** `files` reads the session's contents. Throws UntrustedSession where decisions.json was edited. */
export function openStoredDecisions(session: Session, files: SessionFiles): StoredDecisions {
	const before = session.decisions();
	const contents = `${session.upper}/content`;
	const earlier = new Map(Object.entries(before.changes));
	const decided = new Set([...earlier.keys()].map((key) => key.slice(0, key.lastIndexOf(' '))));
	return {
		get(change) {
			// Of what was never decided no content has to be read: that of 100,000 files would take longer than all else.
			const key = decided.has(nameOf(change)) ? keyOf(change, contents, files) : undefined;
			return key === undefined ? undefined : earlier.get(key);
		},
		save(now) {
			for (const { change, approval } of now) {
				const key = approval === undefined ? undefined : keyOf(change, contents, files);
				if (approval === undefined || key === undefined) continue;
				earlier.set(key, approval);
				decided.add(nameOf(change));
			}
			session.saveDecisions({ ...before, changes: Object.fromEntries(earlier) });
		},
	};
}

/**
 * Kind and path, and a hash of all else: what stood there, what is to be there, and its bytes. So an approval of one change
 * is none of another at the same path. What only a running session knows (its order, the count of writes) is left out.
 * Undefined where the content is gone: nothing can be said of it, and it is asked about again.
 */
function keyOf(change: Change, contents: string, files: SessionFiles): string | undefined {
	const { kind, path, order: _order, ...rest } = change;
	const after = 'after' in rest && rest.after.type === 'file' ? rest.after : undefined;
	const content = after?.content === undefined ? '' : hashOf(`${contents}/${after.content}`, after.size, files);
	if (content === undefined) return undefined;
	const known = JSON.stringify([content, rest], (name, value: unknown) =>
		name === 'revision' || name === 'sha256' ? undefined : value,
	);
	return `${nameOf({ kind, path })} ${createHash('sha256').update(known).digest('hex')}`;
}

/** What a key begins with. */
function nameOf({ kind, path }: Pick<Change, 'kind' | 'path'>): string {
	return `${kind} ${path}`;
}

function hashOf(path: string, size: number, files: SessionFiles): string | undefined {
	try {
		const fd = files.openRead(path);
		try {
			const hash = createHash('sha256');
			readThrough(files, fd, hash, () => undefined, size);
			return hash.digest('hex');
		} finally {
			files.close(fd);
		}
	} catch (error) {
		if (error instanceof SysError) return undefined;
		throw error;
	}
}
