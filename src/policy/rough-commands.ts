/**
 * A rough look at a shell string: which commands plain splitting shows. Only good enough to find something to forbid:
 * an answer from here never allows anything, and what it misses is asked about.
 */

import { wrappers } from './command-data.ts';

/** What is beyond the first commands of a string is not looked into. */
const mostCommands = 256;

/** The words of each command that may be in `text`; the first word is in command position. */
export function roughCommands(text: string): readonly (readonly string[])[] {
	const commands: (readonly string[])[] = [];
	for (const words of splitCommands(text)) {
		const [name, ...rest] = stripPrefix(words);
		if (name === undefined) continue;
		commands.push([name, ...rest], ...nestedCommands(baseName(name), rest));
		if (commands.length >= mostCommands) break;
	}
	return commands;
}

/** What a command may run: `sudo -u x rm` and `xargs -n 1 rm`. Where its own words end is not asked, so each may begin another. */
export function nestedCommands(name: string, words: readonly string[]): readonly (readonly string[])[] {
	const runs = /^-(?:exec|execdir|ok|okdir)$|^-[xX]$|^--exec(?:-batch)?$/;
	const starts = wrapperNames.has(name)
		? words.slice(0, mostWrapperWords).map((_, at) => at)
		: /^(?:find|fd|gfind|fdfind)$/.test(name)
			? words.flatMap((word, at) => (runs.test(word) ? [at + 1] : []))
			: [];
	return starts.slice(0, mostWrapperWords).map((at) => words.slice(at));
}

/** What follows the last slash. */
export function baseName(path: string): string {
	return path.slice(path.lastIndexOf('/') + 1);
}

const mostWrapperWords = 8;

/** Programs that run the words after them. */
const wrapperNames = new Set([
	...Object.keys(wrappers),
	...'coreutils fakeroot firejail nsenter pkexec prlimit proot runcon runuser script setarch setpriv su systemd-run torsocks'.split(
		' ',
	),
]);

const reservedWords = new Set(
	'! { } if then elif else fi while until do done for case esac in select coproc'.split(' '),
);

/** Stands for `<` or `>`; no word of a command can hold a NUL. */
const redirection = '\0';

/** Without leading assignments and reserved words. */
function stripPrefix(words: readonly string[]): readonly string[] {
	let start = 0;
	while (start < words.length) {
		const word = words[start] ?? '';
		if (reservedWords.has(word) || /^[A-Za-z_]\w*(?:\[.*\])?\+?=/s.test(word)) start += 1;
		else break;
	}
	return words.slice(start);
}

function splitCommands(text: string): readonly (readonly string[])[] {
	const commands: string[][] = [];
	let words: string[] = [];
	let word = '';
	let inWord = false;
	const endWord = () => {
		if (inWord) words.push(word);
		word = '';
		inWord = false;
	};
	const endCommand = () => {
		endWord();
		const kept = words.filter((one, index) => one !== redirection && words[index - 1] !== redirection);
		if (kept.length > 0) commands.push(kept);
		words = [];
	};
	let quote = '';
	for (let at = 0; at < text.length; at++) {
		const char = text[at] ?? '';
		const substitution = char === '`' || (char === '$' && text[at + 1] === '(');
		if (quote === "'") {
			if (char === quote) quote = '';
			else word += char;
		} else if (char === '\\') {
			at += 1;
			// A backslash before a newline joins two lines.
			if (text[at] !== '\n') word += text[at] ?? '';
			inWord = true;
		} else if (substitution) {
			// Inside double quotes too: what is substituted is run. The quote is forgotten, which splits more.
			endCommand();
			quote = '';
		} else if (char === quote) {
			quote = '';
		} else if (quote === '"') {
			word += char;
		} else if (char === "'" || char === '"') {
			quote = char;
			inWord = true;
		} else if (/\s/.test(char) && char !== '\n') {
			endWord();
		} else if (char === '&' && words.at(-1) === redirection && !inWord) {
			// `2>&1`: a redirection's own.
			inWord = true;
		} else if (/[;&|()\n]/.test(char)) {
			endCommand();
		} else if (char === '<' || char === '>') {
			// The digits of `2>` are no word.
			if (/^\d+$/.test(word)) inWord = false;
			endWord();
			words.push(redirection);
		} else {
			word += char;
			inWord = true;
		}
	}
	endCommand();
	return commands;
}
