/** A checked document and a machine to a policy that decides. Light: no YAML, no zod. */
import type { Decision } from '../model/decision.ts';
import { type EffectKind, effectKinds } from '../model/effect.ts';
import type { Limits } from '../model/limits.ts';
import type { CommandGround } from './command-facts.ts';
import { type CommandPattern, compileCommandPattern, type ProgramBases, programFiles } from './command-pattern.ts';
import { type DeniedRule, type Located, type PolicyDocument, type RuleDocument, selectorOf } from './document.ts';
import { checkExamples } from './examples.ts';
import { compileHostPattern, type HostPattern } from './host-pattern.ts';
import { compilePathPattern, expandPath, type PathPattern, resolveLongest } from './path-pattern.ts';
import { PolicyError } from './problem.ts';
import { shellNames } from './shell-string.ts';

/** The machine and the run that a policy is compiled for. */
export type PolicyContext = {
	/** Absolute. */
	readonly home: string;
	/** The guest's first working directory, absolute. */
	readonly cwd: string;
	/** Where a program without a slash is found; `systemPath` of this module unless in a test. */
	readonly systemPath: readonly string[];
	/** The environment that the guest starts with. A command with other variables is covered by no allow rule. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** A path with all symlinks resolved; undefined where nothing is there. Without it, all paths count as resolved. */
	readonly realpath?: ((path: string) => string | undefined) | undefined;
	/** Further files that a program's name stands for. */
	readonly which?: ((name: string) => readonly string[]) | undefined;
	/** approve-run's own directories (state, cache, installation): never written or deleted, whatever the rules say. */
	readonly own?: readonly string[];
};

/** The fixed system path; the guest's PATH is never asked. */
export const systemPath: readonly string[] = Object.freeze([
	'/usr/local/sbin',
	'/usr/local/bin',
	'/usr/sbin',
	'/usr/bin',
	'/sbin',
	'/bin',
]);

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
	readonly patterns: Patterns;
	readonly except: Patterns;
};

export type Policy = {
	readonly name: string;
	readonly file: string;
	readonly about?: string;
	readonly default: Readonly<Record<EffectKind, Decision>>;
	/** Per effect, strictest first: the first that matches has won. */
	readonly rules: Readonly<Record<EffectKind, readonly Rule[]>>;
	readonly limits: Limits;
	readonly env: { readonly pass: readonly string[] };
	/** Absolute directories that are private and thrown away. */
	readonly scratch: readonly string[];
	readonly denied: DeniedRule;
	readonly ground: CommandGround;
	readonly own: readonly string[];
};

/** The policy, or the examples that its rules do not keep. */
export function compilePolicy(document: PolicyDocument, context: PolicyContext): Policy | PolicyError {
	const bases = resolveBases(context);
	const rules = document.rules.map((rule) => compileRule(document.file, rule, bases));
	const policy: Policy = Object.freeze({
		name: document.name,
		file: document.file,
		...(document.about === undefined ? {} : { about: document.about }),
		default: document.default,
		rules: rulesByKind(rules),
		limits: Object.freeze({ ...document.limits }),
		env: Object.freeze({ pass: Object.freeze([...document.env.pass]) }),
		scratch: Object.freeze(
			document.scratch.map(({ text }) => expandPath(text, bases)).filter((path) => path !== undefined),
		),
		denied: document.denied,
		ground: compileGround(context, bases),
		own: Object.freeze([...new Set((context.own ?? []).flatMap((path) => [path, resolveLongest(path, bases)]))]),
	});
	const problems = document.rules.flatMap((rule, index) => {
		const compiled = rules[index];
		return compiled === undefined ? [] : checkExamples(rule, compiled, policy, bases);
	});
	return problems.length > 0 ? new PolicyError(document.file, problems) : policy;
}

/** Home and working directory resolved, and each path asked of the machine once. */
function resolveBases(context: PolicyContext): ProgramBases {
	const known = new Map<string, string | undefined>();
	const realpath = context.realpath;
	const ask = (path: string): string | undefined => {
		if (!known.has(path)) known.set(path, realpath?.(path));
		return known.get(path);
	};
	return {
		home: realpath?.(context.home) ?? context.home,
		cwd: realpath?.(context.cwd) ?? context.cwd,
		systemPath: context.systemPath,
		realpath: realpath === undefined ? undefined : ask,
		which: context.which,
	};
}

function compileGround(context: PolicyContext, bases: ProgramBases): CommandGround {
	const path = context.env['PATH'] === undefined ? [] : context.env['PATH'].split(':');
	return Object.freeze({
		env: context.env,
		shells: new Set(shellNames.flatMap((name) => [...programFiles(name, bases)])),
		path: Object.freeze(path.map((entry) => (entry.startsWith('/') ? resolveLongest(entry, bases) : entry))),
	});
}

function compileRule(file: string, rule: RuleDocument, bases: ProgramBases): Rule {
	const first = rule.kinds[0];
	const none: Patterns = { path: [], command: [], host: [] };
	// A forbidding rule is made as wide as it may be meant, an allowing one stays as narrow as it is written.
	const wide = rule.decision !== 'allow';
	return Object.freeze({
		decision: rule.decision,
		kinds: rule.kinds,
		name: `${file}:${rule.line}`,
		...(rule.because === undefined ? {} : { because: rule.because }),
		patterns: {
			path: compileEach(rule.path, (text) => compilePathPattern(text, bases, wide)),
			command: compileEach(rule.command, (text) => [compileCommandPattern(text, bases)]),
			host: compileEach(rule.host, (text) => [compileHostPattern(text)]),
		},
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

function rulesByKind(rules: readonly Rule[]): Readonly<Record<EffectKind, readonly Rule[]>> {
	const byKind: Record<EffectKind, readonly Rule[]> = { read: [], write: [], delete: [], run: [], connect: [] };
	const strictFirst: readonly Decision[] = ['deny', 'ask', 'allow'];
	for (const kind of effectKinds) {
		byKind[kind] = Object.freeze(
			strictFirst.flatMap((decision) =>
				rules.filter((rule) => rule.decision === decision && rule.kinds.includes(kind)),
			),
		);
	}
	return Object.freeze(byKind);
}
