/** The rows at the top: the title and the headings of the panes. */
import type { RunPhase } from '../model/review.ts';
import type { Shown } from './driver.ts';
import { tally } from './hunk-choice.ts';
import { nearestLimit } from './limit-rows.ts';
import type { Piece, Row } from './row.ts';
import type { Theme } from './theme.ts';
import type { World } from './view.ts';
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
