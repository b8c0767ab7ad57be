/** Conflicts one by one: what stood there, what the machine has now, what the script wants, and what becomes of it. */
import type { Choice, ChoiceKind, ConflictView, ThreeWayLine } from '../model/conflict.ts';
import { heading } from './bars.ts';
import { keyRow, messageRow } from './bottom-row.ts';
import { motion, slid } from './motion.ts';
import { pasted, tooSoon } from './no-answer.ts';
import type { Page } from './page.ts';
import type { Row } from './row.ts';
import type { Style, Theme } from './theme.ts';
import { newBudget, wrap } from './wrap.ts';

export type ConflictResult =
	/** All have a choice. */
	{ readonly kind: 'done' } | { readonly kind: 'later' } | { readonly kind: 'edit'; readonly path: string };

/** `choices` is filled as the person chooses, and outlives the page: an editor takes the terminal in between. `said`: what came of that. */
export function conflictPage(
	views: readonly ConflictView[],
	choices: Map<string, Choice>,
	said?: string,
): Page<ConflictResult> {
	let at = Math.max(
		0,
		views.findIndex(({ path }) => !choices.has(path)),
	);
	let scroll = 0;
	let side = 0;
	let message = said;
	const select = (to: number) => {
		const next = Math.max(0, Math.min(views.length - 1, to));
		if (next === at) return;
		at = next;
		scroll = 0;
		side = 0;
	};
	const choose = (kind: Exclude<ChoiceKind, 'edited'>) => {
		const view = views[at];
		if (view === undefined) return;
		if (!view.choices.includes(kind)) {
			message = whyNot(kind);
			return;
		}
		choices.set(view.path, { kind });
		const open = views.findIndex(({ path }) => !choices.has(path));
		if (open >= 0) select(open);
		else message = 'All are decided. Enter applies.';
	};

	return {
		draw: ({ size, theme }) => {
			const listRows = Math.min(views.length, Math.max(1, Math.floor(size.rows / 4)));
			const top = Math.max(0, Math.min(at - Math.floor(listRows / 2), views.length - listRows));
			const view = views[at];
			const body = view === undefined ? [] : bodyOf(view, theme, size.columns);
			const height = Math.max(1, size.rows - listRows - 4);
			scroll = Math.max(0, Math.min(scroll, body.length - height));
			const shown = body.slice(scroll, scroll + height);
			while (shown.length < height) shown.push({});
			const place = body.length > height ? `${scroll + 1}-${scroll + shown.length} of ${body.length}` : '';
			return {
				side,
				rows: [
					titleRow(views.length, choices.size, theme),
					heading(theme, 'Conflicts', `${at + 1} of ${views.length}`, size.columns),
					...views.slice(top, top + listRows).map((one, index) => listRow(one, choices, top + index === at, theme)),
					heading(theme, 'base, machine, script', place, size.columns),
					...shown,
					message === undefined ? keysFor(view, choices.size === views.length) : messageRow(message),
				],
			};
		},
		key: (event, { size }, settled) => {
			message = undefined;
			if (event.kind === 'paste') {
				message = pasted;
				return undefined;
			}
			const page = Math.max(1, size.rows - Math.floor(size.rows / 4) - 5);
			const { name, burst } = event;
			switch (name) {
				case 'up':
				case 'k':
					select(at - 1);
					return undefined;
				case 'down':
				case 'j':
					select(at + 1);
					return undefined;
				case 'q':
				case 'escape':
				case 'ctrl-c':
					return { result: { kind: 'later' } };
				default:
					break;
			}
			const step = motion(name, page);
			const toSide = slid(name, side);
			if (step !== undefined || toSide !== undefined) {
				scroll += step ?? 0;
				side = toSide ?? side;
				return undefined;
			}
			if (burst) return undefined;
			if (!settled && ['m', 's', 'g', 'enter'].includes(name)) {
				message = tooSoon;
				return undefined;
			}
			switch (name) {
				case 'm':
					choose('machine');
					return undefined;
				case 's':
					choose('script');
					return undefined;
				case 'g':
					choose('merged');
					return undefined;
				case 'e': {
					const view = views[at];
					if (view?.draft !== undefined) return { result: { kind: 'edit', path: view.path } };
					message = 'It is nothing that an editor could show.';
					return undefined;
				}
				case 'enter':
					if (choices.size === views.length) return { result: { kind: 'done' } };
					message = `${views.length - choices.size} not decided yet.`;
					select(views.findIndex(({ path }) => !choices.has(path)));
					return undefined;
				default:
					return undefined;
			}
		},
	};
}

function whyNot(kind: ChoiceKind): string {
	if (kind === 'merged')
		return 'It does not merge by itself: both changed the same lines, or it is not text. e edits it.';
	return 'It cannot be done whoever says so: m leaves it out.';
}

function titleRow(all: number, decided: number, theme: Theme): Row {
	return {
		left: [{ text: ' approve-run ', style: { bold: true } }],
		body: { text: 'the machine has changed since the script saw it; nothing is applied yet' },
		right: [{ text: ` ${theme.glyphs.approved} ${decided} of ${all} `, style: { bold: true } }],
	};
}

const choiceWords: Readonly<Record<ChoiceKind, string>> = {
	machine: "the machine's stays",
	script: "the script's goes over it",
	merged: 'merged',
	edited: 'edited',
};

function listRow(view: ConflictView, choices: ReadonlyMap<string, Choice>, isSelected: boolean, theme: Theme): Row {
	const choice = choices.get(view.path);
	const sign = choice === undefined ? theme.glyphs.pending : theme.glyphs.approved;
	return {
		left: [
			{ text: isSelected ? theme.glyphs.select : ' ', style: { bold: true } },
			{ text: `${sign} `, style: { colour: choice === undefined ? 'yellow' : 'green' } },
		],
		body: { text: view.path, edges: true },
		keep: 'end',
		right: choice === undefined ? [] : [{ text: ` ${choiceWords[choice.kind]} `, style: { colour: 'green' } }],
		...(isSelected ? { fill: { inverse: true } } : {}),
	};
}

function bodyOf({ why, lines }: ConflictView, theme: Theme, columns: number): Row[] {
	const words = why.flatMap((text) => wrap(text, columns - 2, theme.alphabet, newBudget(), 'words').parts);
	return [
		...words.map((text): Row => ({ body: { text: ` ${text}`, style: { bold: true } } })),
		{},
		...lines.map(lineRow),
	];
}

function lineRow(line: ThreeWayLine): Row {
	switch (line.kind) {
		case 'same':
			return row('          ', {}, line.text, {});
		case 'note':
			return { body: { text: ` ${line.text}`, style: { dim: true } }, slides: true };
		case 'change': {
			const style: Style = { colour: line.sign === '+' ? 'green' : 'red' };
			return row(`${line.by.padEnd(8)}${line.sign} `, { dim: true }, line.text, style);
		}
		case 'conflict': {
			const colour = line.of === 'base' ? 'grey' : line.of === 'machine' ? 'cyan' : 'yellow';
			return row(`${line.of.padEnd(8)}! `, { colour, bold: true }, line.text, { colour });
		}
	}
}

function row(label: string, labelStyle: Style, text: string, style: Style): Row {
	return { left: [{ text: ` ${label}`, style: labelStyle }], body: { text, tab: 8, style }, slides: true };
}

function keysFor(view: ConflictView | undefined, isDone: boolean): Row {
	const possible = view?.choices ?? [];
	return keyRow([
		...(isDone ? ([['Enter', 'apply']] as const) : []),
		['m', "keep the machine's"],
		...(possible.includes('script') ? ([['s', "take the script's"]] as const) : []),
		...(possible.includes('merged') ? ([['g', 'merged']] as const) : []),
		...(view?.draft === undefined ? [] : ([['e', 'edit']] as const)),
		['q', 'later'],
	]);
}
