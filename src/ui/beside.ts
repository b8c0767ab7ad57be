/** What is looked at beside the decisions, each with the whole screen: the script's text, what it read, the limits it used. */
import type { Beside, ReadFile, ReviewState, Source } from '../model/review.ts';
import type { Highlighter, Syntax } from './highlight.ts';
import { limitRows } from './limit-rows.ts';
import { readRows } from './read-rows.ts';
import type { Row } from './row.ts';
import type { Theme } from './theme.ts';

export type BesideKind = 'script' | 'reads' | 'limits';

export type BesideWants = {
	readonly what: BesideKind;
	/** The file that the selected item's origin names, and the line in it. */
	readonly file: string | undefined;
	readonly line: number | undefined;
	readonly isUnfolded: boolean;
};

export type BesideText = {
	readonly title: string;
	readonly length: number;
	row(index: number): Row;
	/** The row that is looked for. */
	readonly at?: number | undefined;
};

export interface Besides {
	of(wants: BesideWants, state: ReviewState): BesideText;
}

/** `onMore` is called when there is more to show than the last time. */
export function createBesides(
	beside: Beside | undefined,
	theme: Theme,
	highlighter: Highlighter | undefined,
	onMore: () => void,
): Besides {
	const sources = new Map<string, Source>();
	let made: { readonly key: string; readonly text: BesideText } | undefined;
	let readsMade: { readonly key: string; readonly rows: readonly Row[] } | undefined;

	return {
		of(wants, state) {
			switch (wants.what) {
				case 'script':
					return script(wants);
				case 'reads':
					return reads(wants, state.cwd);
				case 'limits':
					return fromRows('Limits', limitRows(state, theme));
			}
		},
	};

	function script({ file, line }: BesideWants): BesideText {
		const name = file ?? '';
		const source = sources.get(name);
		if (source === undefined) {
			load(name, file);
			return fromRows('Script', [note('loading')]);
		}
		if (source.kind === 'none') return fromRows('Script', [note(`It cannot be shown: ${source.why}.`)]);
		const key = `${name}:${line ?? ''}`;
		if (made?.key === key) return made.text;
		const text = scriptText(source, line, theme, highlighter?.syntaxOf(isNamed(source.name) ? source.name : 'code.py'));
		made = { key, text };
		return text;
	}

	function load(name: string, file: string | undefined): void {
		if (beside === undefined) {
			sources.set(name, { kind: 'none', why: 'it is not known here' });
			return;
		}
		beside.source(file).then(
			(source) => {
				sources.set(name, source);
				onMore();
			},
			(error: unknown) => {
				sources.set(name, { kind: 'none', why: String(error) });
				onMore();
			},
		);
	}

	function reads({ isUnfolded }: BesideWants, cwd: string | undefined): BesideText {
		const all: readonly ReadFile[] = beside?.reads() ?? [];
		const key = `${all.length} ${isUnfolded}`;
		if (readsMade?.key !== key) readsMade = { key, rows: readRows(all, { isUnfolded, cwd, theme }) };
		return fromRows('What it read', readsMade.rows);
	}
}

/** A script without an ending is Python all the same. */
function isNamed(name: string): boolean {
	return /\.\w+$/.test(name);
}

function scriptText(
	source: Extract<Source, { kind: 'text' }>,
	line: number | undefined,
	theme: Theme,
	syntax: Syntax | undefined,
): BesideText {
	const lines = source.text.split('\n');
	if (lines.at(-1) === '') lines.pop();
	const head: Row[] = source.about === undefined ? [] : [note(source.about), {}];
	const digits = `${lines.length}`.length;
	const at = line === undefined || line > lines.length ? undefined : head.length + line - 1;
	const row = (index: number): Row => {
		const text = lines[index - head.length];
		if (text === undefined) return head[index] ?? {};
		const isAsking = index === at;
		const number = `${index - head.length + 1}`.padStart(digits + 1);
		return {
			left: [
				{ text: isAsking ? theme.glyphs.select : ' ', style: { colour: 'yellow', bold: true } },
				{ text: `${number} `, style: { dim: true } },
			],
			body: { text, tab: 8, spans: syntax?.(text) ?? [], ...(isAsking ? { style: { bold: true } } : {}) },
			slides: true,
			...(isAsking ? { fill: { bold: true } } : {}),
		};
	};
	const place = at === undefined ? '' : `, line ${line}`;
	return { title: `${source.name}${place}`, length: head.length + lines.length, row, at };
}

function note(text: string): Row {
	return { body: { text: ` ${text}`, style: { colour: 'cyan' } }, slides: true };
}

function fromRows(title: string, rows: readonly Row[]): BesideText {
	return { title, length: rows.length, row: (index) => rows[index] ?? {} };
}
