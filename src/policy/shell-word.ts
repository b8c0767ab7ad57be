/** A word of a shell string, as far as it is known before the string runs. */
import type { DoubleQuotedChild, Word, WordPart } from 'unbash';

export type ShellWord =
	| { readonly kind: 'text'; readonly text: string }
	/** Any number of names that begin with `start` (never empty, never an option). */
	| { readonly kind: 'names'; readonly start: string }
	| { readonly kind: 'unknown'; readonly text: string };

/** What the shell makes of a word. What is substituted in it is not looked at here. */
export function wordOf(word: Word, home: string | undefined): ShellWord {
	if (word.parts === undefined) return tildeOf(word.value, word.text, home);
	let text = '';
	let names = false;
	for (const part of word.parts) {
		const known = textOf(part);
		if (known === undefined) return { kind: 'unknown', text: word.text };
		if (part.type === 'Glob') {
			names = true;
			if (text === '' || text.startsWith('-')) return { kind: 'unknown', text: word.text };
		}
		if (!names) text += known;
	}
	const first = word.parts[0];
	if (first?.type === 'Literal' && first.text.startsWith('~')) {
		// ~"/x" is no home: the quote is part of the name.
		if (!first.text.startsWith('~/')) return { kind: 'unknown', text: word.text };
		const whole = tildeOf(text, word.text, home);
		if (whole.kind !== 'text') return whole;
		text = whole.text;
	}
	return names ? { kind: 'names', start: text } : { kind: 'text', text };
}

/** A text that may begin with a home; `text`: as it is written, with its quotes. */
export function tildeOf(value: string, text: string, home: string | undefined): ShellWord {
	// Quoted: no tilde. Another user's home, or a ~+: not known here.
	if (!text.startsWith('~')) return { kind: 'text', text: value };
	if (home === undefined || !/^~(?:\/|$)/.test(value)) return { kind: 'unknown', text };
	return { kind: 'text', text: home + value.slice(1) };
}

/** Nothing in it that a shell would take for a pattern, were it put into a word without quotes. */
export function isPlain(word: ShellWord): boolean {
	return word.kind === 'text' && !/[*?[\\]/.test(word.text);
}

/** A part by which the shell looks for names of files. */
export function isPattern(part: WordPart): boolean {
	return (
		part.type === 'Glob' || part.type === 'ExtendedGlob' || (part.type === 'BraceExpansion' && /[*?[]/.test(part.text))
	);
}

/** How a word begins, as it is written: a tilde in quotes is none. */
export function startText([first]: readonly WordPart[]): string {
	return first?.type === 'Literal' ? first.text : '';
}

/** The text of a part that is the same in every shell and every run; a process substitution is a file below /dev/fd. */
export function textOf(part: WordPart): string | undefined {
	switch (part.type) {
		case 'Literal':
		case 'SingleQuoted':
			return part.value;
		case 'DoubleQuoted':
			return quotedText(part.parts);
		case 'Glob':
			return '';
		case 'ProcessSubstitution':
			return '/dev/fd/63';
		// dash takes $'' and $"" as a dollar and a string, and knows no braces.
		case 'AnsiCQuoted':
		case 'LocaleString':
		case 'BraceExpansion':
		case 'ExtendedGlob':
		case 'SimpleExpansion':
		case 'ParameterExpansion':
		case 'CommandExpansion':
		case 'ArithmeticExpansion':
			return undefined;
	}
}

function quotedText(parts: readonly DoubleQuotedChild[]): string | undefined {
	let text = '';
	for (const part of parts) {
		if (part.type !== 'Literal') return undefined;
		text += part.value;
	}
	return text;
}
