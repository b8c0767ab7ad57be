/** A rule as it is written in a policy file: made from effects (propose.ts, generalise.ts), put into files (edit.ts). */
import type { Decision } from '../model/decision.ts';
import type { Effect, EffectKind } from '../model/effect.ts';
import { systemPath } from './compile.ts';
import { type PolicyDocument, type RuleDocument, type SelectorKind, selectorOf } from './document.ts';
import { afterAnchor, type PathBases } from './path-text.ts';

export type WrittenRule = {
	readonly decision: Decision;
	/** All of one selector. */
	readonly kinds: readonly EffectKind[];
	/** At least one; each passes the checks of the schema. */
	readonly patterns: readonly string[];
	readonly because?: string;
};

/** `path`, `command` or `host`: the key that holds the patterns. */
export function selectorOfRule(rule: WrittenRule): SelectorKind {
	return selectorOf(rule.kinds[0] ?? 'read');
}

/** The document with the rule as its last one: to see what it would decide before it is written anywhere. */
export function withRule(document: PolicyDocument, rule: WrittenRule): PolicyDocument {
	const located = rule.patterns.map((text) => ({ text, line: 1, column: 1 }));
	const selector = selectorOfRule(rule);
	const added: RuleDocument = {
		decision: rule.decision,
		kinds: rule.kinds,
		line: 1,
		column: 1,
		path: selector === 'path' ? located : [],
		command: selector === 'command' ? located : [],
		host: selector === 'host' ? located : [],
		except: [],
		...(rule.because === undefined ? {} : { because: rule.because }),
		match: [],
		not: [],
	};
	return { ...document, rules: [...document.rules, added] };
}

/** The rule as a line of YAML's flow style, for a question or a log: `allow: [write, delete], path: "./out/**"`. */
export function tellRule(rule: WrittenRule): string {
	const list = (texts: readonly string[], quote: boolean): string => {
		const shown = quote ? texts.map((text) => JSON.stringify(text)) : texts;
		return shown.length === 1 ? (shown[0] ?? '') : `[${shown.join(', ')}]`;
	};
	return `${rule.decision}: ${list(rule.kinds, false)}, ${selectorOfRule(rule)}: ${list(rule.patterns, true)}`;
}

/** The pattern that matches this one path: `./x` in the working directory, `~/x` in the home, else from the root. */
export function pathAsPattern(path: string, { cwd, home }: PathBases): string {
	return pathBelow(path, cwd, '.') ?? pathBelow(path, home, '~') ?? escapeGlob(path);
}

/** The pattern that matches this one command line: its words, each quoted where a pattern needs that. */
export function commandAsPattern(argv: readonly string[]): string {
	return argv.map(quoteWord).join(' ');
}

/** The pattern that matches the effect and nothing else. */
export function effectAsPattern(effect: Effect, bases: PathBases): string {
	switch (effect.kind) {
		case 'read':
		case 'write':
		case 'delete':
			return pathAsPattern(effect.path, bases);
		case 'run':
			return commandAsPattern([programAsWord(effect.program, effect.argv, bases), ...effect.argv.slice(1)]);
		case 'connect':
			if (effect.host.startsWith('unix:')) return effect.host;
			return `${bracketed(effect.host)}:${effect.port === 0 ? '*' : effect.port}`;
		case 'listen':
			return `${bracketed(effect.host)}:${effect.port}`;
	}
}

function bracketed(host: string): string {
	return host.includes(':') ? `[${host}]` : host;
}

/** A character that means something in a path pattern gets a backslash. */
export function escapeGlob(text: string): string {
	return text.replace(/[*?[\]{}\\(]/g, '\\$&');
}

function quoteWord(word: string): string {
	if (/^[\w@%+=:,./-]+$/.test(word)) return word;
	return word.includes("'") ? `"${word.replace(/["\\$`]/g, '\\$&')}"` : `'${word}'`;
}

/** A program on the system path goes by its name, as it does in a policy that a person writes. */
function programAsWord(program: string, argv: readonly string[], bases: PathBases): string {
	const name = argv[0] ?? program;
	const own = name.slice(name.lastIndexOf('/') + 1);
	if (own === '') return program;
	const found = systemPath.some((directory) => {
		const file = `${directory}/${own}`;
		return file === program || bases.realpath?.(file) === program;
	});
	return found ? own : program;
}

function pathBelow(path: string, directory: string, anchor: string): string | undefined {
	if (path === directory) return directory === '/' ? undefined : anchor;
	if (directory === '/' || !path.startsWith(`${directory}/`)) return undefined;
	const text = `${anchor}/${escapeGlob(path.slice(directory.length + 1))}`;
	return afterAnchor(text) === undefined ? undefined : text;
}
