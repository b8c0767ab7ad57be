/** Edits the new bytes of a file before they count. What the script wanted stays in the session beside them. */
import { createHash } from 'node:crypto';
import type { Editing } from '../gate/review-store.ts';
import type { ReviewItem } from '../model/review.ts';
import { contentOf } from './change-content.ts';
import type { ChangeDecisions, DecidedChange } from './change-decisions.ts';
import type { SessionWork } from './session-work.ts';

/** What an editor is given, and what is taken from it, bytes. */
const largest = 64 * 1024 * 1024;

/** `changed` is called when a decision list is no longer what it was. */
export function editChanges(work: SessionWork, decisions: ChangeDecisions, changed: () => void): Editing {
	const find = ({ id }: ReviewItem): DecidedChange | undefined => decisions.get(id);
	return {
		draft(item) {
			const found = find(item);
			const content = found === undefined ? undefined : contentOf(found.change);
			if (found === undefined || content === undefined) return { kind: 'refused', why: 'It brings no new content.' };
			const bytes = work.readers.content(content);
			if (bytes.length > largest) return { kind: 'refused', why: 'It is too large for an editor.' };
			return { kind: 'draft', name: found.change.path.slice(found.change.path.lastIndexOf('/') + 1), bytes };
		},
		revise(item, bytes, how) {
			const found = find(item);
			const wanted = found === undefined ? undefined : contentOf(found.wanted ?? found.change);
			if (wanted === undefined) return 'It brings no new content.';
			if (bytes.length > largest) return 'It is too large.';
			const content = `edit-${createHash('sha256').update(bytes).digest('hex')}`;
			work.keepContent(content, bytes);
			decisions.edit(item.id, { kind: 'content', content, size: bytes.length, wanted, how });
			changed();
			return undefined;
		},
	};
}
