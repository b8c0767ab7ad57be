/** Splits a command pattern or an example into words, with a shell's quoting and nothing else of a shell. */

/** One character run of a word: as it stands, or a wildcard (`*` outside quotes). */
export type Piece = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'star' };

export type Split =
	| { readonly kind: 'words'; readonly words: readonly (readonly Piece[])[] }
	| { readonly kind: 'problem'; readonly message: string };

/** Words are separated by spaces, tabs and newlines. `'…'`, `"…"` and `\x` quote; an unquoted `*` is a star. */
export function splitWords(text: string): Split {
	const words: (readonly Piece[])[] = [];
	let pieces: Piece[] = [];
	let run = '';
	let inWord = false;
	const endRun = () => {
		if (run !== '') pieces.push({ kind: 'text', text: run });
		run = '';
	};
	const endWord = () => {
		endRun();
		if (inWord) words.push(pieces);
		pieces = [];
		inWord = false;
	};
	for (let at = 0; at < text.length; at++) {
		const char = text[at] ?? '';
		if (char === ' ' || char === '\t' || char === '\n') {
			endWord();
			continue;
		}
		inWord = true;
		if (char === "'" || char === '"') {
			const quoted = readQuoted(text, at);
			if (quoted === undefined) return { kind: 'problem', message: `${text} has a ${char} that is never closed` };
			run += quoted.text;
			at = quoted.end;
		} else if (char === '\\') {
			if (at + 1 === text.length) return { kind: 'problem', message: `${text} ends with a backslash` };
			at += 1;
			run += text[at] ?? '';
		} else if (char === '*') {
			endRun();
			pieces.push({ kind: 'star' });
		} else {
			run += char;
		}
	}
	endWord();
	return { kind: 'words', words };
}

/** The word where it has no star. */
export function literalWord(pieces: readonly Piece[]): string | undefined {
	if (pieces.some((piece) => piece.kind === 'star')) return undefined;
	return pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('');
}

/** The word with stars as plain characters: an example's word. */
export function plainWord(pieces: readonly Piece[]): string {
	return pieces.map((piece) => (piece.kind === 'text' ? piece.text : '*')).join('');
}

/** From an opening quote at `start`: what it quotes and where the closing one is. */
function readQuoted(text: string, start: number): { text: string; end: number } | undefined {
	const quote = text[start];
	let run = '';
	for (let at = start + 1; at < text.length; at++) {
		const char = text[at] ?? '';
		if (char === quote) return { text: run, end: at };
		const next = text[at + 1] ?? '';
		if (quote === '"' && char === '\\' && /["\\$`]/.test(next)) {
			run += next;
			at += 1;
		} else {
			run += char;
		}
	}
	return undefined;
}
