/** Command patterns: `git status **`. A list of words, matched against the file that runs and the words it gets. */
import { expandPath, type PathBases } from './path-text.ts';
import { literalWord, type Piece, splitWords } from './pattern-words.ts';

/** Where programs are found. */
export type ProgramBases = PathBases & {
	/** The fixed search path: `/usr/local/sbin`, …, `/bin`. The guest's PATH is never asked. */
	readonly systemPath: readonly string[];
	/** All files that a name without a slash stands for on the system path, resolved ones too. */
	readonly which?: ((name: string) => readonly string[]) | undefined;
};

/** A program as a pattern names it. */
type ProgramPattern =
	| { readonly kind: 'any' }
	/** `files` are absolute paths that a resolved program may have; `name` is its last part. */
	| { readonly kind: 'named'; readonly name: string; readonly files: ReadonlySet<string> };

export type CommandPattern = {
	/** As the policy has it: a shell string is allowed by this alone. */
	readonly text: string;
	readonly program: ProgramPattern;
	/** The words after the program. */
	readonly words: readonly (readonly Piece[])[];
	/** Ends in `**`: any number of further words. */
	readonly open: boolean;
	/** Which of them are without a wildcard. */
	readonly spelled: readonly boolean[];
	/** No wildcard at all. */
	readonly literal: boolean;
};

/** What is wrong with a command pattern, or undefined. Needs no machine. */
export function commandPatternProblem(text: string): string | undefined {
	if (text.includes('\0')) return 'a command has no NUL byte';
	const split = splitWords(text);
	if (split.kind === 'problem') return `${split.message}; quote as in a shell`;
	const { words } = split;
	const first = words[0];
	if (first === undefined) return 'a command pattern is empty; write "**" for every command';
	for (const [index, word] of words.entries()) {
		if (!hasDoubleStar(word)) continue;
		if (!isRest(word)) return `"${text}" has a "**" inside a word; "*" stands for any characters of a word`;
		if (index < words.length - 1) return `"${text}" has a "**" before the end; it stands for the rest of the words`;
	}
	if (isRest(first) || isStar(first)) return undefined;
	const program = literalWord(first);
	if (program === undefined)
		return `"${text}" has a wildcard in the program's name; write it in full, or "*" for any program`;
	if (program === '') return `"${text}" has no program`;
	if (program.includes('/') && expandPath(program, { home: '/', cwd: '/' }) === undefined) {
		return `"${program}" is no path of a program; begin with "/", "./" or "~/", without ".."; a name alone is looked up on the system path`;
	}
	return undefined;
}

/** Compiles a pattern that has no problem. */
export function compileCommandPattern(text: string, bases: ProgramBases): CommandPattern {
	const split = splitWords(text);
	const words = split.kind === 'words' ? split.words : [];
	const last = words.at(-1);
	const open = last !== undefined && isRest(last);
	const first = words[0] ?? [];
	const name = literalWord(first);
	const program: ProgramPattern =
		name === undefined
			? { kind: 'any' }
			: { kind: 'named', name: name.slice(name.lastIndexOf('/') + 1), files: programFiles(name, bases) };
	const rest = words.slice(1, open ? -1 : undefined);
	return {
		text,
		program,
		words: rest,
		open,
		spelled: rest.map((word) => literalWord(word) !== undefined),
		literal: words.every((word) => literalWord(word) !== undefined),
	};
}

/** The absolute paths that a program's name in a policy stands for, resolved and not. */
export function programFiles(name: string, bases: ProgramBases): ReadonlySet<string> {
	const files = new Set<string>();
	for (const path of namedFiles(name, bases)) {
		files.add(path);
		const real = bases.realpath?.(path);
		if (real !== undefined) files.add(real);
	}
	return files;
}

/** Whether the words after the program are those of the pattern. */
export function wordsMatch(pattern: CommandPattern, words: readonly string[]): boolean {
	if (words.length < pattern.words.length) return false;
	if (words.length > pattern.words.length && !pattern.open) return false;
	let index = 0;
	for (const pieces of pattern.words) if (!wordMatches(pieces, words[index++] ?? '')) return false;
	return true;
}

/** Whether the pattern spells the word at `at` out (from 0, after the program); -1: every word of the command. */
export function namesWord(pattern: CommandPattern, at: number): boolean {
	return at < 0 ? pattern.literal : pattern.spelled[at] === true;
}

function namedFiles(name: string, bases: ProgramBases): readonly string[] {
	if (name.includes('/')) {
		const path = expandPath(name, bases);
		return path === undefined ? [] : [path];
	}
	const onPath = bases.systemPath.map((directory) => `${directory}/${name}`);
	return bases.which === undefined ? onPath : [...onPath, ...bases.which(name)];
}

/** Stars match greedily from the left, each piece at its first place: linear, and right because `*` is the only wildcard. */
function wordMatches(pieces: readonly Piece[], word: string): boolean {
	const [only] = pieces;
	if (pieces.length === 1 && only?.kind === 'text') return word === only.text;
	let at = 0;
	let floating = false;
	for (const [index, piece] of pieces.entries()) {
		if (piece.kind === 'star') {
			floating = true;
			continue;
		}
		const isLast = index === pieces.length - 1;
		if (!floating) {
			if (!word.startsWith(piece.text, at)) return false;
			at += piece.text.length;
		} else if (isLast) {
			return word.length - piece.text.length >= at && word.endsWith(piece.text);
		} else {
			const found = word.indexOf(piece.text, at);
			if (found < 0) return false;
			at = found + piece.text.length;
		}
		floating = false;
	}
	return floating || at === word.length;
}

function isStar(word: readonly Piece[]): boolean {
	return word.length === 1 && word[0]?.kind === 'star';
}

function isRest(word: readonly Piece[]): boolean {
	return word.length === 2 && word.every((piece) => piece.kind === 'star');
}

function hasDoubleStar(word: readonly Piece[]): boolean {
	return word.some((piece, index) => piece.kind === 'star' && word[index + 1]?.kind === 'star');
}
