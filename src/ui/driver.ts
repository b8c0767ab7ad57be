/** Joins the review, the keyboard and the view: holds what is on the screen, and knows since when. */
import type { Detail, Review, ReviewState } from '../model/review.ts';
import type { Aside, AsideEnd } from './aside.ts';
import { createAttention } from './attention.ts';
import { type BesideText, createBesides } from './beside.ts';
import type { Clock } from './clock.ts';
import type { Document } from './document.ts';
import { type Editor, editItem, revisedWords } from './editing.ts';
import { helpRows } from './help.ts';
import { createHighlighter } from './highlight.ts';
import { createPages, type ItemPage } from './item-page.ts';
import type { KeyEvent } from './keys.ts';
import { type Layout, layOut, type Size } from './layout.ts';
import { emptyLine, textOf } from './line-editor.ts';
import { press } from './press.ts';
import { goesOn } from './row.ts';
import type { Theme } from './theme.ts';
import { type Action, firstView, indexOf, type View, type World } from './view.ts';
import { besideRows, besideWithin, outputRows, windowOf, within } from './windows.ts';

/** All that the screen draws from. A new object whenever something changed. */
export type Shown = {
	readonly world: World;
	readonly view: View;
	readonly theme: Theme;
	/** The script's output, line by line. */
	readonly output: readonly string[];
	/** In the mode `beside`. */
	readonly beside: BesideText | undefined;
};

export interface Driver {
	shown(): Shown;
	subscribe(listener: () => void): () => void;
	key(event: KeyEvent): void;
	resize(size: Size): void;
	/** `shown` is on the screen from now on. */
	drawn(shown: Shown): void;
	/** The person has left, or the terminal is gone. */
	close(): void;
}

export type DriverOptions = {
	readonly review: Review;
	readonly size: Size;
	readonly theme: Theme;
	readonly person: string;
	readonly clock: Clock;
	/** Gives the terminal to the person's editor; absent: nothing can be edited. */
	readonly editor?: Editor;
	/** Gives the terminal to a page of its own; absent: there is none. */
	readonly aside?: Aside;
	/** The review was finished by a key. */
	readonly onEnd: () => void;
};

/** A person who pressed no key for this long is not in the middle of something. */
const idleMs = 3000;
/** So many details are there at once when the person goes back to them. */
const detailsKept = 16;

export function createDriver({
	review,
	theme,
	person,
	clock,
	editor,
	aside,
	onEnd,
	...options
}: DriverOptions): Driver {
	const listeners = new Set<() => void>();
	let size = options.size;
	let view = firstView;
	const loaded = new Map<string, Detail>();
	let shownKey = '';
	let loading: string | undefined;
	let page: ItemPage | undefined;
	let hunkAt = '';
	let output: { text: string; lines: readonly string[] } = { text: '', lines: [] };
	const attention = createAttention(clock, refresh);
	const highlighter = theme.styling === 'colour' ? createHighlighter(clock, refresh) : undefined;
	const pages = createPages(theme, highlighter, clock);
	const besides = createBesides(review.beside, theme, highlighter, refresh);
	let lastKey = Number.NEGATIVE_INFINITY;
	let closed = false;
	let lastLive: number | undefined;
	let lastPhase = '';
	let current = look();
	const unsubscribe = review.subscribe(refresh);

	return {
		shown: () => current,
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		key(event) {
			if (closed) return;
			// What is true now counts, not what was when the screen was drawn last.
			current = look();
			const step = press(view, event, current.world);
			lastKey = clock.now();
			view = step.view;
			if (step.action !== undefined) act(step.action);
			if (!closed) refresh();
		},
		resize(next) {
			size = next;
			refresh();
		},
		drawn(shown) {
			attention.drawn(shown);
			const { item, detail } = shown.world;
			if (page !== undefined && item !== undefined && detail !== undefined && detail.kind !== 'failed') {
				pages.drawn(page, shown.view, shown.world.layout, () => {
					review.markSeen(item.id, item.version);
					refresh();
				});
			}
			highlighter?.drawn();
		},
		close,
	};

	function close(): void {
		if (closed) return;
		closed = true;
		unsubscribe();
		attention.stop();
		pages.stop();
		highlighter?.stop();
		listeners.clear();
	}

	function act(action: Action): void {
		switch (action.kind) {
			case 'decide':
				review.decide(action.item.id, action.approval, action.item.version);
				break;
			case 'approve-seen': {
				const approved = review.approveSeen(person);
				const left = review.state().counts.pending;
				const rest = left === 0 ? 'nothing is left' : `${left} not seen yet ${left === 1 ? 'stays' : 'stay'}`;
				view = { ...view, message: `Approved ${approved} that ${approved === 1 ? 'was' : 'were'} seen; ${rest}.` };
				break;
			}
			case 'edit':
				if (editor === undefined) view = { ...view, mode: { kind: 'items' }, message: 'There is no editor here.' };
				else
					editItem(review, action.item, editor).then(edited, (error: unknown) => edited(`It failed: ${String(error)}`));
				break;
			case 'revise': {
				const { item, bytes, how } = action;
				view = { ...view, mode: { kind: 'editing' } };
				review.revise(item.id, item.version, bytes, how).then(
					(why) => edited(why ?? revisedWords),
					(error: unknown) => edited(`It failed: ${String(error)}`),
				);
				break;
			}
			case 'aside':
				if (aside === undefined) edited('There is no page for that here.');
				else
					aside(action.what, action.item).then(asideEnded, (error: unknown) => edited(`It failed: ${String(error)}`));
				break;
			case 'unfold': {
				const { bodyRows } = current.world.layout;
				const found = page !== undefined && pages.unfold(page, view.scroll, view.scroll + bodyRows);
				if (!found) view = { ...view, message: 'Nothing is folded on this screen.' };
				break;
			}
			case 'input':
				review.input(action.line);
				break;
			case 'stop':
				review.stop();
				break;
			case 'finish':
				close();
				review.finish(action.end);
				onEnd();
				break;
		}
	}

	/** The editor has ended, or a choice was taken over: what the person does next is an answer to what is shown then. */
	function edited(message: string): void {
		if (view.mode.kind === 'editing') view = { ...view, mode: { kind: 'items' }, message };
		lastKey = clock.now();
		refresh();
	}

	function asideEnded({ message, select }: AsideEnd): void {
		if (select !== undefined) view = { ...view, selected: select, scroll: 0, side: 0, found: undefined };
		edited(message);
	}

	function refresh(): void {
		if (closed) return;
		current = look();
		for (const listener of [...listeners]) listener();
	}

	function look(): Shown {
		const state = review.state();
		follow(state);
		const text = review.output();
		if (text !== output.text) output = { text, lines: linesOf(text) };
		const layout = layOut(size, {
			output: state.phase.kind !== 'ended' || text !== '',
			detailAlone: view.detailAlone,
		});
		const index = indexOf(state.items, view.selected);
		const item = state.items[index];
		const key = item === undefined ? '' : `${item.id}:${item.version ?? ''}`;
		// Another item, or the same one with another content, is shown from its start.
		if (key !== shownKey) view = { ...view, scroll: 0, side: 0, found: undefined };
		shownKey = key;
		const detail = loaded.get(key);
		if (item !== undefined && detail === undefined) load(item.id, key);
		page = item === undefined ? undefined : pages.of({ key, item, detail, layout, view });
		const shownDocument = page?.document;
		view = toHunk(view, layout);
		view = within(view, index, state.items.length, layout, shownDocument?.length ?? 0);
		const beside = view.mode.kind === 'beside' ? besides.of(view.mode, state) : undefined;
		view = besideWithin(view, beside, layout.fullRows);
		const world: World = {
			state,
			counts: state.counts,
			layout,
			item,
			index,
			detail,
			document: shownDocument,
			sides: page?.sides ?? false,
			settled: false,
			person,
			goesOn: (side) => anyGoesOn(side, layout, shownDocument, beside),
			outputLines: output.lines.length,
			careful: (one) => review.careful?.(one) ?? false,
			canLookBeside: review.beside !== undefined,
			besideLines: beside?.length ?? 0,
			helpLines: view.mode.kind === 'help' ? helpRows(theme, size.columns).length : 0,
		};
		const shown: Shown = { world, view, theme, output: output.lines, beside };
		return { ...shown, world: { ...world, settled: attention.isSettled(shown) } };
	}

	/** Brings the part that is asked about on the screen. */
	function toHunk(before: View, layout: Layout): View {
		const { mode } = before;
		const unit = mode.kind === 'hunks' ? mode.choice.units[mode.choice.at] : undefined;
		const [part] = unit?.parts ?? [];
		const at = mode.kind === 'hunks' ? `${mode.choice.at} of ${mode.choice.units.length}` : '';
		if (at === hunkAt) return before;
		hunkAt = at;
		const line = part === undefined ? undefined : page?.lines?.parts?.lineOf(part);
		const row = line === undefined ? undefined : page?.document.rowOf?.(line);
		if (row === undefined) return before;
		const isShown = row >= before.scroll && row < before.scroll + layout.bodyRows - 2;
		return isShown ? before : { ...before, scroll: Math.max(0, row - Math.floor(layout.bodyRows / 3)) };
	}

	/** Moves the view along with what the run does, unless the person is in the middle of something. */
	function follow(state: ReviewState): void {
		const { live } = state.counts;
		const idle = clock.now() - lastKey >= idleMs;
		if (indexOf(state.items, view.selected) < 0) {
			const first = state.items.find((item) => item.state.kind === 'pending') ?? state.items[0];
			if (first !== undefined) view = { ...view, selected: first.id, scroll: 0, side: 0, found: undefined };
		}
		if (live !== undefined && live !== lastLive && view.mode.kind === 'items' && idle) {
			const selected = state.items[indexOf(state.items, view.selected)];
			if (!(selected?.state.kind === 'pending' && selected.state.live)) {
				view = { ...view, selected: live, scroll: 0, side: 0, found: undefined };
			}
		}
		lastLive = live;
		const phase = state.phase.kind;
		if (phase !== lastPhase) {
			if (phase === 'input' && view.mode.kind === 'items' && idle)
				view = { ...view, mode: { kind: 'input', line: emptyLine } };
			if (phase !== 'input' && view.mode.kind === 'input' && textOf(view.mode.line) === '') {
				view = { ...view, mode: { kind: 'items' } };
			}
			lastPhase = phase;
		}
	}

	function load(id: number, key: string): void {
		if (loading === key) return;
		loading = key;
		review.detail(id).then(
			(detail) => arrived(key, detail),
			(error: unknown) => arrived(key, { kind: 'failed', why: String(error) }),
		);
	}

	function arrived(key: string, detail: Detail): void {
		if (loading !== key) return;
		loading = undefined;
		loaded.set(key, detail);
		for (const oldest of loaded.keys()) {
			if (loaded.size <= detailsKept) break;
			loaded.delete(oldest);
		}
		refresh();
	}

	function anyGoesOn(
		side: number,
		layout: Layout,
		shownDocument: Document | undefined,
		beside: BesideText | undefined,
	): boolean {
		const [width, rows] =
			view.mode.kind === 'output'
				? [layout.columns, outputRows(output.lines, view.mode.up, layout.fullRows)]
				: view.mode.kind === 'beside'
					? [layout.columns, besideRows(view.mode, beside, layout.fullRows)]
					: [layout.detailWidth, windowOf(shownDocument, view.scroll, layout.bodyRows)];
		return rows.some((row) => goesOn(row, width, side, theme));
	}
}

function linesOf(text: string): readonly string[] {
	if (text === '') return [];
	const lines = text.split('\n');
	return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
