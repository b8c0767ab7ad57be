/** The last row of the review. */
import type { BesideKind } from './beside.ts';
import { fittingKeyRow, type Hint, messageRow, typingRow } from './bottom-row.ts';
import type { Shown } from './driver.ts';
import { isGrouped } from './group.ts';
import type { Row } from './row.ts';
import type { Theme } from './theme.ts';
import { indexOf, type World } from './view.ts';

/** The last row: what is asked, said or typed now, else the keys that do something now. */
export function statusRow(shown: Shown): Row {
	const { view, world, theme } = shown;
	const { mode } = view;
	switch (mode.kind) {
		case 'confirm':
			return question(mode.what === 'leave' ? leaveWords : finishWords(mode.count));
		case 'search':
			return typingRow(
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
			return typingRow(
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
			return typingRow(
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
			return fittingKeyRow(hunkHints, [['Esc', 'back']], world.layout.columns, theme);
		case 'editing':
			return { body: { text: ' in the editor', style: { dim: true } } };
		case 'beside':
			return fittingKeyRow(
				besideHints(mode.what, world, theme, mode.side),
				[['Esc', 'back']],
				world.layout.columns,
				theme,
			);
		case 'output':
		case 'help':
			return fittingKeyRow(
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
	if (view.message !== undefined) return messageRow(view.message);
	return fittingKeyRow(keysNow(shown), [['?', 'help']], world.layout.columns, theme);
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
