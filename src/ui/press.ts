/** What a key does: the view after it, and at most one action. Keys that mean nothing here change nothing. */
import type { KeyEvent } from './keys.ts';
import { editLine, emptyLine, insert, type Line, textOf } from './line-editor.ts';
import { scrolled, slid } from './motion.ts';
import { pasted } from './no-answer.ts';
import { pressBeside } from './press-beside.ts';
import { pressHunks } from './press-hunks.ts';
import { pressItems, pressReason } from './press-items.ts';
import { findNext } from './search.ts';
import type { Mode, Step, View, World } from './view.ts';

export function press(before: View, event: KeyEvent, world: World): Step {
	const view: View = { ...before, message: undefined };
	if (event.kind === 'key' && event.name === 'ctrl-c') return interrupt(view, world);
	switch (view.mode.kind) {
		case 'items':
			if (event.kind === 'paste') return { view: { ...view, message: pasted } };
			return pressItems(view, event.name, event.burst, world);
		case 'search':
			return pressSearch(view, view.mode, event, world);
		case 'input':
			return pressInput(view, view.mode, event, world);
		case 'reason':
			return pressReason(view, view.mode, event, world);
		case 'hunks':
			return pressHunks(view, view.mode, event, world);
		case 'editing':
			return { view: before };
		case 'confirm':
			return event.kind === 'key' ? pressConfirm(before, view.mode, event, world) : { view: before };
		case 'output':
			return { view: event.kind === 'key' ? pressOutput(view, view.mode, event.name, world) : before };
		case 'beside':
			return { view: event.kind === 'key' ? pressBeside(view, view.mode, event.name, world) : before };
		case 'help':
			return { view: event.kind === 'key' ? pressHelp(view, view.mode, event.name, world) : before };
	}
}

const items: Mode = { kind: 'items' };

/** Ctrl-C stops the script; when it has ended there is nothing left to stop but the review. */
function interrupt(view: View, { state }: World): Step {
	if (state.phase.kind === 'ended') return { view, action: { kind: 'finish', end: 'later' } };
	return { view: { ...view, message: 'Stopping the script.' }, action: { kind: 'stop' } };
}

type Of<Kind extends Mode['kind']> = Extract<Mode, { kind: Kind }>;
type Key = Extract<KeyEvent, { kind: 'key' }>;

function pressSearch(view: View, mode: Of<'search'>, event: KeyEvent, world: World): Step {
	if (event.kind === 'paste') {
		const [first = ''] = event.text.split(/[\r\n]/);
		return { view: { ...view, mode: { ...mode, line: insert(mode.line, first) } } };
	}
	switch (event.name) {
		case 'escape':
			return { view: { ...view, mode: items } };
		case 'enter': {
			const query = textOf(mode.line).toLowerCase();
			if (query === '') return { view: { ...view, mode: items, query: undefined, found: undefined } };
			return { view: findNext({ ...view, mode: items, query, found: undefined }, world) };
		}
		default: {
			const line = editLine(mode.line, event.name);
			return { view: line === undefined ? view : { ...view, mode: { ...mode, line } } };
		}
	}
}

function pressInput(view: View, mode: Of<'input'>, event: KeyEvent, world: World): Step {
	const typing = (line: Line): View => ({ ...view, mode: { kind: 'input', line } });
	if (event.kind === 'paste') {
		const end = event.text.search(/[\r\n]/);
		if (end < 0) return { view: typing(insert(mode.line, event.text)) };
		const line = textOf(insert(mode.line, event.text.slice(0, end)));
		const more = event.text.slice(end).replace(/^\r?\n|^\r/, '');
		if (more === '') return { view: typing(emptyLine), action: { kind: 'input', line } };
		// The script may want one line alone: the rest waits on the line, to be looked at and sent.
		const left = insert(emptyLine, more.replace(/[\r\n]+/g, ' '));
		return { view: typing(left), action: { kind: 'input', line } };
	}
	switch (event.name) {
		case 'escape':
			return { view: { ...view, mode: items } };
		case 'enter':
			if (world.state.phase.kind !== 'input')
				return { view: { ...view, message: 'The script does not wait for a line.' } };
			return { view: typing(emptyLine), action: { kind: 'input', line: textOf(mode.line) } };
		case 'ctrl-d':
			if (textOf(mode.line) !== '')
				return { view: { ...view, message: 'Enter sends this line; then Ctrl-D ends the input.' } };
			return { view: { ...view, mode: items }, action: { kind: 'input', line: undefined } };
		default: {
			const line = editLine(mode.line, event.name);
			return { view: line === undefined ? view : typing(line) };
		}
	}
}

/** Exactly one key, y, and only when it can be an answer to this question. */
function pressConfirm(before: View, mode: Of<'confirm'>, { name, burst }: Key, world: World): Step {
	const back: View = { ...before, mode: items, message: undefined };
	if (name === 'n' || name === 'escape') return { view: back };
	if (name !== 'y' || burst || !world.settled) return { view: before };
	if (mode.what === 'leave') return { view: back, action: { kind: 'finish', end: 'later' } };
	const { counts, state } = world;
	if (counts.pending > 0 || counts.toApply !== mode.count || state.phase.kind !== 'ended') {
		return { view: { ...back, message: 'Something changed meanwhile: look again.' } };
	}
	return { view: back, action: { kind: 'finish', end: 'apply' } };
}

function pressOutput(view: View, mode: Of<'output'>, name: string, world: World): View {
	const rows = Math.max(1, world.layout.fullRows);
	// It is the end that stays in its place while more comes.
	const last = Math.max(0, world.outputLines - rows);
	const top = scrolled(name, last - mode.up, rows, world.outputLines);
	if (top !== undefined) return { ...view, mode: { ...mode, up: last - top } };
	const side = slid(name, mode.side, world.goesOn);
	if (side !== undefined) return { ...view, mode: { ...mode, side } };
	return ['o', 'q', 'escape', 'enter'].includes(name) ? { ...view, mode: items } : view;
}

function pressHelp(view: View, mode: Of<'help'>, name: string, world: World): View {
	const scroll = scrolled(name, mode.scroll, Math.max(1, world.layout.fullRows), world.helpLines);
	if (scroll !== undefined) return { ...view, mode: { ...mode, scroll } };
	return ['?', 'q', 'escape', 'enter'].includes(name) ? { ...view, mode: items } : view;
}
