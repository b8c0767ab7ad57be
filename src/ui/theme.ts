/** How the screen looks: styles as escape sequences, and the signs, in Unicode and in ASCII. */
import type { Alphabet } from './visible.ts';

export type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'grey';

export type Style = {
	readonly colour?: Colour;
	readonly bold?: boolean;
	readonly dim?: boolean;
	readonly underline?: boolean;
	readonly inverse?: boolean;
};

export type Glyphs = {
	readonly select: string;
	readonly live: string;
	readonly pending: string;
	readonly seen: string;
	readonly approved: string;
	readonly denied: string;
	readonly byRule: string;
	readonly runs: string;
	readonly applied: string;
	readonly rename: string;
	readonly minus: string;
	readonly horizontal: string;
	readonly vertical: string;
	readonly teeDown: string;
	readonly teeUp: string;
	readonly more: string;
	readonly dot: string;
	readonly arrow: string;
	readonly upDown: string;
	readonly leftRight: string;
};

export type Theme = {
	readonly alphabet: Alphabet;
	/** colour; plain: bold, underline and inverse alone; none: no escape sequences in text at all. */
	readonly styling: 'colour' | 'plain' | 'none';
	readonly glyphs: Glyphs;
};

export const reset = '\x1b[0m';

/** The part of the environment that says what the terminal can show. */
export type TerminalEnv = {
	readonly [name in 'TERM' | 'NO_COLOR' | 'LC_ALL' | 'LC_CTYPE' | 'LANG']?: string | undefined;
};

/** NO_COLOR (no-color.org), TERM and the locale decide. */
export function themeOf({ TERM: term = '', NO_COLOR, LC_ALL, LC_CTYPE, LANG }: TerminalEnv): Theme {
	const noColour = (NO_COLOR ?? '') !== '';
	const styling = term === 'dumb' ? 'none' : noColour || /^vt[12]/.test(term) ? 'plain' : 'colour';
	// The first of these that is set and not empty decides: setlocale(3).
	const locale = LC_ALL || LC_CTYPE || LANG || '';
	const alphabet = term !== 'linux' && /utf-?8/i.test(locale) ? 'unicode' : 'ascii';
	return { alphabet, styling, glyphs: alphabet === 'unicode' ? unicodeGlyphs : asciiGlyphs };
}

/** The escape sequence that turns `style` on; empty where there is nothing to turn on. */
export function sgr(style: Style | undefined, styling: Theme['styling']): string {
	if (style === undefined || styling === 'none') return '';
	const codes: number[] = [];
	if (style.bold === true) codes.push(1);
	if (style.dim === true) codes.push(2);
	if (style.underline === true) codes.push(4);
	if (style.inverse === true) codes.push(7);
	if (style.colour !== undefined && styling === 'colour') codes.push(colours[style.colour]);
	return codes.length === 0 ? '' : `\x1b[${codes.join(';')}m`;
}

const colours: Readonly<Record<Colour, number>> = {
	red: 31,
	green: 32,
	yellow: 33,
	blue: 34,
	magenta: 35,
	cyan: 36,
	grey: 90,
};

export const unicodeGlyphs: Glyphs = {
	select: '❯',
	live: '▶',
	pending: '●',
	seen: '○',
	approved: '✓',
	denied: '✗',
	byRule: '§',
	runs: '…',
	applied: '■',
	rename: '→',
	minus: '−',
	horizontal: '─',
	vertical: '│',
	teeDown: '┬',
	teeUp: '┴',
	more: '…',
	dot: '·',
	arrow: '→',
	upDown: '↑↓',
	leftRight: '←→',
};

export const asciiGlyphs: Glyphs = {
	select: '>',
	live: '!',
	pending: '?',
	seen: 'o',
	approved: 'y',
	denied: 'n',
	byRule: 'r',
	runs: '~',
	applied: '*',
	rename: '>',
	minus: '-',
	horizontal: '-',
	vertical: '|',
	teeDown: '+',
	teeUp: '+',
	more: '>',
	dot: '-',
	arrow: '->',
	upDown: 'jk',
	leftRight: 'hl',
};
