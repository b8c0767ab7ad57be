/** The keys of the main screen: list on the left, detail on the right. */
import type { ReviewItem } from '../model/review.ts';
import type { KeyEvent } from './keys.ts';
import { editLine, emptyLine, insert, textOf } from './line-editor.ts';
import { motion, slid } from './motion.ts';
import { tooSoon } from './no-answer.ts';
import { openBeside } from './press-beside.ts';
import { startHunks } from './press-hunks.ts';
import { findNext } from './search.ts';
import type { Mode, Step, View, World } from './view.ts';

export function pressItems(view: View, name: string, burst: boolean, world: World): Step {
	const step = motion(name, Math.max(1, world.layout.bodyRows - 1));
	if (step !== undefined) return { view: move(view, name, step, world) };
	// What came in one piece may move about (a key held down on a slow line), but does nothing.
	if (burst) return { view: moveFar(view, name, world) ?? view };
	switch (name) {
		case 'a':
			return decide(view, true, world);
		case 'd':
			return decide(view, false, world);
		case 'A':
			if (!world.settled) return say(view, tooSoon);
			return { view, action: { kind: 'approve-seen' } };
		case 'D':
			return startReason(view, world);
		case 'e':
			return startEdit(view, world);
		case 's':
			return { view: whyOpen(view, world) ?? startHunks(view, world) };
		case 'r':
		case '*':
		case 'ctrl-z': {
			const { item } = world;
			if (item === undefined) return { view };
			const what = name === 'r' ? 'remember' : name === '*' ? 'group' : 'shell';
			return { view: { ...view, mode: { kind: 'editing' } }, action: { kind: 'aside', what, item } };
		}
		case 'f':
			return { view, action: { kind: 'unfold' } };
		case 'w':
			return { view: { ...view, wraps: !view.wraps, side: 0, scroll: 0, found: undefined } };
		case 'v':
			return { view: { ...view, sides: world.sides ? 'one' : 'two', scroll: 0, found: undefined } };
		case 'enter':
			return enter(view, world);
		case 'q':
			if (world.state.phase.kind === 'ended') return { view, action: { kind: 'finish', end: 'later' } };
			return { view: { ...view, mode: { kind: 'confirm', what: 'leave', count: 0 } } };
		case '/':
			return { view: { ...view, mode: { kind: 'search', line: emptyLine } } };
		case 'n':
			return { view: findNext(view, world) };
		case 'o':
			return { view: { ...view, mode: { kind: 'output', up: 0, side: 0 } } };
		case '?':
			return { view: { ...view, mode: { kind: 'help', scroll: 0 } } };
		case 'i':
			return world.state.phase.kind === 'input'
				? { view: { ...view, mode: { kind: 'input', line: emptyLine } } }
				: { view };
		case 'tab':
			return { view: { ...view, detailAlone: !view.detailAlone, side: 0 } };
		case 'escape':
			return { view: { ...view, detailAlone: false, query: undefined, found: undefined } };
		default:
			return { view: openBeside(view, name, world) ?? moveFar(view, name, world) ?? view };
	}
}

/** Selects an item and shows its detail from the start. */
export function select(view: View, item: ReviewItem | undefined): View {
	if (item === undefined || item.id === view.selected) return view;
	return { ...view, selected: item.id, scroll: 0, side: 0, found: undefined };
}

/** The next item after the selected one that is not decided: a live question before all others. */
export function nextPending({ state, counts, index, item }: World): ReviewItem | undefined {
	if (counts.pending === 0) return undefined;
	const { items } = state;
	let first: ReviewItem | undefined;
	for (let step = 1; step <= items.length; step += 1) {
		const other = items[(index + step) % items.length];
		if (other?.state.kind !== 'pending' || other.id === item?.id) continue;
		if (other.state.live || counts.live === undefined || counts.live === item?.id) return other;
		first ??= other;
	}
	return first;
}

function say(view: View, message: string): Step {
	return { view: { ...view, message } };
}

/** Arrows and j k walk the list, the other motions scroll the detail; where only the list is shown, all walk it. */
function move(view: View, name: string, step: number, world: World): View {
	const isWalk = name === 'up' || name === 'down' || name === 'j' || name === 'k';
	const { layout, state, index, document } = world;
	if (isWalk || layout.panes === 'list') {
		const to = Math.min(state.items.length - 1, Math.max(0, index + step));
		return select(view, state.items[to]);
	}
	return { ...view, scroll: clampScroll(view.scroll + step, layout.bodyRows, document?.length ?? 0) };
}

function moveFar(view: View, name: string, world: World): View | undefined {
	const { layout, state, document } = world;
	const length = document?.length ?? 0;
	const isList = layout.panes === 'list';
	switch (name) {
		case 'home':
			return select(view, state.items[0]);
		case 'end':
			return select(view, state.items.at(-1));
		case 'g':
			return isList ? select(view, state.items[0]) : { ...view, scroll: 0 };
		case 'G':
			return isList
				? select(view, state.items.at(-1))
				: { ...view, scroll: clampScroll(length, layout.bodyRows, length) };
		default: {
			const side = slid(name, view.side, world.goesOn);
			return side === undefined ? undefined : { ...view, side };
		}
	}
}

function clampScroll(scroll: number, rows: number, length: number): number {
	return Math.max(0, Math.min(scroll, length - rows));
}

function decide(view: View, approved: boolean, world: World): Step {
	const { item, detail, document, layout, settled, person } = world;
	if (item === undefined) return { view };
	const why = whyNot(item, approved);
	if (why !== undefined) return say(view, why);
	if (approved && layout.panes === 'list') return say(view, 'Tab shows it; then a approves it.');
	if (approved && (detail === undefined || document === undefined)) return say(view, 'It is still being loaded.');
	if (approved && detail?.kind === 'failed') return say(view, 'What cannot be shown cannot be approved.');
	if (!settled) return say(view, tooSoon);
	return { ...decided(view, world), action: { kind: 'decide', item, approval: { approved, by: { person } } } };
}

/** Asks for the sentence that a denial carries. */
function startReason(view: View, { item, settled }: World): Step {
	if (item === undefined) return { view };
	const why = whyNot(item, false);
	if (why !== undefined) return say(view, why);
	if (!settled) return say(view, tooSoon);
	return { view: { ...view, mode: { kind: 'reason', line: emptyLine, item } } };
}

/** A sentence typed or pasted; Enter denies with it, if the item is still what it was. */
export function pressReason(view: View, mode: Extract<Mode, { kind: 'reason' }>, event: KeyEvent, world: World): Step {
	if (event.kind === 'paste') {
		return { view: { ...view, mode: { ...mode, line: insert(mode.line, event.text.replace(/[\r\n]+/g, ' ')) } } };
	}
	const back: View = { ...view, mode: { kind: 'items' } };
	const { item } = mode;
	switch (event.name) {
		case 'escape':
			return { view: back };
		case 'enter': {
			if (event.burst) return { view };
			const because = textOf(mode.line).trim();
			if (world.item?.id !== item.id || world.item.version !== item.version || whyNot(world.item, false) !== undefined)
				return say(back, 'It changed meanwhile: look again.');
			const approval = { approved: false, by: { person: world.person }, ...(because === '' ? {} : { because }) };
			return { ...decided(back, world), action: { kind: 'decide', item, approval } };
		}
		default: {
			const line = editLine(mode.line, event.name);
			return { view: line === undefined ? view : { ...view, mode: { ...mode, line } } };
		}
	}
}

function startEdit(view: View, world: World): Step {
	const { item } = world;
	const why = whyOpen(view, world);
	if (why !== undefined || item === undefined) return { view: why ?? view };
	return { view: { ...view, mode: { kind: 'editing' } }, action: { kind: 'edit', item } };
}

/** The view with a sentence where the selected item cannot be changed any more. */
function whyOpen(view: View, { item, settled }: World): View | undefined {
	if (item === undefined) return view;
	const why = item.state.kind === 'approved' && item.change !== undefined ? undefined : whyNot(item, true);
	if (why !== undefined) return { ...view, message: why };
	return settled ? undefined : { ...view, message: tooSoon };
}

/** What is looked at after a decision. */
function decided(view: View, world: World): Step {
	const next = nextPending(world);
	return { view: next === undefined ? { ...view, message: allDecided(world) } : select(view, next) };
}

function allDecided({ state, item }: World): string | undefined {
	if (item?.state.kind !== 'pending' || state.phase.kind !== 'ended') return undefined;
	return 'All is decided. Enter finishes.';
}

/** Why an item cannot be decided so any more; undefined where it can. */
function whyNot({ state, change }: ReviewItem, approved: boolean): string | undefined {
	switch (state.kind) {
		case 'pending':
			return undefined;
		case 'approved':
			if (approved) return 'It is approved already.';
			return change === undefined ? 'The script has its answer already.' : undefined;
		case 'denied':
			if (!approved) return 'It is denied already.';
			if (change === undefined) return 'The script has its answer already.';
			return 'person' in state.by ? undefined : 'A rule denies it; only another policy could allow it.';
		case 'ran':
			return 'It was run already.';
		case 'applied':
			return 'It is on the machine already.';
	}
}

function enter(view: View, world: World): Step {
	const { state, counts } = world;
	const next = nextPending(world);
	if (next !== undefined) return { view: select(view, next) };
	if (counts.pending > 0) return say(view, 'Only this one is left: a approves it, d denies it.');
	if (state.phase.kind !== 'ended') return say(view, 'The script still runs; nothing is left to decide.');
	if (counts.changes === 0) return { view, action: { kind: 'finish', end: 'apply' } };
	return { view: { ...view, mode: { kind: 'confirm', what: 'finish', count: counts.toApply } } };
}
