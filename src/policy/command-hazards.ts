/** What a command line holds that no star of a policy may stand for, and the command inside of it. */
import {
	gitReads,
	hazards as hazardData,
	interactive,
	readsProgram,
	sameProgram,
	shellWrappers,
	type Wrapper,
	wrappers,
	writtenOperand,
} from './command-data.ts';
import { isHarmlessVariable } from './environment.ts';

/** The command that a wrapper runs; `at` is the word it begins with, counted from 0 after the program. */
export type Inner =
	| { readonly kind: 'argv'; readonly at: number; readonly argv: readonly string[]; readonly transparent: boolean }
	| { readonly kind: 'shell'; readonly at: number; readonly text: string };

export type CommandHazards = {
	/** By word, counted from 0 after the program: what it does. -1: the whole of it. */
	readonly words: ReadonlyMap<number, string>;
	readonly inner: Inner | undefined;
};

const none: CommandHazards = { words: new Map(), inner: undefined };

/** `name` is the program's, without its directory; `words` are those after it. */
export function commandHazards(name: string, words: readonly string[]): CommandHazards {
	const program = programName(name);
	const wrapper = own(wrappers, program);
	const data = own(hazardData, program);
	const found = new Map<number, string>();
	const inner = wrapper === undefined ? undefined : innerOf(program, wrapper, words, found);
	const end = inner === undefined ? words.length : inner.at;
	for (const hazard of data ?? []) {
		for (let at = 0; at < end; at++) {
			if (!hazard.word.test(words[at] ?? '')) continue;
			for (let next = at; next <= Math.min(at + (hazard.and ?? 0), end - 1); next++) found.set(next, hazard.what);
		}
	}
	if (program === 'git') gitHazard(words, found);
	if (program === 'sed') sedHazards(words, found);
	if (program === 'tar') tarHazards(words, found);
	if (interactive.has(program)) found.set(-1, 'runs a shell at a key');
	if (readsProgram.has(program) && !words.some((word) => !word.startsWith('-'))) {
		const asks = words.length > 0 && words.every((word) => /^--?(?:version|help|V|v|h)$/.test(word));
		if (!asks) found.set(-1, 'reads its program from standard input');
	}
	const written = own(writtenOperand, program);
	if (written !== undefined) {
		const operands = words.flatMap((word, at) => (word.startsWith('-') && word !== '-' ? [] : [at]));
		for (const at of operands.slice(written)) found.set(at, 'is a file that is written');
	}
	return found.size === 0 && inner === undefined ? none : { words: found, inner };
}

/** `python3.11`, `python3-dbg` and `pypy3` are python. */
export function programName(name: string): string {
	const bare = name.replace(/^-/, '').replace(/(?:-?\d[\d.]*)$/, '');
	return own(sameProgram, name) ?? own(sameProgram, bare) ?? (own(hazardData, name) ? name : bare || name);
}

/** Only what the table itself has: a program may be called `constructor`. */
function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
	return Object.hasOwn(table, key) ? table[key] : undefined;
}

function innerOf(
	program: string,
	wrapper: Wrapper,
	words: readonly string[],
	found: Map<number, string>,
): Inner | undefined {
	let at = 0;
	let known = true;
	for (; at < words.length; at++) {
		const word = words[at] ?? '';
		if (word === '--') {
			at += 1;
			break;
		}
		const assignment = wrapper.assigns === true && /^[A-Za-z_]\w*=/.test(word);
		if (assignment && !isHarmlessVariable(word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1))) {
			found.set(at, 'changes the environment of what it runs');
		}
		if (assignment || wrapper.plain.test(word)) continue;
		if (wrapper.valued.test(word)) {
			at += 1;
			continue;
		}
		if (!word.startsWith('-')) break;
		// `command -v ls` tells where ls is; every other option that is not known may take the next word.
		if (program === 'command' && /^-[vV]$/.test(word)) return undefined;
		found.set(at, 'is an option that is not known here');
		known = false;
	}
	at += wrapper.operands;
	// No command: `env` prints, `nice` tells; a command from elsewhere (`xargs` alone is echo).
	if (at >= words.length) return undefined;
	if (program === 'flock' && words[at] === '-c') return { kind: 'shell', at: at + 1, text: words[at + 1] ?? '' };
	if (shellWrappers.has(program)) return { kind: 'shell', at, text: words.slice(at).join(' ') };
	const clean = known && ![...found.keys()].some((index) => index < at);
	return { kind: 'argv', at, argv: words.slice(at), transparent: wrapper.transparent && clean };
}

/** A subcommand that is not one that only tells: it runs hooks, or is an alias that the repository's configuration makes. */
function gitHazard(words: readonly string[], found: Map<number, string>): void {
	const at = words.findIndex((word) => !word.startsWith('-'));
	const subcommand = words[at];
	if (subcommand !== undefined && !gitReads.has(subcommand)) found.set(at, 'runs hooks or is an alias');
}

/** `tar cIf evil x.tar y`: letters without a dash, whose values are the words after them, in their order. */
function tarHazards(words: readonly string[], found: Map<number, string>): void {
	const [first = ''] = words;
	if (first.startsWith('-') || !/[xcruAIFPCgTX]/.test(first)) return;
	for (const at of words.keys()) found.set(at, 'makes it write a file, or run another program');
}

/** Scripts of sed that only change what is printed: s, d, p, q and their like, without the commands and flags w, e and r. */
const plainSed = (() => {
	const one = String.raw`(?:\d+|\$|\/(?:[^/\\\n]|\\.)*\/)`;
	const substitute = String.raw`s([/|,#:@!])(?:(?!\1)[^\\\n]|\\.)*\1(?:(?!\1)[^\\\n]|\\.)*\1[gpIiM0-9]*`;
	const command = String.raw`(?:${one}(?:,(?:\+\d+|${one}))?!?)?(?:[dDpPqQ=]|${substitute})`;
	return new RegExp(String.raw`^(?:[ \t]*(?:${command}[ \t]*)?(?:[;\n]|$))*$`);
})();

function sedHazards(words: readonly string[], found: Map<number, string>): void {
	if (words.some((word) => /^--?sandbox$/.test(word))) return;
	const scripts: number[] = [];
	let operand: number | undefined;
	for (let at = 0; at < words.length; at++) {
		const word = words[at] ?? '';
		if (/^-[nErsuz]*e$|^--ex[a-z]*$/.test(word)) scripts.push(++at);
		else if (/^-[nErsuz]*e.|^--ex[a-z]*=/s.test(word)) found.set(at, 'is a script that is not read here');
		else if (!word.startsWith('-') || word === '-') operand ??= at;
	}
	if (scripts.length === 0 && operand !== undefined) scripts.push(operand);
	for (const at of scripts) {
		const script = words[at] ?? '';
		if (script.length > 500 || !plainSed.test(script)) found.set(at, 'is a script that may write or run something');
	}
}
