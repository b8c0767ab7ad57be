/** The right side: all that there is to know of an item as rows, of which only those on the screen are computed. */
import type { Detail, DiffLine, ReviewItem } from '../model/review.ts';
import { diffDocument } from './diff-document.ts';
import type { UnitMark } from './diff-row.ts';
import type { Syntax } from './highlight.ts';
import type { Piece, Row } from './row.ts';
import type { Style, Theme } from './theme.ts';
import { editWords, stateWords, subject, verb } from './words.ts';
import { type Breaks, newBudget, wrap } from './wrap.ts';

export type Document = {
	readonly length: number;
	/** `found`: lower case text to mark. */
	row(index: number, found?: string, unitOf?: (line: DiffLine) => UnitMark | undefined): Row;
	/** Is `text` (lower case) in this row? */
	holds(index: number, text: string): boolean;
	/** The line of the diff in a row, by its number; undefined above the diff, and where there is none. */
	lineOf?(row: number): number;
	rowOf?(line: number): number;
};

export type DocumentLook = {
	readonly width: number;
	/** It has all of the screen: what may be cut beside the list is shown whole. */
	readonly alone: boolean;
	readonly theme: Theme;
	readonly syntax: Syntax | undefined;
	/** Old and new side by side, where that can be. */
	readonly sides: boolean;
	/** Long lines are broken, and not moved sideways. */
	readonly wraps: boolean;
	/** Room is left for the marks of a choice. */
	readonly marks: boolean;
};

/** `detail` is undefined while it is loaded. */
export function createDocument(item: ReviewItem, detail: Detail | undefined, look: DocumentLook): Document {
	const page = createPage(look.width, look.theme);
	heading(page, item);
	// What is dangerous is on the first page, however small the screen.
	if (detail !== undefined && detail.kind !== 'failed') {
		for (const note of detail.notes ?? []) page.labelled('!', note, danger, { breaks: 'words', label: danger });
	}
	if (detail === undefined) {
		page.line({ text: 'loading', style: { dim: true } });
		return fromRows(page.rows);
	}
	switch (detail.kind) {
		case 'failed':
			page.gap();
			page.labelled('cannot', `be shown: ${detail.why}`, { colour: 'red' }, { breaks: 'words' });
			page.labelled('', 'It can be denied, not approved.', {}, { breaks: 'words' });
			return fromRows(page.rows);
		case 'facts':
			page.facts(detail.facts);
			return fromRows(page.rows);
		case 'command':
			command(page, detail, look.alone);
			return fromRows(page.rows);
		case 'diff':
			page.facts(detail.facts);
			page.gap();
			return diffDocument(page.rows, detail.lines, look, true);
		case 'bytes':
			page.facts(detail.facts);
			page.gap();
			return diffDocument(page.rows, detail.lines, { ...look, syntax: undefined }, false);
	}
}

type LabelledOptions = { readonly edges?: boolean; readonly label?: Style; readonly breaks?: Breaks };

type Page = {
	readonly rows: Row[];
	line(piece: Piece): void;
	/** Text behind a label, wrapped below itself. */
	labelled(label: string, text: string, style?: Style, options?: LabelledOptions): void;
	/** Text in one row, of which moving sideways shows the rest. */
	cut(text: string): void;
	facts(facts: readonly string[]): void;
	gap(): void;
};

const danger: Style = { colour: 'yellow', bold: true };

/** Cells of a label. */
const labelWidth = 8;

function createPage(width: number, theme: Theme): Page {
	const rows: Row[] = [];
	const budget = newBudget();
	const page: Page = {
		rows,
		line(piece) {
			rows.push({ body: piece });
		},
		labelled(label, text, style = {}, { edges = false, label: labelStyle = { dim: true }, breaks } = {}) {
			const { parts, slides } = wrap(text, width - labelWidth, theme.alphabet, budget, breaks);
			parts.forEach((part, index) => {
				rows.push({
					left: [{ text: (index === 0 ? label : '').padEnd(labelWidth), style: labelStyle }],
					body: { text: part, style, edges },
					slides,
				});
			});
		},
		cut(text) {
			rows.push({ left: [{ text: ' '.repeat(labelWidth) }], body: { text, edges: true }, slides: true });
		},
		facts(facts) {
			for (const fact of facts) page.labelled('', fact, { dim: true }, { breaks: 'words' });
		},
		gap() {
			rows.push({});
		},
	};
	return page;
}

function heading(page: Page, item: ReviewItem): void {
	const label: Style = { bold: true };
	if (item.from !== undefined) {
		page.labelled(verb(item), item.from, {}, { edges: true, label });
		page.labelled('to', subject(item), { bold: true }, { edges: true, label });
	} else if (item.effect.kind === 'run') {
		const program = item.edit?.kind === 'command' ? item.edit.program : item.effect.program;
		page.labelled('run', program, { bold: true }, { edges: true, label });
	} else {
		page.labelled(verb(item), subject(item), { bold: true }, { edges: true, label });
	}
	page.labelled('', stateWords(item.state), stateStyle(item), { breaks: 'words' });
	const { edit, origin } = item;
	if (edit !== undefined) page.labelled('', editWords(edit), { colour: 'cyan' }, { breaks: 'words' });
	// A hint, and no more: whoever wrote the script could make its interpreter say anything.
	if (origin !== undefined) page.labelled('', `the script says: ${origin.file}:${origin.line} (t)`, { dim: true });
}

function stateStyle({ state }: ReviewItem): Style {
	switch (state.kind) {
		case 'pending':
			return { colour: 'yellow', bold: state.live };
		case 'denied':
			return { colour: 'red' };
		case 'approved':
		case 'ran':
		case 'applied':
			return { colour: 'green' };
	}
}

function command(page: Page, detail: Extract<Detail, { kind: 'command' }>, alone: boolean): void {
	page.gap();
	detail.argv.forEach((word, index) => {
		const label = `${index}`.padStart(labelWidth - 2);
		if (word === '') {
			page.labelled(label, '(an empty word)', { dim: true });
			return;
		}
		// A script after `sh -c` is read line by line; the line end stays visible, so that it is not taken for two words.
		const lines = word.split('\n');
		lines.forEach((line, at) => {
			page.labelled(at === 0 ? label : '', at < lines.length - 1 ? `${line}\n` : line, {}, { edges: true });
		});
	});
	if (detail.wanted !== undefined) {
		page.gap();
		page.labelled(
			'wanted',
			`by the script, before it was edited: ${detail.wanted.map((word) => JSON.stringify(word)).join(' ')}`,
			{
				dim: true,
			},
		);
	}
	page.gap();
	page.labelled('in', detail.cwd, {}, { edges: true });
	page.facts(detail.facts);
	const names = Object.keys(detail.env).sort();
	page.gap();
	page.labelled('env', names.length === 0 ? 'empty' : `${names.length} ${names.length === 1 ? 'name' : 'names'}`, {
		dim: true,
	});
	for (const name of names) {
		const line = `${name}=${detail.env[name] ?? ''}`;
		if (alone) page.labelled('', line, {}, { edges: true });
		else page.cut(line);
	}
}

function fromRows(rows: readonly Row[]): Document {
	return {
		length: rows.length,
		row: (index) => rows[index] ?? {},
		holds: (index, text) => (rows[index]?.body?.text ?? '').toLowerCase().includes(text),
	};
}
