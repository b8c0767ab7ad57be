/** A command as rules see it, and whether a pattern allows or forbids it. Two questions, since doubt goes either way. */
import type { RunEffect } from '../model/effect.ts';
import { type CommandPattern, wordsMatch } from './command-pattern.ts';
import { changedVariables } from './environment.ts';
import { baseName } from './shell-commands.ts';
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
	/** Each command that this one may be: under its file's name, its own name, as an applet, and those in a shell string. */
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
};

export function commandFacts(effect: RunEffect, ground: CommandGround): CommandFacts {
	const words = effect.argv.slice(1);
	const fileName = baseName(effect.program);
	const ownName = effect.argv[0] === undefined ? undefined : baseName(effect.argv[0]);
	const names = ownName === undefined || ownName === fileName ? [fileName] : [ownName, fileName];
	const views = names.flatMap((name) => [{ name, words }, ...applet(name, words)]);
	const uses = names.map((name) => shellUse(name, words)).filter((use) => use.kind !== 'none');
	for (const use of uses) {
		if (use.kind !== 'string') continue;
		for (const [name = '', ...rest] of use.commands) views.push({ name: baseName(name), words: rest });
	}
	return {
		program: effect.program,
		ownName,
		words,
		shell: uses.find((use) => use.kind === 'string') ?? uses[0] ?? { kind: 'none' },
		systemShell: ground.shells.has(effect.program) && ownName !== undefined && shellUse(ownName, words).kind !== 'none',
		changed: changedVariables(effect.env, ground.env),
		views,
	};
}

/**
 * Whether an allow rule's pattern covers the command. Everything must be certain: the file is the one the name stands
 * for, argv[0] says so too (kmod, systemctl and busybox do what argv[0] says), the environment is the guest's first one,
 * and no text is run as a program, unless the pattern is that very text.
 */
export function allowsCommand(pattern: CommandPattern, facts: CommandFacts): boolean {
	if (facts.changed.length > 0) return false;
	if (facts.shell.kind !== 'none') {
		if (facts.systemShell && facts.shell.kind === 'string' && facts.shell.exact === pattern.text) return true;
		if (!pattern.literal) return false;
	}
	const { program } = pattern;
	if (program.kind === 'named' && !(program.files.has(facts.program) && facts.ownName === program.name)) return false;
	return wordsMatch(pattern, facts.words);
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

function applet(name: string, words: readonly string[]): readonly { name: string; words: readonly string[] }[] {
	const [first] = words;
	if (first === undefined || !/^(?:busybox|toybox|coreutils)/.test(name)) return [];
	return [{ name: baseName(first), words: words.slice(1) }];
}
