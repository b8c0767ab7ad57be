/** A rule that would make a question go away: what it says, what else of this session it decides, and the file it goes to. */
import type { RememberOffer } from '../model/remember.ts';
import { heading } from './bars.ts';
import { keyRow, messageRow, typingRow } from './bottom-row.ts';
import type { KeyEvent } from './keys.ts';
import { editLine, insert, type Line, textOf } from './line-editor.ts';
import { motion } from './motion.ts';
import { pasted, tooSoon } from './no-answer.ts';
import type { Page } from './page.ts';
import type { Piece, Row } from './row.ts';
import { newBudget, wrap } from './wrap.ts';

export type RememberResult =
	| { readonly kind: 'write'; readonly rule: string; readonly file: string }
	| { readonly kind: 'other' }
	| { readonly kind: 'back' };

/** `decision`: what the rule shown says; `other` as a result asks for rules that say the opposite. */
export function rememberPage(offer: RememberOffer, decision: 'allow' | 'deny'): Page<RememberResult> {
	let at = 0;
	let scroll = 0;
	let typed: Line | undefined;
	let { file } = offer;
	let message: string | undefined;
	const pressFile = (event: KeyEvent, line: Line) => {
		if (event.kind === 'paste') typed = insert(line, event.text.split(/[\r\n]/)[0] ?? '');
		else if (event.name === 'enter') {
			if (textOf(line).trim() !== '') file = textOf(line).trim();
			typed = undefined;
		} else if (event.name === 'escape') typed = undefined;
		else typed = editLine(line, event.name) ?? line;
	};

	return {
		draw: ({ size, theme }) => {
			const { columns } = size;
			const shown = offer.offers[at];
			const rows: Row[] = [];
			if (shown === undefined) rows.push({}, { body: { text: ` ${offer.why ?? ''}`, style: { bold: true } } });
			else {
				rows.push({});
				for (const part of wrap(shown.rule, columns - 4, theme.alphabet, newBudget(), 'words').parts)
					rows.push({ left: [{ text: '  ' }], body: { text: part, style: { bold: true } } });
				rows.push({}, { left: [label('into')], body: { text: file, edges: true }, keep: 'end' }, {});
				const { length } = shown.decides;
				const words = length === 1 ? 'It decides this of the session:' : `It decides ${length} things of this session:`;
				rows.push({ body: { text: ` ${words}` } });
				for (const one of shown.decides) {
					const change = ` ${one.before} ${theme.glyphs.arrow} ${one.after} `;
					rows.push({
						left: [{ text: '  ' }],
						body: { text: one.what, edges: true },
						right: [{ text: change, style: { dim: true } }],
					});
				}
			}
			const height = Math.max(1, size.rows - 2);
			scroll = Math.max(0, Math.min(scroll, rows.length - height));
			const body = rows.slice(scroll, scroll + height);
			while (body.length < height) body.push({});
			const place = offer.offers.length > 1 ? `${at + 1} of ${offer.offers.length}` : '';
			return { rows: [heading(theme, `A rule to ${decision}`, place, columns), ...body, status()] };

			function status(): Row {
				if (typed !== undefined) return typingRow('into ', typed, fileHints, columns, theme);
				if (message !== undefined) return messageRow(message);
				return keyRow([
					...(shown === undefined
						? []
						: ([
								['y', 'write it'],
								['f', 'another file'],
							] as const)),
					...(offer.offers.length > 1 ? ([['n', at === 0 ? 'a wider rule' : 'the narrow one']] as const) : []),
					['o', decision === 'allow' ? 'deny instead' : 'allow instead'],
					['q', 'back'],
				]);
			}
		},
		key: (event, { size }, settled) => {
			message = undefined;
			if (typed !== undefined) {
				pressFile(event, typed);
				return undefined;
			}
			if (event.kind === 'paste') {
				message = pasted;
				return undefined;
			}
			const step = motion(event.name, Math.max(1, size.rows - 3));
			if (step !== undefined) {
				scroll += step;
				return undefined;
			}
			switch (event.name) {
				case 'q':
				case 'escape':
				case 'ctrl-c':
					return { result: { kind: 'back' } };
				case 'o':
					return { result: { kind: 'other' } };
				case 'n':
					at = offer.offers.length === 0 ? 0 : (at + 1) % offer.offers.length;
					scroll = 0;
					return undefined;
				case 'f':
					typed = { before: file, after: '' };
					return undefined;
				case 'y': {
					const shown = offer.offers[at];
					if (shown === undefined || event.burst) return undefined;
					if (settled) return { result: { kind: 'write', rule: shown.rule, file } };
					message = tooSoon;
					return undefined;
				}
				default:
					return undefined;
			}
		},
	};
}

function label(text: string): Piece {
	return { text: ` ${text}  `, style: { dim: true } };
}

const fileHints = [
	['Enter', 'take'],
	['Esc', 'back'],
] as const;
