/** A checked document and a machine to a policy that decides. Light: no YAML, no zod. */
import type { Decision } from '../model/decision.ts';
import { type EffectKind, effectKinds } from '../model/effect.ts';
import type { Limits } from '../model/limits.ts';
import type { CommandGround } from './command-facts.ts';
import { type ProgramBases, programFiles } from './command-pattern.ts';
import { compileRule, type Rule } from './compile-rule.ts';
import type { DeniedRule, EnvironmentDocument, PolicyDocument, RuleDocument } from './document.ts';
import { canonicalHost } from './host-pattern.ts';
import { compilePathPattern, type PathPattern } from './path-pattern.ts';
import { expandPath, joinPath, normalPath, resolveLongest } from './path-text.ts';
import { indexRules, type RuleIndex } from './rule-index.ts';
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
	/**
	 * What a path (against a working directory) leads to for the guest, its own changes included; undefined where it leads nowhere.
	 * Without it, `realpath` is asked. For the redirections of a shell string.
	 */
	readonly resolve?: ((path: string, cwd: string) => string | undefined) | undefined;
	/** Further files that a program's name stands for. */
	readonly which?: ((name: string) => readonly string[]) | undefined;
	/** Addresses of this machine itself. */
	readonly addresses?: readonly string[];
	/** approve-run's own directories (state, cache, installation): never written or deleted, whatever the rules say. */
	readonly own?: readonly string[];
	/** The present time, for rules with `hours`; without it such an allow never counts. */
	readonly now?: (() => Date) | undefined;
	/** Directories of its sessions, which hold copies of what other scripts read and wrote: not read either. */
	readonly secret?: readonly string[];
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

export type Policy = {
	readonly name: string;
	readonly file: string;
	readonly about?: string;
	readonly default: Readonly<Record<EffectKind, Decision>>;
	/** Per effect, strictest first: the first that matches has won. */
	readonly rules: Readonly<Record<EffectKind, readonly Rule[]>>;
	readonly index: Readonly<Record<EffectKind, RuleIndex>>;
	readonly limits: Limits;
	readonly env: EnvironmentDocument;
	/** Patterns of paths that are not there for the guest. */
	readonly hide: readonly PathPattern[];
	/** Policies that this one may only tighten. */
	readonly floors: readonly Policy[];
	/** Some rule has a condition: the time or a count is asked for. */
	readonly conditional: boolean;
	readonly now: (() => Date) | undefined;
	/** Absolute directories that are private and thrown away. */
	readonly scratch: readonly string[];
	readonly commandNetwork: 'host' | 'none';
	readonly denied: DeniedRule;
	readonly ground: CommandGround;
	readonly own: readonly string[];
	readonly secret: readonly string[];
	/** This machine's own, in canonical form. */
	readonly addresses: ReadonlySet<string>;
};

/** Cannot fail: parsePolicy found nothing wrong with the document. */
export function compilePolicy(document: PolicyDocument, context: PolicyContext): Policy {
	const bases = resolveBases(context);
	const written = [...document.rules, ...guards(document)];
	const rules = rulesByKind(written.map((rule) => compileRule(document.file, rule, bases)));
	return Object.freeze({
		name: document.name,
		file: document.file,
		...(document.about === undefined ? {} : { about: document.about }),
		default: Object.freeze({ ...document.default }),
		rules,
		index: Object.freeze({
			read: indexRules(rules.read),
			write: indexRules(rules.write),
			delete: indexRules(rules.delete),
			run: indexRules(rules.run),
			connect: indexRules(rules.connect),
		}),
		limits: Object.freeze({ ...document.limits }),
		env: Object.freeze({ ...document.env }),
		hide: Object.freeze(document.hide.flatMap(({ text }) => compilePathPattern(text, bases, true))),
		floors: Object.freeze(document.floors.map((floor) => compilePolicy(floor, context))),
		conditional: written.some((rule) => rule.conditions !== undefined),
		now: context.now,
		scratch: Object.freeze(
			document.scratch.map(({ text }) => expandPath(text, bases)).filter((path) => path !== undefined),
		),
		commandNetwork: document.commandNetwork,
		denied: document.denied,
		ground: compileGround(context, bases),
		addresses: new Set((context.addresses ?? []).map(canonicalHost)),
		own: withResolved(context.own, bases),
		secret: withResolved(context.secret, bases),
	});
}

/** `readonly` as the rules that it stands for. */
export function guards(document: PolicyDocument): readonly RuleDocument[] {
	return document.readonly.map(({ text, line, column }) => ({
		decision: 'deny',
		kinds: ['write', 'delete'],
		line,
		column,
		path: (text.endsWith('**') ? [text] : [text, `${text === '/' ? '' : text}/**`]).map((one) => ({
			text: one,
			line,
			column,
		})),
		command: [],
		host: [],
		except: [],
		because: 'read only',
		match: [],
		not: [],
	}));
}

function withResolved(paths: readonly string[] | undefined, bases: ProgramBases): readonly string[] {
	return Object.freeze([...new Set((paths ?? []).flatMap((path) => [path, resolveLongest(path, bases)]))]);
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
	const { PATH: search } = context.env;
	const path = (search === undefined ? [] : search.split(':')).map((entry) =>
		entry.startsWith('/') ? resolveLongest(entry.replace(/\/+$/, '') || '/', bases) : entry,
	);
	const resolve =
		context.resolve ??
		((text: string, cwd: string) => {
			const whole = normalPath(text, cwd);
			return whole === undefined ? undefined : resolveLongest(whole, bases);
		});
	// A made-up machine has every program in each of its folders.
	const fileAt = bases.realpath ?? ((file: string) => file);
	return Object.freeze({
		env: context.env,
		shells: new Set(shellNames.flatMap((name) => [...programFiles(name, bases)])),
		path: Object.freeze(path),
		resolve,
		find: (word: string, cwd: string) => {
			if (word.includes('/')) return resolve(word, cwd);
			for (const directory of path) {
				const found = directory.startsWith('/') ? fileAt(joinPath(directory, word)) : undefined;
				if (found !== undefined) return found;
			}
			return undefined;
		},
	});
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
