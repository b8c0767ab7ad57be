/** What decisions.json holds of changes: a decision belongs to exactly one change, with exactly one content. */
import { hash } from 'node:crypto';
import type { SessionFiles } from '../host/session-files.ts';
import type { Change, Target } from '../model/change.ts';
import type { Approval } from '../model/decision.ts';
import { hashContent } from '../session/machine-node.ts';
import type { DecidedChanges } from '../session/session-record.ts';
import type { Session } from '../session/store.ts';
import { contentOf } from './change-content.ts';

export type StoredDecisions = {
	/**
	 * What was decided of this very change before, bound to the bytes that it had: whoever applies it gives that hash on. No
	 * content is read here, for that of 100,000 files takes longer than all else.
	 */
	get(change: Change): Approval | undefined;
	/** Whether the bytes of a change are those that were decided on; true where nothing was. Reads them. */
	holds(change: Change): boolean;
	/** Keeps decisions; those of before stay, but for what is given here as decided no more. */
	save(decided: readonly { readonly change: Change; readonly approval: Approval | undefined }[]): void;
};

/** A decision, and the SHA-256 of the bytes that it is about; none: the change brings no bytes. */
type Kept = { readonly approval: Approval; readonly content: string };

const noContent = '-';

/** `files` reads the session's contents. Throws UntrustedSession where decisions.json was edited. */
export function openStoredDecisions(session: Session, files: SessionFiles): StoredDecisions {
	const known = new Map<string, Kept>();
	for (const { approval, of } of session.decisions().changes) {
		for (const key of of) {
			const space = key.indexOf(' ');
			known.set(key.slice(space + 1), { approval, content: key.slice(0, space) });
		}
	}
	const contentHash = (change: Change): string | undefined => {
		const name = contentOf(change);
		return name === undefined ? noContent : hashContent(files, `${session.upper}/content/${name}`);
	};
	/** Of an edited change the edit names its bytes itself; what the script wanted is what it was decided instead of. */
	const boundTo = ({ approval, content }: Kept): Approval => {
		if (content === noContent || approval.edit !== undefined) return approval;
		const { approved, by, because, status } = approval;
		// A whole literal for what there are 100,000 of.
		return because === undefined && status === undefined ? { approved, by, content } : { ...approval, content };
	};
	return {
		get(change) {
			const kept = known.size === 0 ? undefined : known.get(nameOf(change));
			return kept === undefined ? undefined : boundTo(kept);
		},
		holds(change) {
			const kept = known.get(nameOf(change));
			return kept === undefined || kept.content === contentHash(change);
		},
		save(now) {
			for (const { change, approval } of now) {
				if (approval === undefined) {
					known.delete(nameOf(change));
					continue;
				}
				// What was shown, or was decided on before, is what it is about, whatever lies there now.
				const seen = approval.edit === undefined ? approval.content : undefined;
				const content = seen ?? contentHash(change);
				// Its content is gone: nothing can be said of it, and it is asked about again.
				if (content !== undefined) known.set(nameOf(change), { approval, content });
			}
			session.saveDecisions({ changes: grouped(known) });
		},
	};
}

/** One entry for each decision that was made, with all that it is about: a rule decides thousands alike. */
function grouped(known: ReadonlyMap<string, Kept>): DecidedChanges {
	const groups = new Map<string, { readonly approval: Approval; readonly of: string[] }>();
	for (const [name, { approval, content }] of known) {
		const { content: _bound, ...rest } = approval;
		const own = approval.edit === undefined ? rest : approval;
		const text = JSON.stringify(own);
		const entry = `${content} ${name}`;
		const group = groups.get(text);
		if (group === undefined) groups.set(text, { approval: own, of: [entry] });
		else group.of.push(entry);
	}
	return [...groups.values()];
}

/**
 * All of a change but its bytes: what stood there and what is to be there, then kind and path. So an approval of one change is
 * none of another at the same path. What only a running session knows (its order, the count of writes), and the name under
 * which its bytes lie, is left out. A list in JSON ends where it ends, so no path and no target of a symlink can look like another change.
 */
function nameOf(change: Change): string {
	const { kind, path } = change;
	const after = kind === 'delete' ? null : plainly(change.after);
	const about = kind === 'create' ? JSON.stringify(after) : JSON.stringify([after, ...before(change)]);
	return `${about.length > longest ? hash('sha256', about).slice(0, 32) : about} ${kind} ${path}`;
}

/** A longer text is told by its hash. */
const longest = 48;

function plainly(after: Target): readonly unknown[] {
	if (after.type !== 'file') return [after];
	const { mode, size, mtimeNs, owner, content } = after;
	const bytes = content === undefined ? 'same' : 'new';
	return mtimeNs === undefined && owner === undefined ? [mode, size, bytes] : [mode, size, bytes, mtimeNs, owner];
}

/** What a hash of the machine's file adds to its inode, size and times is known at one time and not at another. */
function before(change: Exclude<Change, { kind: 'create' }>): readonly unknown[] {
	const base = { ...change.base, sha256: undefined };
	if (change.kind !== 'rename') return [base];
	return [base, change.from, change.replaces && { ...change.replaces, sha256: undefined }];
}
