/** The keys while parts of a change are chosen: those of `git add -p`. Nothing is approved by them. */
import type { DiffParts } from '../model/review.ts';
import { answer, answerRest, type Choice, firstChoice, move, split, takenParts, tally } from './hunk-choice.ts';
import type { KeyEvent } from './keys.ts';
import type { Mode, Step, View, World } from './view.ts';

const items: Mode = { kind: 'items' };

/** Begins to choose, or says why there is nothing to choose. */
export function startHunks(view: View, { item, detail, layout }: World): View {
	const parts = detail?.kind === 'diff' ? detail.lines.parts : undefined;
	const choice = parts === undefined ? undefined : firstChoice(parts);
	if (item === undefined || parts === undefined || choice === undefined || item.change === 'delete') {
		return { ...view, message: 'It has no parts that could be left out.' };
	}
	if (layout.panes === 'list') return { ...view, message: 'Tab shows it; then s chooses parts of it.' };
	return { ...view, mode: { kind: 'hunks', choice, id: item.id, version: item.version, parts } };
}

type Hunks = Extract<Mode, { kind: 'hunks' }>;

export function pressHunks(view: View, mode: Hunks, event: KeyEvent, world: World): Step {
	if (world.item?.id !== mode.id || world.item.version !== mode.version) {
		return { view: { ...view, mode: items, message: 'It changed meanwhile: look again.' } };
	}
	if (event.kind === 'paste' || event.burst) return { view };
	const to = (choice: Choice): Step => ({ view: { ...view, mode: { ...mode, choice } } });
	const { choice } = mode;
	switch (event.name) {
		case 'y':
			return to(answer(choice, true));
		case 'n':
			return to(answer(choice, false));
		case 'a':
			return to(answerRest(choice, true));
		case 'd':
			return to(answerRest(choice, false));
		case 's': {
			const smaller = split(choice);
			return smaller === undefined ? { view: { ...view, message: 'It is a single line.' } } : to(smaller);
		}
		case 'down':
		case 'j':
			return to(move(choice, 1));
		case 'up':
		case 'k':
			return to(move(choice, -1));
		case 'enter':
			return done(view, mode, mode.parts, world);
		case 'escape':
		case 'q':
			return { view: { ...view, mode: items, message: 'All of it is as it was.' } };
		default:
			return { view };
	}
}

function done(view: View, { choice }: Hunks, parts: DiffParts, { item }: World): Step {
	const { taken, left, open } = tally(choice);
	const back: View = { ...view, mode: items };
	if (open > 0)
		return { view: { ...view, message: `${open} have no answer yet: y takes, n leaves out, a and d all the rest.` } };
	if (left === 0) return { view: { ...back, message: 'All of it was taken: a approves it.' } };
	if (taken === 0) return { view: { ...back, message: 'Nothing of it was taken: d denies it.' } };
	if (item === undefined) return { view: back };
	return { view: back, action: { kind: 'revise', item, bytes: parts.take(takenParts(choice)), how: 'hunks' } };
}
