/** The left side: one row for each effect, with a mark that says what has become of it. */
import type { ReviewItem } from '../model/review.ts';
import type { Piece, Row } from './row.ts';
import type { Style, Theme } from './theme.ts';
import { outcome, subject } from './words.ts';

export type ListOptions = {
	readonly theme: Theme;
	readonly selected: number | undefined;
	readonly seen: ReadonlySet<number>;
	readonly cwd: string | undefined;
	/** Something is dangerous about it. */
	readonly careful: (item: ReviewItem) => boolean;
};

/** The row of one item. */
export function listRow(item: ReviewItem, { theme, selected, seen, cwd, careful }: ListOptions): Row {
	const isSelected = item.id === selected;
	const { sign, style } = mark(item, seen.has(item.id), theme);
	return {
		left: [
			{ text: isSelected ? theme.glyphs.select : ' ', style: { bold: true } },
			{ text: sign, style },
			{ text: `${kindSign(item, theme)} `, style: { dim: item.state.kind !== 'pending' } },
		],
		body: { text: shorten(subject(item), item, cwd), edges: item.effect.kind !== 'run', style: bodyStyle(item) },
		// The end of a path tells more than its beginning; of a command it is the other way round.
		keep: item.effect.kind === 'run' ? 'start' : 'end',
		right: [
			...rightSide(item, theme),
			...(careful(item) ? [{ text: ' !', style: { colour: 'yellow', bold: true } } as const] : []),
		],
		...(isSelected ? { fill: { inverse: true } } : {}),
	};
}

/** Two cells: what has become of the item, and whether a rule said so. */
function mark(item: ReviewItem, wasSeen: boolean, { glyphs }: Theme): { sign: string; style: Style } {
	const { state } = item;
	switch (state.kind) {
		case 'pending': {
			if (state.live) return { sign: `${glyphs.live} `, style: { colour: 'yellow', bold: true } };
			return { sign: `${wasSeen ? glyphs.seen : glyphs.pending} `, style: { colour: 'yellow' } };
		}
		case 'approved':
			return { sign: glyphs.approved + ruleSign(item, glyphs.byRule), style: { colour: 'green' } };
		case 'denied':
			return { sign: glyphs.denied + ruleSign(item, glyphs.byRule), style: { colour: 'red' } };
		case 'ran': {
			const sign = state.status === undefined && state.signal === undefined ? glyphs.runs : glyphs.approved;
			return { sign: sign + ruleSign(item, glyphs.byRule), style: { colour: 'green' } };
		}
		case 'applied':
			return { sign: glyphs.applied + ruleSign(item, glyphs.byRule), style: { colour: 'green' } };
	}
}

function ruleSign({ state }: ReviewItem, sign: string): string {
	return state.kind !== 'pending' && !('person' in state.by) ? sign : ' ';
}

function kindSign({ change, effect }: ReviewItem, { glyphs }: Theme): string {
	switch (change) {
		case 'create':
			return '+';
		case 'modify':
			return '~';
		case 'replace':
			return '%';
		case 'delete':
			return '-';
		case 'rename':
			return glyphs.rename;
		case undefined:
			break;
	}
	switch (effect.kind) {
		case 'read':
			return '<';
		case 'write':
			return '~';
		case 'delete':
			return '-';
		case 'run':
			return '$';
		case 'connect':
			return '@';
		case 'listen':
			return '&';
	}
}

function bodyStyle({ state }: ReviewItem): Style {
	return state.kind === 'pending' ? {} : { dim: state.kind === 'denied' };
}

function rightSide(item: ReviewItem, { glyphs }: Theme): Piece[] {
	if (item.state.kind === 'ran') {
		const failed = item.state.signal !== undefined || (item.state.status ?? 0) !== 0;
		return [{ text: ` ${outcome(item.state)}`, style: failed ? { colour: 'red' } : { dim: true } }];
	}
	const pieces: Piece[] = [];
	if (item.added !== undefined && item.added > 0) pieces.push({ text: ` +${item.added}`, style: { colour: 'green' } });
	if (item.removed !== undefined && item.removed > 0) {
		pieces.push({ text: ` ${glyphs.minus}${item.removed}`, style: { colour: 'red' } });
	}
	return pieces;
}

/** A path below the working directory without it. It stays different from an absolute one: that begins with a slash. */
function shorten(text: string, { effect }: ReviewItem, cwd: string | undefined): string {
	if (cwd === undefined || cwd === '/' || !('path' in effect)) return text;
	return text.startsWith(`${cwd}/`) && text.length > cwd.length + 1 ? text.slice(cwd.length + 1) : text;
}
