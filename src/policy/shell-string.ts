/** Finds out whether a command is a shell that is given its program as text (`sh -c STRING`, or on standard input). */
import { baseName, roughCommands } from './rough-commands.ts';

export type ShellUse =
	| { readonly kind: 'none' }
	/** Commands come from standard input: nobody can say which. */
	| { readonly kind: 'stdin' }
	| {
			readonly kind: 'string';
			/** The string, where the call is plainly `SHELL -c STRING` and nothing else. */
			readonly exact?: string;
			/** The shell's grammar is that of bash and dash, so that the string can be parsed. */
			readonly parsed: boolean;
			/** Commands that seem to be in it. */
			readonly commands: readonly (readonly string[])[];
	  };

/** File names of the shells that take `-c`; a version may follow (`bash5`, `ksh93`). */
export const shellNames: readonly string[] = ['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash', 'busybox'];

const otherShells =
	/^(?:rbash|rzsh|rksh|mksh|lksh|pdksh|oksh|yash|posh|fish|csh|tcsh|osh|ysh|nu|xonsh|elvish|pwsh|toybox)$/;

/** How much text of one command is looked into; strings in strings count again, so a hostile one costs no more. */
type Budget = { left: number };

const mostText = 64 * 1024;
const costOfCall = 64;

/** Looks at a command under one of its names: the file that runs, or what it calls itself. `words` are argv from 1 on. */
export function shellUse(name: string, words: readonly string[], budget: Budget = { left: mostText }): ShellUse {
	const own = name.replace(/^-/, '').replace(/(?:-static|[-.\d]+)$/, '');
	if (own === 'busybox' || own === 'toybox') {
		if (!spend(budget, words.length)) return { kind: 'string', parsed: false, commands: [] };
		return words.length === 0 ? { kind: 'none' } : inexact(shellUse(baseName(words[0] ?? ''), words.slice(1), budget));
	}
	if (!shellNames.includes(own) && !otherShells.test(own)) return { kind: 'none' };
	const options = exactParse.has(own) ? parseOptions(words) : guessOptions(words);
	if (!options.command) {
		return options.operands.length === 0 || options.stdin ? { kind: 'stdin' } : { kind: 'none' };
	}
	const texts = exactParse.has(own) ? options.operands.slice(0, 1) : words;
	const commands = texts.flatMap((text) => nestedCommands(text, budget));
	const exact = plainString(words);
	const parsed = exactParse.has(own);
	return exact === undefined ? { kind: 'string', parsed, commands } : { kind: 'string', exact, parsed, commands };
}

/** Shells whose options are parsed as POSIX says; the others are guessed at, on the strict side. */
const exactParse = new Set(['sh', 'bash', 'dash', 'ash']);

type Options = {
	readonly command: boolean;
	readonly stdin: boolean;
	/** The words after the options. */
	readonly operands: readonly string[];
};

function parseOptions(words: readonly string[]): Options {
	let command = false;
	let stdin = false;
	let at = 0;
	for (; at < words.length; at++) {
		const word = words[at] ?? '';
		if (word === '--' || word === '-') {
			at += 1;
			break;
		}
		if (!/^[-+]./s.test(word)) break;
		if (word.startsWith('--')) {
			if (word === '--rcfile' || word === '--init-file') at += 1;
			continue;
		}
		command ||= word.includes('c');
		stdin ||= word.includes('s');
		// Each `o` and `O` in a cluster takes one of the words that follow.
		at += word.replace(/[^oO]/g, '').length;
	}
	return { command, stdin, operands: words.slice(at) };
}

function guessOptions(words: readonly string[]): Options {
	return {
		command: words.some((word) => /^[-+][A-Za-z]*c|^--command/i.test(word)),
		stdin: words.some((word) => /^-[A-Za-z]*s/.test(word)),
		operands: words.filter((word) => !/^[-+]/.test(word)),
	};
}

/** The string of `-c STRING`, with only options beside it that read no file and run nothing. */
function plainString(words: readonly string[]): string | undefined {
	if (!/^-[eufxvn]*c[eufxvn]*$/.test(words[0] ?? '')) return undefined;
	// glibc's system(3) puts a `--` before the string.
	const rest = words[1] === '--' ? words.slice(2) : words.slice(1);
	const text = rest[0];
	if (text === undefined || rest.length > 1) return undefined;
	return words[1] !== '--' && /^[-+]/.test(text) ? undefined : text;
}

function nestedCommands(text: string, budget: Budget): readonly (readonly string[])[] {
	if (!spend(budget, text.length)) return [];
	return roughCommands(text).flatMap((words) => {
		const name = baseName(words[0] ?? '');
		if (name === 'eval') return [words, ...nestedCommands(words.slice(1).join(' '), budget)];
		const inner = shellUse(name, words.slice(1), budget);
		return inner.kind === 'string' ? [words, ...inner.commands] : [words];
	});
}

function spend(budget: Budget, length: number): boolean {
	if (budget.left < length + costOfCall) return false;
	budget.left -= length + costOfCall;
	return true;
}

function inexact(use: ShellUse): ShellUse {
	return use.kind === 'string' ? { kind: 'string', parsed: false, commands: use.commands } : use;
}
