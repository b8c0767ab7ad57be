/**
 * Untrusted text as a person should see it: every character that would move the cursor, hide, reorder or recolour text,
 * or that cannot be seen at all, is replaced by a visible name. Two different texts never look the same.
 */
import stringWidth from 'string-width';

/** What the terminal can show: all of Unicode, or ASCII alone. */
export type Alphabet = 'unicode' | 'ascii';

export type VisibleOptions = {
	/** Cells from one tab stop to the next; 0 shows a tab as its symbol alone. Default 0. */
	readonly tab?: number;
	/** Spaces at both ends are shown as a symbol: for words of a command and names of files. Default false. */
	readonly edges?: boolean;
};

/** What stands for one user-perceived character, or for one code point of it. Never split on the screen. */
export type Cluster = {
	readonly shown: string;
	/** In cells of the terminal; at least 1. */
	readonly width: number;
	/** Where it begins in the text, in UTF-16 units. */
	readonly start: number;
	/**
	 * plain: shown as it is. soft: a symbol for a tab, a line end, a space at the edge. alarm: a symbol for something that
	 * has no business in honest text.
	 */
	readonly look: 'plain' | 'soft' | 'alarm';
	/** Terminals may disagree with us about its width. */
	readonly unsure: boolean;
};

/** All of `text`, safe for a terminal. */
export function visible(text: string, alphabet: Alphabet = 'unicode', options: VisibleOptions = {}): string {
	let out = '';
	for (const cluster of clusters(text, alphabet, options)) out += cluster.shown;
	return out;
}

/** Cells that `text` takes on the screen. Looks at all of it. */
export function cells(text: string, alphabet: Alphabet, options: VisibleOptions = {}): number {
	if (printable.test(text) && options.edges !== true) return text.length;
	let width = 0;
	for (const cluster of clusters(text, alphabet, options)) width += cluster.width;
	return width;
}

/** The pieces of `text` in order, computed as they are asked for. */
export function* clusters(text: string, alphabet: Alphabet, options: VisibleOptions = {}): Generator<Cluster> {
	const { tab = 0, edges = false } = options;
	const inner = edges ? innerOf(text) : { from: 0, to: text.length };
	let column = 0;
	for (const { segment, index } of segments(text)) {
		for (const cluster of dissect(segment, index, alphabet, text)) {
			const { start, shown } = cluster;
			if (shown === ' ' && (start < inner.from || start >= inner.to)) {
				const space = symbol(0x20, alphabet);
				yield { shown: space, width: space.length, start, look: 'soft', unsure: false };
				column += space.length;
			} else if (tab > 0 && text.charCodeAt(start) === 9 && cluster.look === 'soft') {
				const width = Math.max(cluster.width, tab - (column % tab));
				yield { ...cluster, shown: shown.padEnd(shown.length + width - cluster.width), width };
				column += width;
			} else {
				yield cluster;
				column += cluster.width;
			}
		}
	}
}

const printable = /^[\x20-\x7e]*$/;
const segmenter = new Intl.Segmenter('en');
/** Seen by themselves: letters, numbers, punctuation, symbols; not spaces, controls, formats, private or unassigned. */
const seen = /^[\p{L}\p{N}\p{P}\p{S}]$/u;
/** Drawn on top of the character before. */
const mark = /^\p{M}$/u;
const ignorable = /^\p{Default_Ignorable_Code_Point}$/u;
const tags = /[\u{e0000}-\u{e007f}]/u;
/** Node 20 knows this flag, which a literal may only have from ES2024 on. */
const unicodeSets: string = 'v';
const emoji = new RegExp('^\\p{RGI_Emoji}$', unicodeSets);
/** Letters whose width all terminals agree on. */
const sure =
	/^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u;
/** More marks than this on one character are an attack on the lines above and below. */
const marksAllowed = 4;
/** Of a long stretch that is not ASCII, this much is looked at in one go, so that the start of a huge line costs little. */
const stretch = 256;

type Segment = { readonly segment: string; readonly index: number };

/** Grapheme clusters; the simple characters without the segmenter, which is slow. */
function* segments(text: string): Generator<Segment> {
	let at = 0;
	while (at < text.length) {
		if (isSimple(text, at) && (at + 1 === text.length || isSimple(text, at + 1))) {
			yield { segment: text.charAt(at), index: at };
			at += 1;
			continue;
		}
		let to = at + 1;
		while (to < text.length && to - at < stretch && !isSimple(text, to)) to += 1;
		let last = at;
		for (const { segment, index } of segmenter.segment(text.slice(at, to))) {
			// The last cluster of a cut stretch may go on behind the cut, unless it is all there is.
			if (to - at >= stretch && index > 0 && index + segment.length === to - at) break;
			yield { segment, index: at + index };
			last = at + index + segment.length;
		}
		at = last;
	}
}

/** A character that is a cluster by itself unless a mark follows, and whose width is known. */
function isSimple(text: string, at: number): boolean {
	return simpleWidth(text.charCodeAt(at)) > 0;
}

/** Cells of a simple character, 0 for all others. What is here is assigned, visible, and no mark. */
function simpleWidth(code: number): 0 | 1 | 2 {
	if (code < 0x7f) return code >= 0x20 ? 1 : 0;
	if (code < 0xc0) return 0;
	// Latin with accents, IPA; Greek and Russian letters; lines.
	if (code <= 0x2af) return 1;
	if ((code >= 0x3a3 && code <= 0x3ce) || (code >= 0x410 && code <= 0x44f)) return 1;
	if (code >= 0x2500 && code <= 0x257f) return 1;
	// Kana, Chinese characters, Hangul syllables.
	if ((code >= 0x3041 && code <= 0x3096) || (code >= 0x30a1 && code <= 0x30fa)) return 2;
	return (code >= 0x4e00 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3) ? 2 : 0;
}

function* dissect(segment: string, index: number, alphabet: Alphabet, text: string): Generator<Cluster> {
	if (segment.length === 1) {
		const width = simpleWidth(segment.charCodeAt(0));
		if (width > 0 && alphabet === 'unicode') {
			// Some terminals in the Far East draw lines two cells wide.
			const unsure = segment >= '\u2500' && segment <= '\u257f';
			yield { shown: segment, width, start: index, look: 'plain', unsure };
			return;
		}
	}
	const [open] = brackets(alphabet);
	if (alphabet === 'unicode' && isWhole(segment) && !(segment === open && isEscape(text, index + 1))) {
		const width = stringWidth(segment);
		if (width > 0) {
			yield { shown: segment, width, start: index, look: 'plain', unsure: !sure.test(segment) };
			return;
		}
	}
	let start = index;
	for (const point of segment) {
		yield one(point, start, alphabet, text);
		start += point.length;
	}
}

/** May this cluster of several code points (or one that is not ASCII) be shown as it is? */
function isWhole(segment: string): boolean {
	const points = Array.from(segment);
	const [first = ''] = points;
	if (points.length === 1) return isSeen(first);
	if (segment.length < 64 && emoji.test(segment)) return !tags.test(segment);
	if (!isSeen(first)) return false;
	let marks = 0;
	for (const point of points) {
		if (isSeen(point)) continue;
		if (!mark.test(point) || ignorable.test(point)) return false;
		marks += 1;
	}
	return marks <= marksAllowed;
}

function isSeen(point: string): boolean {
	const code = point.codePointAt(0) ?? 0;
	if (code < 0x80) return code >= 0x20 && code < 0x7f;
	// Pictures of control characters are our own escapes, and an empty braille cell looks like a space.
	if ((code >= 0x2400 && code <= 0x2426) || code === 0x2800 || code === 0xfffc) return false;
	return seen.test(point) && !ignorable.test(point);
}

/** A single code point: itself, or the symbol that stands for it. */
function one(point: string, start: number, alphabet: Alphabet, text: string): Cluster {
	const code = point.codePointAt(0) ?? 0;
	const [open] = brackets(alphabet);
	if (code >= 0x20 && code < 0x7f && !(point === open && isEscape(text, start + 1))) {
		return { shown: point, width: 1, start, look: 'plain', unsure: false };
	}
	if (alphabet === 'unicode' && isSeen(point) && point !== open) {
		const width = stringWidth(point);
		if (width > 0) return { shown: point, width, start, look: 'plain', unsure: !sure.test(point) };
	}
	const shown = symbol(code, alphabet);
	const soft = code === 9 || code === 10 || (alphabet === 'ascii' && isSeen(point));
	return { shown, width: shown.length, start, look: soft ? 'soft' : 'alarm', unsure: false };
}

/** Does text at `at` look like the rest of one of our escapes? Then the bracket before it must not stand as it is. */
function isEscape(text: string, at: number): boolean {
	return text.startsWith('U+', at) || text.startsWith('\\', at);
}

function symbol(code: number, alphabet: Alphabet): string {
	if (alphabet === 'unicode') {
		if (code <= 0x20) return String.fromCharCode(0x2400 + code);
		if (code === 0x7f) return '\u2421';
	}
	const [open, close] = brackets(alphabet);
	if (code === 9) return `${open}\\t${close}`;
	if (code === 10) return `${open}\\n${close}`;
	// A byte that is not UTF-8, as abi/bytes.ts writes it.
	if (code >= 0xdc80 && code <= 0xdcff) return `${open}\\x${(code - 0xdc00).toString(16)}${close}`;
	return `${open}U+${code.toString(16).toUpperCase().padStart(4, '0')}${close}`;
}

function brackets(alphabet: Alphabet): readonly [string, string] {
	return alphabet === 'unicode' ? ['\u2039', '\u203a'] : ['<', '>'];
}

function innerOf(text: string): { readonly from: number; readonly to: number } {
	let from = 0;
	while (text.charAt(from) === ' ') from += 1;
	let to = text.length;
	while (to > from && text.charAt(to - 1) === ' ') to -= 1;
	return { from, to };
}
