/** The list of sessions: those that wait first in sight, found by what they ran, opened with Enter. */
import { isOpen, type SessionStateName, type SessionSummary } from '../model/session-list.ts';
import { heading } from './bars.ts';
import { keyRow, typingRow } from './bottom-row.ts';
import type { KeyEvent } from './keys.ts';
import { editLine, emptyLine, insert, type Line, textOf } from './line-editor.ts';
import { motion } from './motion.ts';
import type { Page, PageLook } from './page.ts';
import type { Row } from './row.ts';
import type { Style, Theme } from './theme.ts';

export type SessionChoice = { readonly kind: 'open'; readonly id: string } | { readonly kind: 'quit' };

export type SessionListView = {
	readonly selected: string | undefined;
	readonly filter: FilterName;
	/** What the last search looked for, in lower case; empty: all. */
	readonly query: string;
};

type FilterName = 'all' | 'waiting' | 'applied' | 'rolled back' | 'interrupted';

const filters: readonly FilterName[] = ['all', 'waiting', 'applied', 'rolled back', 'interrupted'];

export const firstListView: SessionListView = { selected: undefined, filter: 'all', query: '' };

/** Newest first, as given. `now`: milliseconds since the epoch. `keep` is told of each change of the view. */
export function sessionPage(
	sessions: readonly SessionSummary[],
	start: SessionListView,
	keep: (view: SessionListView) => void,
): Page<SessionChoice> {
	let view = start;
	let top = 0;
	let typed: Line | undefined;
	const shown = () => sessions.filter((one) => fits(one, view.filter) && holds(one, view.query));
	const indexIn = (list: readonly SessionSummary[]) =>
		Math.max(
			0,
			list.findIndex(({ id }) => id === view.selected),
		);
	const change = (next: Partial<SessionListView>) => {
		view = { ...view, ...next };
		keep(view);
	};
	const move = (list: readonly SessionSummary[], to: number) => {
		const one = list[Math.max(0, Math.min(list.length - 1, to))];
		if (one !== undefined) change({ selected: one.id });
	};
	const pressSearch = (event: KeyEvent, line: Line) => {
		if (event.kind === 'paste') typed = insert(line, event.text.split(/[\r\n]/)[0] ?? '');
		else if (event.name === 'enter') typed = undefined;
		else if (event.name === 'escape') {
			typed = undefined;
			change({ query: '' });
			return;
		} else typed = editLine(line, event.name) ?? line;
		if (typed !== undefined) change({ query: textOf(typed).toLowerCase() });
	};

	return {
		draw: ({ size, theme }) => {
			const list = shown();
			const about = size.rows >= 16 ? aboutRows : 0;
			const height = Math.max(1, size.rows - 3 - (about > 0 ? about + 1 : 0));
			const at = indexIn(list);
			top = Math.max(0, Math.min(top, list.length - height, at));
			if (at >= top + height) top = at - height + 1;
			const place = list.length === 0 ? 'none' : `${at + 1} of ${list.length}`;
			const body = list.slice(top, top + height).map((one) => sessionRow(one, one === list[at], theme, size.columns));
			if (list.length === 0) body.push({ body: { text: emptyWords(sessions.length, view), style: { dim: true } } });
			while (body.length < height) body.push({});
			const one = list[at];
			return {
				rows: [
					titleRow(sessions, theme),
					heading(theme, filterWords(view), place, size.columns),
					...body,
					...(about === 0 ? [] : [heading(theme, 'Session', '', size.columns), ...aboutOf(one, theme)]),
					typed === undefined ? keysFor(one, theme) : typingRow('/', typed, searchHints, size.columns, theme),
				],
			};
		},
		key: (event, look, settled) => {
			if (typed !== undefined) {
				pressSearch(event, typed);
				return undefined;
			}
			if (event.kind === 'paste') return undefined;
			const list = shown();
			const at = indexIn(list);
			const step = motion(event.name, pageOf(look));
			if (step !== undefined) move(list, at + step);
			switch (event.name) {
				case 'home':
				case 'g':
					move(list, 0);
					return undefined;
				case 'end':
				case 'G':
					move(list, list.length - 1);
					return undefined;
				case 'tab':
				case 'shift-tab': {
					const by = event.name === 'tab' ? 1 : filters.length - 1;
					change({ filter: filters[(filters.indexOf(view.filter) + by) % filters.length] ?? 'all' });
					return undefined;
				}
				case '/':
					typed = emptyLine;
					return undefined;
				case 'escape':
					change({ query: '', filter: 'all' });
					return undefined;
				case 'enter': {
					const one = list[at];
					// Typed ahead it could open what was never on the screen.
					if (one === undefined || event.burst || !settled) return undefined;
					change({ selected: one.id });
					return { result: { kind: 'open', id: one.id } };
				}
				case 'q':
				case 'ctrl-c':
					return { result: { kind: 'quit' } };
				default:
					return undefined;
			}
		},
	};
}

const aboutRows = 6;

function pageOf({ size }: PageLook): number {
	return Math.max(1, size.rows - 4 - (size.rows >= 16 ? aboutRows + 1 : 0));
}

function fits({ state }: SessionSummary, filter: FilterName): boolean {
	switch (filter) {
		case 'all':
			return true;
		case 'waiting':
			return state === 'waiting' || state === 'interrupted';
		case 'applied':
			return state === 'applied' || state === 'partly-applied';
		case 'rolled back':
			return state === 'rolled-back';
		case 'interrupted':
			return state === 'interrupted';
	}
}

function holds(one: SessionSummary, query: string): boolean {
	if (query === '') return true;
	const texts = [one.id, one.words, one.cwd ?? '', one.policy ?? '', stateWords[one.state]];
	return texts.some((text) => text.toLowerCase().includes(query));
}

const stateWords: Readonly<Record<SessionStateName, string>> = {
	running: 'running',
	waiting: 'waiting',
	interrupted: 'interrupted',
	ended: 'ended',
	applied: 'applied',
	'partly-applied': 'partly applied',
	'rolled-back': 'rolled back',
	discarded: 'discarded',
	untrusted: 'not trusted',
};

function stateStyle(state: SessionStateName): Style {
	switch (state) {
		case 'waiting':
		case 'interrupted':
			return { colour: 'yellow', bold: true };
		case 'running':
			return { colour: 'cyan' };
		case 'applied':
		case 'partly-applied':
			return { colour: 'green' };
		case 'untrusted':
			return { colour: 'red' };
		case 'ended':
		case 'rolled-back':
		case 'discarded':
			return { dim: true };
	}
}

function mark({ state }: SessionSummary, { glyphs }: Theme): string {
	switch (state) {
		case 'waiting':
		case 'interrupted':
			return glyphs.pending;
		case 'running':
			return glyphs.runs;
		case 'applied':
		case 'partly-applied':
			return glyphs.applied;
		case 'untrusted':
			return '!';
		case 'ended':
		case 'rolled-back':
		case 'discarded':
			return ' ';
	}
}

function titleRow(sessions: readonly SessionSummary[], theme: Theme): Row {
	const waiting = sessions.filter((one) => fits(one, 'waiting')).length;
	const words = waiting === 0 ? 'nothing waits' : `${waiting} ${waiting === 1 ? 'waits' : 'wait'} for you`;
	return {
		left: [{ text: ' approve-run ', style: { bold: true } }],
		body: { text: 'sessions' },
		right: [
			{
				text: `${theme.glyphs.pending} ${words} `,
				style: waiting > 0 ? { colour: 'yellow', bold: true } : { dim: true },
			},
		],
	};
}

function sessionRow(one: SessionSummary, isSelected: boolean, theme: Theme, columns: number): Row {
	const time = one.started === undefined ? '' : timeOf(one.started);
	const when = columns >= 60 ? time : time.slice(5);
	return {
		left: [
			{ text: isSelected ? theme.glyphs.select : ' ', style: { bold: true } },
			{ text: `${mark(one, theme)} `, style: stateStyle(one.state) },
			{ text: columns >= 50 ? stateWords[one.state].padEnd(16) : '', style: stateStyle(one.state) },
			{ text: `${when.padEnd(columns >= 60 ? 16 : 11)}  `, style: { dim: true } },
		],
		body: { text: one.state === 'untrusted' ? (one.why ?? '') : one.words },
		...(isSelected ? { fill: { inverse: true } } : {}),
	};
}

/** The selected one in as many rows as are kept for it. */
function aboutOf(one: SessionSummary | undefined, theme: Theme): Row[] {
	const label = (name: string, text: string, style?: Style): Row => ({
		left: [{ text: ` ${name.padEnd(9)}`, style: { dim: true } }],
		body: { text, ...(style === undefined ? {} : { style }) },
	});
	const rows: Row[] = [];
	if (one !== undefined) {
		rows.push(label('session', `${one.id}  ${stateWords[one.state]}`));
		if (one.why !== undefined) rows.push(label('', one.why, { colour: 'red' }));
		else rows.push(label('script', one.words));
		if (one.cwd !== undefined) rows.push(label('in', one.cwd));
		if (one.policy !== undefined) rows.push(label('policy', one.policy));
		if (one.started !== undefined) {
			const to = one.ended === undefined ? '' : ` ${theme.glyphs.arrow} ${timeOf(one.ended).slice(11)}`;
			rows.push(label('ran', `${timeOf(one.started)}${to} UTC`));
		}
		if (one.exit !== undefined) rows.push(label('ended', one.exit));
	}
	while (rows.length < aboutRows) rows.push({});
	return rows.slice(0, aboutRows);
}

function keysFor(one: SessionSummary | undefined, theme: Theme): Row {
	return keyRow([
		...(one === undefined ? [] : ([['Enter', isOpen(one) ? 'review' : 'look at it']] as const)),
		[theme.glyphs.upDown, 'move'],
		['Tab', 'which'],
		['/', 'search'],
		['q', 'leave'],
	]);
}

const searchHints = [
	['Enter', 'keep'],
	['Esc', 'all'],
] as const;

function filterWords({ filter, query }: SessionListView): string {
	const name = filter === 'all' ? 'Sessions' : filter.charAt(0).toUpperCase() + filter.slice(1);
	return query === '' ? name : `${name} with "${query}"`;
}

function emptyWords(all: number, { query, filter }: SessionListView): string {
	if (all === 0) return ' No sessions yet. Run a script: approve-run SCRIPT';
	return query === ''
		? ` None ${filter === 'all' ? '' : `${filter} `}here.`
		: ' Nothing holds these words. Esc shows all.';
}

/** `2026-11-22 17:28`, UTC. */
function timeOf(at: number): string {
	return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
