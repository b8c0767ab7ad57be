/** What a reviewer is told of an effect beside what it is: above all else, where it is read first. */
import type { Change } from '../model/change.ts';
import type { Note } from '../model/note.ts';
import type { Detail, ReviewItem } from '../model/review.ts';
import { notesOf } from '../policy/notes.ts';
import { type ChangeDecisions, effectsOf } from './change-decisions.ts';

/** `cwd`: the script's working directory. */
export function changeNotes(change: Change, cwd: string): readonly Note[] {
	const after = change.kind === 'delete' ? undefined : change.after;
	const mode = after !== undefined && 'mode' in after && after.mode !== baseMode(change) ? after.mode : undefined;
	const notes = effectsOf(change).flatMap((effect) => notesOf(effect, { cwd, mode }));
	return [...new Map(notes.map((note) => [note.text, note])).values()];
}

/** Whether there is something to tell. Looks at an item when it is on the screen: at all of 100,000 would take a second. */
export function carefulTest(decisions: ChangeDecisions, cwd: string): (item: ReviewItem) => boolean {
	return (item) => {
		const decided = item.change === undefined ? undefined : decisions.get(item.id);
		const { effect, edit } = item;
		if (decided !== undefined) return changeNotes(decided.change, cwd).length > 0;
		const wanted = effect.kind === 'run' && edit?.kind === 'command' ? { ...effect, argv: edit.argv } : effect;
		return notesOf(wanted, { cwd }).length > 0;
	};
}

export function withNotes(detail: Detail, notes: readonly Note[]): Detail {
	if (notes.length === 0 || detail.kind === 'failed') return detail;
	return { ...detail, notes: notes.map(({ text }) => text) };
}

function baseMode(change: Change): number | undefined {
	return change.kind === 'create' ? undefined : change.base.mode;
}
