/** Many questions of one shape as one list: each with what it does, to be opened, or all to be answered at once when all was shown. */
import type { Detail, ReviewItem } from '../model/review.ts';
import { heading } from './bars.ts';
import { keyRow, messageRow } from './bottom-row.ts';
import { motion } from './motion.ts';
import { pasted, tooSoon } from './no-answer.ts';
import type { Page } from './page.ts';
import type { Row } from './row.ts';
import { subject, verb } from './words.ts';

export type GroupResult =
	| { readonly kind: 'decide'; readonly approved: boolean }
	| { readonly kind: 'open'; readonly id: number }
	| { readonly kind: 'back' };

/** `details`: of each item, by id; one that could not be shown keeps the group from being approved. */
export function groupPage(items: readonly ReviewItem[], details: ReadonlyMap<number, Detail>): Page<GroupResult> {
	let at = 0;
	let top = 0;
	/** Rows from the first one on that were on the screen. */
	let shown = 0;
	let message: string | undefined;
	const failed = items.filter(({ id }) => (details.get(id)?.kind ?? 'failed') === 'failed').length;

	return {
		draw: ({ size, theme }) => {
			const height = Math.max(1, size.rows - 2);
			if (at < top) top = at;
			if (at >= top + height) top = at - height + 1;
			const rows = items.slice(top, top + height).map((item, index): Row => {
				const facts = factsOf(details.get(item.id));
				return {
					left: [{ text: top + index === at ? `${theme.glyphs.select} ` : '  ', style: { bold: true } }],
					body: { text: nameOf(subject(item)), edges: true },
					right: [{ text: ` ${facts} `, style: { dim: true } }],
					...(top + index === at ? { fill: { inverse: true } } : {}),
				};
			});
			if (top <= shown) shown = Math.max(shown, Math.min(items.length, top + height));
			while (rows.length < height) rows.push({});
			const [first] = items;
			const where = first === undefined ? '' : directoryOf(subject(first));
			const title = first === undefined ? '' : `${verb(first)} ${items.length} files in ${where}`;
			const status: Row = message === undefined ? keysFor(shown >= items.length, items.length) : messageRow(message);
			return { rows: [heading(theme, title, `${shown} shown`, size.columns), ...rows, status] };
		},
		key: (event, { size }, settled) => {
			message = undefined;
			if (event.kind === 'paste') {
				message = pasted;
				return undefined;
			}
			const step = motion(event.name, Math.max(1, size.rows - 3));
			if (step !== undefined) {
				const isPage = Math.abs(step) > 1;
				if (isPage) top = Math.max(0, Math.min(items.length - Math.max(1, size.rows - 2), top + step));
				at = Math.max(0, Math.min(items.length - 1, at + step));
				return undefined;
			}
			switch (event.name) {
				case 'q':
				case 'escape':
				case 'ctrl-c':
					return { result: { kind: 'back' } };
				case 'enter': {
					const item = items[at];
					return item === undefined ? undefined : { result: { kind: 'open', id: item.id } };
				}
				case 'a':
				case 'd':
					if (event.burst) return undefined;
					message = whyNot(event.name === 'a', settled);
					return message === undefined ? { result: { kind: 'decide', approved: event.name === 'a' } } : undefined;
				default:
					return undefined;
			}
		},
	};

	function whyNot(approve: boolean, settled: boolean): string | undefined {
		if (!settled) return tooSoon;
		if (!approve) return undefined;
		if (shown < items.length) return `${items.length - shown} of them were not on the screen yet: scroll to the end.`;
		if (failed > 0) return `${failed} of them cannot be shown, and so not be approved: open them one by one.`;
		return undefined;
	}
}

function keysFor(all: boolean, count: number): Row {
	return keyRow([
		...(all ? ([['a', `approve all ${count}`]] as const) : []),
		['d', 'deny all'],
		['Enter', 'open one'],
		['Space', 'on'],
		['q', 'back'],
	]);
}

/** What it does, in as few words as a row has room for. */
function factsOf(detail: Detail | undefined): string {
	switch (detail?.kind) {
		case undefined:
			return '';
		case 'failed':
			return 'cannot be shown';
		case 'diff':
			return `+${detail.added} -${detail.removed}`;
		case 'facts':
		case 'bytes':
			return shortFact(detail.facts.find((fact) => /byte/.test(fact)) ?? detail.facts.at(-1) ?? '');
		case 'command':
			return '';
	}
}

/** Without the hash, and never so long that there is no room for the name. */
function shortFact(fact: string): string {
	const short = fact.replace(/, sha256 [0-9a-f]+$/, '');
	return short.length > 32 ? `${short.slice(0, 31)}…` : short;
}

function nameOf(path: string): string {
	return path.slice(path.lastIndexOf('/') + 1);
}

function directoryOf(path: string): string {
	return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
