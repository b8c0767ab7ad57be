/** One rule of a document to patterns that match on this machine. */
import type { Decision } from '../model/decision.ts';
import type { EffectKind } from '../model/effect.ts';
import { type CommandPattern, compileCommandPattern, type ProgramBases } from './command-pattern.ts';
import { type Conditions, type Located, type RuleDocument, selectorOf } from './document.ts';
import { compileHostPattern, type HostPattern } from './host-pattern.ts';
import { compilePathPattern, type PathPattern } from './path-pattern.ts';

export type Patterns = {
	readonly path: readonly PathPattern[];
	readonly command: readonly CommandPattern[];
	readonly host: readonly HostPattern[];
};

export type Rule = {
	readonly decision: Decision;
	readonly kinds: readonly EffectKind[];
	/** `file:line`. */
	readonly name: string;
	readonly because?: string;
	readonly conditions?: Conditions;
	readonly patterns: Patterns;
	readonly except: Patterns;
	/** What it was made of. */
	readonly source: RuleDocument;
};

export function compileRule(file: string, rule: RuleDocument, bases: ProgramBases): Rule {
	const first = rule.kinds[0];
	const none: Patterns = { path: [], command: [], host: [] };
	// A forbidding rule is made as wide as it may be meant, an allowing one stays as narrow as it is written.
	const wide = rule.decision !== 'allow';
	return Object.freeze({
		decision: rule.decision,
		kinds: rule.kinds,
		name: `${rule.file ?? file}:${rule.line}`,
		...(rule.conditions === undefined ? {} : { conditions: rule.conditions }),
		...(rule.because === undefined ? {} : { because: rule.because }),
		patterns: {
			path: compileEach(rule.path, (text) => compilePathPattern(text, bases, wide)),
			command: compileEach(rule.command, (text) => [compileCommandPattern(text, bases)]),
			host: compileEach(rule.host, (text) => [compileHostPattern(text)]),
		},
		source: rule,
		except: first === undefined ? none : compileExcept(rule.except, first, bases, !wide),
	});
}

function compileExcept(texts: readonly Located[], kind: EffectKind, bases: ProgramBases, wide: boolean): Patterns {
	const selector = selectorOf(kind);
	return {
		path: selector === 'path' ? compileEach(texts, (text) => compilePathPattern(text, bases, wide)) : [],
		command: selector === 'command' ? compileEach(texts, (text) => [compileCommandPattern(text, bases)]) : [],
		host: selector === 'host' ? compileEach(texts, (text) => [compileHostPattern(text)]) : [],
	};
}

function compileEach<T>(texts: readonly Located[], compile: (text: string) => readonly T[]): readonly T[] {
	return Object.freeze(texts.flatMap(({ text }) => compile(text)));
}
