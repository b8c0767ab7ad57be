/** An item in the person's editor: from its draft to what has become of it, as a sentence. */
import type { Review, ReviewItem } from '../model/review.ts';

/** What the editor gave back. */
export type EditResult =
	| { readonly kind: 'edited'; readonly bytes: Uint8Array }
	| { readonly kind: 'same' }
	| { readonly kind: 'failed'; readonly why: string };

/** Gives the terminal to an editor until it ends. Never rejects. */
export type Editor = (name: string, bytes: Uint8Array) => Promise<EditResult>;

export const revisedWords = 'This is what is left of it; a approves it.';

/** Edits an item; a sentence for the person. An editor that failed has changed nothing. */
export async function editItem(review: Review, { id, version }: ReviewItem, editor: Editor): Promise<string> {
	const draft = await review.draft(id, version);
	if (draft.kind === 'refused') return draft.why;
	const result = await editor(draft.name, draft.bytes);
	switch (result.kind) {
		case 'failed':
			return `Nothing was changed: ${result.why}`;
		case 'same':
			return 'It is as it was.';
		case 'edited':
			return (await review.revise(id, version, result.bytes, 'edited')) ?? 'Edited; a approves it as it is now.';
	}
}
