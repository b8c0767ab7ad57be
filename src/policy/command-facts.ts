/** A command as rules see it, and whether a pattern allows or forbids it. Two questions, since doubt goes either way. */
import type { RunEffect } from '../model/effect.ts';
import { type CommandHazards, commandHazards } from './command-hazards.ts';
import { type CommandPattern, namesWord, wordsMatch } from './command-pattern.ts';
import { changedVariables } from './environment.ts';
import { baseName, nestedCommands } from './rough-commands.ts';
import { unsafeBuiltins } from './shell-builtins.ts';
import { readShell, type ShellProgram } from './shell-program.ts';
import { type ShellUse, shellUse } from './shell-string.ts';

export type CommandFacts = {
	readonly program: string;
	/** The last part of argv[0]; undefined where there is no argv[0]. */
	readonly ownName: string | undefined;
	/** argv from 1 on. */
	readonly words: readonly string[];
	readonly shell: ShellUse;
	/** The shell is one of the machine's own and is called by a shell's name. */
	readonly systemShell: boolean;
	/** Variables that the guest set or changed. */
	readonly changed: readonly string[];
	/** Words that no star stands for, and the command inside of it. */
	readonly hazards: CommandHazards;
	/** The shell string, parsed, where it plainly is one. */
	readonly script: ShellProgram | undefined;
	/** Each command that this one may be: under its file's name, its own name, as an applet, inside of it and in a shell string. */
	readonly views: readonly { readonly name: string; readonly words: readonly string[] }[];
};

/** What of the machine a command is judged by. */
export type CommandGround = {
	/** The environment that the guest started with. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** The files of the machine's shells. */
	readonly shells: ReadonlySet<string>;
	/** The directories of that environment's PATH, resolved: where a shell finds a command. Relative ones are as they are. */
	readonly path: readonly string[];
	/** The file that a command's first word leads to, in PATH where it has no slash; undefined where there is none. */
	readonly find: (word: string, cwd: string) => string | undefined;
	/** What a path leads to for the guest, symlinks and all; the last part need not be there. Undefined: it leads nowhere. */
	readonly resolve: (path: string, cwd: string) => string | undefined;
};

export function commandFacts(effect: RunEffect, ground: CommandGround): CommandFacts {
	const words = effect.argv.slice(1);
	const fileName = baseName(effect.program);
	const ownName = effect.argv[0] === undefined ? undefined : baseName(effect.argv[0]);
	const names = ownName === undefined || ownName === fileName ? [fileName] : [ownName, fileName];
	const uses = names.map((name) => shellUse(name, words)).filter((use) => use.kind !== 'none');
	const text = uses.find((use) => use.kind === 'string');
	const script = text?.parsed === true && text.exact !== undefined ? readShell(text.exact, effect.env) : undefined;
	// What was parsed well needs no guess: a here-document with `rm` in it runs no rm.
	const certain = script !== undefined && isCertain(script);
	const views = names.flatMap((name) => (certain ? [{ name, words }] : viewsOf(name, words)));
	for (const { words: parsed } of script?.commands ?? []) {
		const [name = '', ...rest] = parsed.map((word) => (word.kind === 'names' ? word.start : word.text));
		views.push(...viewsOf(baseName(name), rest));
	}
	const hazards = names.map((name) => commandHazards(name, words));
	return {
		program: effect.program,
		ownName,
		words,
		shell: text ?? uses[0] ?? { kind: 'none' },
		hazards: {
			words: new Map(hazards.flatMap((one) => [...one.words])),
			inner: hazards.find((one) => one.inner !== undefined)?.inner,
		},
		script,
		systemShell: ground.shells.has(effect.program) && ownName !== undefined && shellUse(ownName, words).kind !== 'none',
		changed: changedVariables(effect.env, ground.env),
		views,
	};
}

/**
 * Whether an allow rule's pattern covers the command. Everything must be certain: the file is the one the name stands
 * for, argv[0] says so too (kmod, systemctl and busybox do what argv[0] says), the environment is the guest's first one,
 * no star stands for a word that makes the program do more than it seems to, and no text is run as a program, unless the pattern
 * is that very text.
 */
export function allowsCommand(pattern: CommandPattern, facts: CommandFacts): boolean {
	if (facts.changed.length > 0) return false;
	if (facts.shell.kind !== 'none') {
		if (facts.systemShell && facts.shell.kind === 'string' && facts.shell.exact === pattern.text) return true;
		if (!pattern.literal) return false;
	}
	// The words first: of a policy's many rules for one program they leave the fewest.
	if (!wordsMatch(pattern, facts.words)) return false;
	const { program } = pattern;
	if (program.kind === 'named' && !(program.files.has(facts.program) && facts.ownName === program.name)) return false;
	for (const at of facts.hazards.words.keys()) if (!namesWord(pattern, at)) return false;
	return true;
}

/** Whether a deny or ask rule's pattern covers the command, in any way it may be meant. */
export function forbidsCommand(pattern: CommandPattern, facts: CommandFacts): boolean {
	const { program } = pattern;
	if (facts.shell.kind === 'string' && facts.shell.exact === pattern.text) return true;
	if (program.kind === 'any' || program.files.has(facts.program)) {
		if (wordsMatch(pattern, facts.words)) return true;
	}
	return facts.views.some(
		(view) => (program.kind === 'any' || view.name === program.name) && wordsMatch(pattern, view.words),
	);
}

/** The command and those that it may run: as an applet, behind a wrapper, in a shell string. Only to find what is forbidden. */
function viewsOf(name: string, words: readonly string[]): { name: string; words: readonly string[] }[] {
	const views = [{ name, words }];
	const use = shellUse(name, words);
	const inside = use.kind === 'string' ? use.commands : behind(nestedCommands(name, words));
	for (const [first = '', ...rest] of inside) views.push({ name: baseName(first), words: rest });
	return views;
}

/** Whether each command of a shell string is known, and none of them makes a program of its words. */
function isCertain({ commands, doubts }: ShellProgram): boolean {
	return (
		doubts.length === 0 &&
		commands.every(({ words: [first] }) => first?.kind === 'text' && !unsafeBuiltins.has(first.text))
	);
}

/** Those of `commands` and what the shells among them are given. */
function behind(commands: readonly (readonly string[])[]): readonly (readonly string[])[] {
	return commands.flatMap((command) => {
		const use = shellUse(baseName(command[0] ?? ''), command.slice(1));
		return use.kind === 'string' ? [command, ...use.commands] : [command];
	});
}
