/** The rows at the edges: the title, the headings of the panes, the keys at the bottom. */
import type { RunPhase } from '../model/review.ts';
import type { BesideKind } from './beside.ts';
import type { Shown } from './driver.ts';
import { isGrouped } from './group.ts';
import { tally } from './hunk-choice.ts';
import { nearestLimit } from './limit-rows.ts';
import { type Line, textOf } from './line-editor.ts';
import type { Piece, Row } from './row.ts';
import type { Theme } from './theme.ts';
import { indexOf, type World } from './view.ts';
import { cells } from './visible.ts';
import { verb } from './words.ts';

export function titleRow({ world, theme }: Shown): Row {
	const { state, layout, counts, item } = world;
	const wide = layout.columns >= 60;
	const waits = counts.live !== undefined && counts.live !== item?.id;
	return {
		left: [{ text: wide ? ' approve-run ' : ' ', style: { bold: true } }],
		body: { text: wide ? `${state.script}  ${theme.glyphs.dot}  policy ${state.policy}` : state.script },
		right: waits
			? [
					{
						text: ` ${theme.glyphs.live} the script asks: Enter `,
						style: { inverse: true, colour: 'yellow', bold: true },
					},
				]
			: [...phasePieces(state.phase, world, theme), ...countPieces(world, theme), { text: ' ' }],
	};
}

export function listHeading({ world, theme }: Shown): Row {
	const { items } = world.state;
	const place = items.length === 0 ? '' : ` ${world.index + 1} of ${items.length}`;
	return heading(theme, 'Effects', place, world.layout.listWidth);
}

export function detailHeading({ world, view, theme }: Shown): Row {
	const { item, layout, document } = world;
	if (view.mode.kind === 'hunks') {
		const { taken, left, open } = tally(view.mode.choice);
		const words = `part ${view.mode.choice.at + 1} of ${taken + left + open}: ${taken} taken, ${left} left out`;
		return heading(theme, 'parts', words, layout.detailWidth);
	}
	const at = place(view.scroll, layout.bodyRows, document?.length ?? 0, theme);
	return heading(theme, item === undefined ? '' : verb(item), at, layout.detailWidth);
}

/** Which rows of the whole are on the screen, where not all are. */
export function besidePlace({ world, view, theme, beside }: Shown): string {
	const from = view.mode.kind === 'beside' ? (view.mode.scroll ?? 0) : 0;
	return place(from, world.layout.fullRows, beside?.length ?? 0, theme);
}

function place(from: number, height: number, length: number, { alphabet }: Theme): string {
	if (length <= height) return '';
	return `${from + 1}${alphabet === 'unicode' ? '–' : '-'}${Math.min(length, from + height)} of ${length}`;
}

export function outputHeading({ world, theme }: Shown): Row {
	const { columns, panes, listWidth } = world.layout;
	return heading(theme, 'Output', '', columns, panes === 'both' ? listWidth : undefined);
}

/** `tee`: the column where a divider above ends. */
export function heading(theme: Theme, name: string, place: string, width: number, tee?: number): Row {
	const { horizontal, teeUp } = theme.glyphs;
	const start = name === '' ? 2 : name.length + 3;
	const ruler = tee === undefined || tee < start ? '' : horizontal.repeat(tee - start) + teeUp;
	return {
		left: [
			{ text: horizontal, style: { dim: true } },
			{ text: name === '' ? horizontal : ` ${name} `, style: name === '' ? { dim: true } : { bold: true } },
		],
		body: { text: ruler + horizontal.repeat(width), style: { dim: true } },
		right:
			place === ''
				? []
				: [
						{ text: ` ${place.trim()} `, style: { dim: true } },
						{ text: horizontal, style: { dim: true } },
					],
		fills: true,
	};
}

/** The last row: what is asked, said or typed now, else the keys that do something now. */
export function statusRow(shown: Shown): Row {
	const { view, world, theme } = shown;
	const { mode } = view;
	switch (mode.kind) {
		case 'confirm':
			return question(mode.what === 'leave' ? leaveWords : finishWords(mode.count));
		case 'search':
			return typing(
				'/',
				mode.line,
				[
					['Enter', 'find'],
					['Esc', 'back'],
				],
				world.layout.columns,
				theme,
			);
		case 'input':
			if (view.message !== undefined) break;
			return typing(
				`input ${theme.glyphs.select} `,
				mode.line,
				[
					['Enter', 'send'],
					['^D', 'end'],
					['Esc', 'back'],
				],
				world.layout.columns,
				theme,
			);
		case 'reason':
			return typing(
				'denied because ',
				mode.line,
				[
					['Enter', 'deny'],
					['Esc', 'back'],
				],
				world.layout.columns,
				theme,
			);
		case 'hunks':
			if (view.message !== undefined) break;
			return keyRow(hunkHints, [['Esc', 'back']], world.layout.columns, theme);
		case 'editing':
			return { body: { text: ' in the editor', style: { dim: true } } };
		case 'beside':
			return keyRow(besideHints(mode.what, world, theme, mode.side), [['Esc', 'back']], world.layout.columns, theme);
		case 'output':
		case 'help':
			return keyRow(
				[
					[theme.glyphs.upDown, 'scroll'],
					['PgUp PgDn', 'page'],
					['Esc', 'back'],
				],
				[],
				world.layout.columns,
				theme,
			);
		case 'items':
			break;
	}
	if (view.message !== undefined) return { body: { text: ` ${view.message}`, style: { bold: true, colour: 'cyan' } } };
	return keyRow(keysNow(shown), [['?', 'help']], world.layout.columns, theme);
}

function besideHints(what: BesideKind, world: World, { glyphs }: Theme, side: number): readonly Hint[] {
	const others: readonly (readonly [BesideKind, Hint])[] = [
		['script', ['t', 'script']],
		['reads', ['R', 'reads']],
		['limits', ['L', 'limits']],
	];
	return [
		[glyphs.upDown, 'scroll'],
		...(side > 0 || world.goesOn(side) ? ([[glyphs.leftRight, 'sideways']] as const) : []),
		...(what === 'reads' ? ([['f', 'fold']] as const) : []),
		...others.flatMap(([kind, hint]) => (kind === what ? [] : [hint])),
	];
}

const leaveWords = 'The script still runs. Stop it, and leave the review for later?';

function finishWords(count: number): string {
	if (count === 0) return 'Nothing is approved. End the review and change nothing?';
	return `Apply ${count} approved ${count === 1 ? 'change' : 'changes'}?`;
}

function question(words: string): Row {
	return {
		body: { text: ` ${words}`, style: { bold: true } },
		right: [
			{ text: ' y ', style: { bold: true } },
			{ text: 'yes  ' },
			{ text: 'n ', style: { bold: true } },
			{ text: 'no ' },
		],
		fill: { inverse: true, colour: 'yellow' },
	};
}

const hunkHints: readonly Hint[] = [
	['y', 'take'],
	['n', 'leave out'],
	['s', 'split'],
	['j k', 'move'],
	['a', 'take the rest'],
	['d', 'none of the rest'],
	['Enter', 'done'],
];

type Hint = readonly [string, string];

/** The keys that do something here, the most needed ones first. */
function keysNow({ world, view, theme, output }: Shown): Hint[] {
	const { state, counts, item, layout, detail } = world;
	const running = state.phase.kind !== 'ended';
	const hints: Hint[] = [];
	const pending = item?.state.kind === 'pending';
	const isChange = item?.change !== undefined;
	const byPerson = item?.state.kind === 'denied' && 'person' in item.state.by;
	const canShow = layout.panes !== 'list' && detail !== undefined && detail.kind !== 'failed';
	if (layout.panes === 'list' && item !== undefined) hints.push(['Tab', 'show']);
	if (canShow && (pending || (isChange && byPerson))) hints.push(['a', 'approve']);
	if (pending || (isChange && item?.state.kind === 'approved')) hints.push(['d', 'deny']);
	const hasBytes = canShow && (detail.kind !== 'facts' || detail.content !== undefined);
	if (hasBytes && pending && isChange && item.change !== 'delete') hints.push(['e', 'edit']);
	if (canShow && pending && item.effect.kind === 'run') hints.push(['e', 'edit']);
	if (
		canShow &&
		pending &&
		detail.kind === 'diff' &&
		(detail.lines.parts?.hunks.length ?? 0) > 0 &&
		item.change !== 'delete'
	)
		hints.push(['s', 'parts']);
	if (isGrouped(state.items, world.index)) hints.push(['*', 'all alike']);
	if (anySeenPending(world)) hints.push(['A', 'all seen']);
	if (counts.pending > (pending ? 1 : 0)) hints.push(['Enter', 'next']);
	if (counts.pending === 0 && !running) hints.push(['Enter', 'finish']);
	if (state.phase.kind === 'input') hints.push(['i', 'input']);
	if (state.items.length > 1) hints.push([theme.glyphs.upDown, 'move']);
	if (layout.panes !== 'list' && (world.document?.length ?? 0) > layout.bodyRows) hints.push(['PgDn', 'scroll']);
	if (layout.panes === 'detail') hints.push(['Tab', 'list']);
	if (running) hints.push(['^C', 'stop']);
	hints.push(['q', 'later']);
	if (layout.panes !== 'list' && (view.side > 0 || world.goesOn(view.side)))
		hints.push([theme.glyphs.leftRight, 'sideways']);
	if (output.length > 0) hints.push(['o', 'output']);
	if (world.canLookBeside) hints.push(['t', 'script'], ['R', 'reads'], ['L', 'limits']);
	if (state.items.length > 0) hints.push(['/', 'search']);
	if (layout.panes === 'both') hints.push(['Tab', 'wide']);
	if (canShow && 'lines' in detail && detail.lines.unfold !== undefined) hints.push(['f', 'unfold']);
	if (pending) hints.push(['D', 'deny and say why']);
	if (item !== undefined) hints.push(['r', 'remember']);
	return hints;
}

/** Would A approve anything but what is selected? Fewer are seen than there are. */
function anySeenPending({ state, item }: World): boolean {
	for (const id of state.seen) {
		if (id !== item?.id && state.items[indexOf(state.items, id)]?.state.kind === 'pending') return true;
	}
	return false;
}

/** As many hints as there is room for, then those that are always there. */
function keyRow(hints: readonly Hint[], always: readonly Hint[], columns: number, theme: Theme): Row {
	const wide = ([key, words]: Hint) => cells(key, theme.alphabet) + words.length + 3;
	let room = columns - 1 - always.reduce((sum, hint) => sum + wide(hint), 0);
	const left: Piece[] = [{ text: ' ' }];
	for (const hint of hints) {
		room -= wide(hint);
		if (room < 0) break;
		left.push({ text: hint[0], style: { bold: true } }, { text: ` ${hint[1]}  `, style: { dim: true } });
	}
	const right = always.flatMap((hint): Piece[] => [
		{ text: hint[0], style: { bold: true } },
		{ text: ` ${hint[1]} `, style: { dim: true } },
	]);
	return { left, right };
}

/** A line that is being typed; the cursor is a cell in inverse, always in sight. */
function typing(prompt: string, line: Line, hints: readonly Hint[], columns: number, theme: Theme): Row {
	const text = `${textOf(line)} `;
	const start = line.before.length;
	const end = start + (Array.from(text.slice(start))[0] ?? ' ').length;
	const hintText = columns < 60 ? '' : hints.map(([key, words]) => `  ${key} ${words}`).join('');
	const room = Math.max(4, columns - prompt.length - hintText.length - 2);
	// Whole characters are left out at the front until the cursor fits.
	const before = Array.from(line.before);
	let skipped = 0;
	while (skipped < before.length && cells(before.slice(skipped).join(''), theme.alphabet) > room - 2) skipped += 1;
	const cut = before.slice(0, skipped).join('').length;
	return {
		left: [{ text: ` ${prompt}`, style: { bold: true, colour: 'cyan' } }],
		body: { text: text.slice(cut), spans: [{ start: start - cut, end: end - cut, style: { inverse: true } }] },
		right: hintText === '' ? [] : [{ text: `${hintText} `, style: { dim: true } }],
	};
}

function phasePieces(phase: RunPhase, { layout, state }: World, theme: Theme): Piece[] {
	const time = state.used === undefined || layout.columns < 100 ? '' : ` ${(state.used.time / 1000).toFixed(1)} s`;
	const limit = phase.kind === 'ended' || layout.columns < 60 ? undefined : nearestLimit(state);
	const limits: Piece[] = limit === undefined ? [] : [{ text: ` ${limit} `, style: { colour: 'red', bold: true } }];
	switch (phase.kind) {
		case 'running':
			return [...limits, { text: ` running${time} `, style: { colour: 'cyan' } }];
		case 'input':
			return [...limits, { text: ` waits for input${time} `, style: { colour: 'yellow', bold: true } }];
		case 'ended': {
			const words = layout.columns >= 100 ? `${phase.why}${time}` : layout.columns >= 60 ? `exit ${phase.status}` : '';
			return words === ''
				? []
				: [{ text: ` ${words} ${theme.glyphs.dot}`, style: phase.status === 0 ? { dim: true } : { colour: 'red' } }];
		}
	}
}

function countPieces({ counts }: World, { glyphs }: Theme): Piece[] {
	return [
		{
			text: ` ${glyphs.pending} ${counts.pending}`,
			style: counts.pending > 0 ? { colour: 'yellow', bold: true } : { dim: true },
		},
		{
			text: ` ${glyphs.approved} ${counts.approved}`,
			style: counts.approved > 0 ? { colour: 'green' } : { dim: true },
		},
		{ text: ` ${glyphs.denied} ${counts.denied}`, style: counts.denied > 0 ? { colour: 'red' } : { dim: true } },
	];
}
