/** What a reviewer is told of a change beside what it is: above its facts, where they are read first. */
import type { Change } from '../model/change.ts';
import type { Detail } from '../model/review.ts';
import { notesOf } from '../policy/notes.ts';
import { effectsOf } from './change-decisions.ts';

/** `cwd`: the script's working directory. */
export function changeNotes(change: Change, cwd: string): readonly string[] {
	const after = change.kind === 'delete' ? undefined : change.after;
	const mode = after !== undefined && 'mode' in after && after.mode !== baseMode(change) ? after.mode : undefined;
	return [...new Set(effectsOf(change).flatMap((effect) => notesOf(effect, { cwd, mode })))];
}

export function withNotes(detail: Detail, notes: readonly string[]): Detail {
	if (notes.length === 0 || detail.kind === 'failed') return detail;
	return { ...detail, facts: [...notes, ...detail.facts] };
}

function baseMode(change: Change): number | undefined {
	return change.kind === 'create' ? undefined : change.base.mode;
}
