/** What a reviewer is told of a change beside what it is: above its facts, where they are read first. */
import type { Change } from '../model/change.ts';
import type { Note } from '../model/note.ts';
import type { Detail } from '../model/review.ts';
import { notesOf } from '../policy/notes.ts';
import { effectsOf } from './change-decisions.ts';

/** `cwd`: the script's working directory. */
export function changeNotes(change: Change, cwd: string): readonly Note[] {
	const after = change.kind === 'delete' ? undefined : change.after;
	const mode = after !== undefined && 'mode' in after && after.mode !== baseMode(change) ? after.mode : undefined;
	const notes = effectsOf(change).flatMap((effect) => notesOf(effect, { cwd, mode }));
	return [...new Map(notes.map((note) => [note.text, note])).values()];
}

export function withNotes(detail: Detail, notes: readonly Note[]): Detail {
	if (notes.length === 0 || detail.kind === 'failed') return detail;
	return { ...detail, facts: [...notes.map(({ text }) => text), ...detail.facts] };
}

function baseMode(change: Change): number | undefined {
	return change.kind === 'create' ? undefined : change.base.mode;
}
