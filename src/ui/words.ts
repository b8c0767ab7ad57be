/** The review's words for effects, states and who decided. */
import type { DecidedBy, Edit } from '../model/decision.ts';
import { hostText } from '../model/effect.ts';
import type { ItemState, ReviewItem } from '../model/review.ts';

/** What an item would do, in one word. */
export function verb(item: ReviewItem): string {
	return item.change ?? item.effect.kind;
}

/** What an item is about, in one line: a path, the words of a command, a host. Untrusted. */
export function subject(item: ReviewItem): string {
	const { effect } = item;
	switch (effect.kind) {
		case 'read':
		case 'write':
		case 'delete':
			return effect.path;
		case 'run':
			return (item.edit?.kind === 'command' ? item.edit.argv : effect.argv).join(' ');
		case 'connect':
		case 'listen':
			return hostText(effect);
	}
}

/** What has become of an item, as a sentence. Untrusted: rules and names of people are in it. */
export function stateWords(state: ItemState): string {
	switch (state.kind) {
		case 'pending':
			return state.live ? 'the script stands still until you answer' : 'not decided yet';
		case 'approved':
			return `approved ${byWords(state.by)}${because(state.because)}`;
		case 'denied':
			return `denied ${byWords(state.by)}${because(state.because)}`;
		case 'ran':
			return `approved ${byWords(state.by)}, ${outcome(state)}`;
		case 'applied':
			return `approved ${byWords(state.by)}, already on the machine`;
	}
}

/** What a person made of an item. */
export function editWords(edit: Edit): string {
	if (edit.kind === 'command') return 'edited: these words would run, and not those of the script';
	return edit.how === 'hunks'
		? 'parts of the change were left out: this is what is left'
		: 'edited: this would be written, and not what the script wrote';
}

/** How a command that was allowed to run stands. */
export function outcome(state: Extract<ItemState, { kind: 'ran' }>): string {
	if (state.signal !== undefined) return `killed by ${state.signal}`;
	return state.status === undefined ? 'running' : `exit ${state.status}`;
}

function byWords(by: DecidedBy): string {
	if ('rule' in by) return `by the rule ${by.rule}`;
	if ('person' in by) return `by ${by.person}`;
	switch (by.built) {
		case 'unattended':
			return 'because nobody answered';
		case 'plan':
			return 'because of --plan';
		case 'limit':
			return 'because of a limit';
		case 'kernel':
		case 'runtime':
			return `by the ${by.built}`;
	}
}

function because(words: string | undefined): string {
	return words === undefined ? '' : ` (${words})`;
}
