/** Commands that a POSIX shell or bash runs itself. bash(1), "Shell builtin commands"; dash(1). */
import type { ShellWord } from './shell-word.ts';

/** They change what the shell does with the rest of its text, take it from elsewhere, or look in files. No rule is about them. */
export const unsafeBuiltins: ReadonlySet<string> = new Set(
	(
		'. source eval trap set unset export readonly declare typeset local alias unalias read mapfile readarray ' +
		'getopts enable hash shopt bind complete compgen compopt let caller dirs pushd popd history fc logout suspend ' +
		'disown bg fg jobs times ulimit umask coproc function return builtin help'
	).split(' '),
);

/** Builtins that readsNothing looks at the words of. */
export const ownWords: ReadonlySet<string> = new Set([
	'printf',
	'test',
	'[',
	'wait',
	'break',
	'continue',
	'exit',
	'shift',
]);

/** Whether the command only prints or compares, whatever its words are: it needs no rule. */
export function readsNothing(name: string, words: readonly ShellWord[]): boolean {
	const [first] = words;
	switch (name) {
		case ':':
		case 'true':
		case 'false':
		case 'echo':
			return true;
		case 'break':
		case 'continue':
		case 'exit':
		case 'shift':
		case 'wait':
			// `wait -p PATH` sets a variable, and may run the index of an array.
			return words.every((word) => word.kind !== 'names' && /^(?:%?\d+|\$\?)$/.test(word.text));
		case 'pwd':
			return words.length === 0;
		case 'printf':
			// -v sets a variable; in bash its name may be an array's element, whose index is run. So does %n: `printf 123%n PATH`.
			return first?.kind === 'text' && !first.text.startsWith('-') && !setsVariable(first.text);
		case 'test':
		case '[':
			// -v and -R take such a name too.
			return words.every((word) => word.kind === 'text' && !/^-[vR]$/.test(word.text));
		default:
			return false;
	}
}

/** A format with %n, whatever stands between its two letters. */
function setsVariable(format: string): boolean {
	return /%[^a-zA-Z%]*[hjlLtz]*n/.test(format.replaceAll('%%', ''));
}
