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
	/** The interpreter's own files and folders: what is written there runs at the next start, so it is asked about at least. */
	readonly interpreter?: readonly string[] | undefined;
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
	/** Everything is allowed by default, and no rule asks or denies: a doubt about a command can spare nothing. */
	readonly unrestricted: boolean;
	/** Some rule has a condition: the time or a count is asked for. */
	readonly conditional: boolean;
	readonly now: (() => Date) | undefined;
	/** Absolute directories that are private and thrown away. */
	readonly scratch: readonly string[];
	readonly commandNetwork: 'host' | 'none';
	readonly denied: DeniedRule;
	readonly ground: CommandGround;
	readonly own: readonly string[];
	readonly interpreter: readonly string[];
	readonly secret: readonly string[];
	/** This machine's own, in canonical form. */
	readonly addresses: ReadonlySet<string>;
};

/** Cannot fail: parsePolicy found nothing wrong with the document. */
export function compilePolicy(document: PolicyDocument, context: PolicyContext): Policy {
	const bases = resolveBases(context);
	const written = [...document.rules, ...guards(document)];
	const rules = rulesByKind(written, (rule) => compileRule(document.file, rule, bases));
	// Each asks the machine about many paths, and a short script needs few of them.
	const ground = once(() => compileGround(context, bases));
	const addresses = once(() => new Set((context.addresses ?? []).map(canonicalHost)));
	const own = once(() => withResolved(context.own, bases));
	const interpreter = once(() => withResolved(context.interpreter, bases));
	const secret = once(() => withResolved(context.secret, bases));
	return Object.freeze({
		name: document.name,
		file: document.file,
		...(document.about === undefined ? {} : { about: document.about }),
		default: Object.freeze({ ...document.default }),
		rules,
		index: byKind((kind) => indexRules(rules[kind])),
		limits: Object.freeze({ ...document.limits }),
		env: Object.freeze({ ...document.env }),
		hide: Object.freeze(document.hide.flatMap(({ text }) => compilePathPattern(text, bases, true))),
		floors: Object.freeze(document.floors.map((floor) => compilePolicy(floor, context))),
		unrestricted: effectKinds.every(
			(kind) =>
				// No command is asked whether it listens.
				kind === 'listen' ||
				(document.default[kind] === 'allow' &&
					written.every((rule) => rule.decision === 'allow' || !rule.kinds.includes(kind))),
		),
		conditional: written.some((rule) => rule.conditions !== undefined),
		now: context.now,
		scratch: Object.freeze(
			document.scratch.map(({ text }) => expandPath(text, bases)).filter((path) => path !== undefined),
		),
		commandNetwork: document.commandNetwork,
		denied: document.denied,
		get ground() {
			return ground();
		},
		get addresses() {
			return addresses();
		},
		get own() {
			return own();
		},
		get interpreter() {
			return interpreter();
		},
		get secret() {
			return secret();
		},
	});
}

/** What is made when it is first asked for. */
function once<Value>(make: () => Value): () => Value {
	let made: { readonly value: Value } | undefined;
	return () => {
		made ??= { value: make() };
		return made.value;
	};
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

/** The strict ones first. A kind is compiled when it is first asked about: most scripts never run or connect, and start sooner. */
function rulesByKind(
	written: readonly RuleDocument[],
	compile: (rule: RuleDocument) => Rule,
): Readonly<Record<EffectKind, readonly Rule[]>> {
	const known = new Map<RuleDocument, Rule>();
	const compiled = (rule: RuleDocument): Rule => {
		const made = known.get(rule) ?? compile(rule);
		known.set(rule, made);
		return made;
	};
	const strictFirst: readonly Decision[] = ['deny', 'ask', 'allow'];
	return byKind((kind) => {
		const own = written.filter((rule) => rule.kinds.includes(kind));
		return Object.freeze(
			strictFirst.flatMap((decision) => own.filter((rule) => rule.decision === decision).map(compiled)),
		);
	});
}

/** Made for each kind when it is first asked for. */
function byKind<Value>(make: (kind: EffectKind) => Value): Readonly<Record<EffectKind, Value>> {
	const made = new Map<EffectKind, Value>();
	const get = (kind: EffectKind): Value => {
		const known = made.get(kind);
		if (known !== undefined) return known;
		const value = make(kind);
		made.set(kind, value);
		return value;
	};
	return Object.freeze({
		get read() {
			return get('read');
		},
		get write() {
			return get('write');
		},
		get delete() {
			return get('delete');
		},
		get run() {
			return get('run');
		},
		get connect() {
			return get('connect');
		},
		get listen() {
			return get('listen');
		},
	});
}
