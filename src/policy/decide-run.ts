/**
 * A policy's answer to a command. Its rules are held against the argv; then what is inside of it is judged too: the commands and
 * redirections of a shell string, the command behind a wrapper. The strictest of all that wins.
 */
import { type Decision, strictest, type Verdict } from '../model/decision.ts';
import type { Effect, RunEffect } from '../model/effect.ts';
import { type CommandFacts, commandFacts } from './command-facts.ts';
import { commandHazards } from './command-hazards.ts';
import { namesWord, wordsMatch } from './command-pattern.ts';
import type { Policy } from './compile.ts';
import type { Rule } from './compile-rule.ts';
import { isHarmlessVariable } from './environment.ts';
import { isResolvedPath } from './path-text.ts';
import { firstMatch } from './rule-index.ts';
import { ruleMatches } from './rule-match.ts';
import { ownWords, readsNothing, unsafeBuiltins } from './shell-builtins.ts';
import type { ShellCommand, ShellRedirection, ShellWord } from './shell-program.ts';
import type { Standing } from './standing.ts';

/** A part of a command and what was said of it, for `policy explain`. */
export type Part = {
	readonly what: string;
	readonly verdict: Verdict;
	/** What a rule about it would be about, where it is a thing of its own. */
	readonly effect?: Effect;
};

export type RunJudgement = { readonly verdict: Verdict; readonly parts: readonly Part[] };

/** Commands in commands in commands: beyond this nobody reads along. */
const deepest = 6;

export type RunContext = {
	/** Answers the other effects: those of redirections. */
	readonly decide: (effect: Effect) => Verdict;
	readonly standing: Standing | undefined;
};

/** What is asked only because it is not known what a command will do is not asked where it may do anything. */
export function judgeRun(policy: Policy, effect: RunEffect, context: RunContext): RunJudgement {
	const { verdict, parts } = judgeNested(policy, effect, context, 0);
	if (!policy.unrestricted || verdict.decision !== 'ask') return { verdict, parts };
	const by = { rule: `${policy.file} (default)` };
	return { verdict: Object.freeze({ decision: 'allow', by, because: 'the policy allows everything' }), parts };
}

function judgeNested(policy: Policy, effect: RunEffect, context: RunContext, depth: number): RunJudgement {
	const facts = commandFacts(effect, policy.ground);
	const rule = firstMatch(policy.index.run, { kind: 'command', facts }, context.standing);
	const outer = rule === undefined ? defaultOf(policy, facts) : ruleVerdict(rule);
	if (depth >= deepest) return alone(strictestOf([outer, ask(policy, 'it is nested too deeply to be judged')]));
	const judge: Judge = { policy, effect, facts, decide: context.decide, context, depth };
	if (facts.shell.kind === 'string') return shellJudgement(judge, rule, outer);
	const { inner } = facts.hazards;
	if (inner === undefined) return alone(withoutForgery(judge, rule, outer));
	if (rule?.decision === 'allow' && namesInner(rule, facts, inner.at)) return alone(withoutForgery(judge, rule, outer));
	const part = innerPart(judge);
	if (rule === undefined && transparent(judge) && part.verdict.decision === 'allow') {
		return { verdict: part.verdict, parts: [part] };
	}
	return { verdict: strictestOf([withoutForgery(judge, rule, outer), about(part)]), parts: [part] };
}

type Judge = {
	readonly policy: Policy;
	readonly effect: RunEffect;
	readonly facts: CommandFacts;
	readonly decide: (effect: Effect) => Verdict;
	readonly context: RunContext;
	readonly depth: number;
};

export function ruleVerdict(rule: Rule): Verdict {
	const by = { rule: rule.name };
	const { decision, because } = rule;
	return Object.freeze(because === undefined ? { decision, by } : { decision, by, because });
}

/** The default, at least ask for a program that is given as text: nobody can say what it runs. */
function defaultOf(policy: Policy, facts: CommandFacts): Verdict {
	const decision: Decision = policy.default.run;
	if (decision === 'allow' && facts.shell.kind !== 'none') {
		return ask(policy, 'a shell gets its commands as text; no rule allows exactly this text');
	}
	return Object.freeze({ decision, by: { rule: `${policy.file} (default)` } });
}

function ask(policy: Policy, because: string): Verdict {
	return Object.freeze({ decision: 'ask', by: { rule: `${policy.file} (default)` }, because });
}

/** The first of the strictest. */
function strictestOf(verdicts: readonly [Verdict, ...Verdict[]]): Verdict {
	return verdicts.reduce((a, b) => (strictest(a.decision, b.decision) === a.decision ? a : b));
}

function alone(verdict: Verdict): RunJudgement {
	return { verdict, parts: [] };
}

function about({ what, verdict }: Part): Verdict {
	const because = `${what}: ${verdict.because ?? (verdict.decision === 'allow' ? 'allowed' : 'no rule allows it')}`;
	return Object.freeze({ ...verdict, because });
}

/**
 * An allow rule means a program as it is on the machine. Where the script itself may write the program's file, the rule would
 * allow anything at all.
 */
function withoutForgery({ policy, effect }: Judge, rule: Rule | undefined, verdict: Verdict): Verdict {
	if (rule?.decision !== 'allow' || verdict.decision !== 'allow') return verdict;
	if (!mayWrite(policy, effect.program)) return verdict;
	return ask(policy, `the script may write ${effect.program}, so no rule can mean it`);
}

/** Whether any rule lets the script write there. A deny beside it does not count: else adding one would allow more. */
function mayWrite(policy: Policy, path: string): boolean {
	if (!isResolvedPath(path) || policy.default.write === 'allow') return true;
	const subject = { kind: 'path', path } as const;
	return policy.rules.write.some((rule) => rule.decision === 'allow' && ruleMatches(rule, subject));
}

/** Whether an allowing pattern spells out every word of the command inside. */
function namesInner(rule: Rule, facts: CommandFacts, at: number): boolean {
	return rule.patterns.command.some(
		(pattern) =>
			wordsMatch(pattern, facts.words) && facts.words.every((_, word) => word < at || namesWord(pattern, word)),
	);
}

/** A wrapper that is the machine's own and adds nothing of its own. */
function transparent({ policy, effect, facts }: Judge): boolean {
	const { inner } = facts.hazards;
	if (inner?.kind !== 'argv' || !inner.transparent || facts.changed.length > 0) return false;
	return facts.ownName !== undefined && policy.ground.find(facts.ownName, effect.cwd) === effect.program;
}

function innerPart(judge: Judge): Part {
	const { inner } = judge.facts.hazards;
	if (inner?.kind === 'argv') return argvPart(judge, inner.argv, true);
	return { what: inner?.text ?? '', verdict: ask(judge.policy, 'its words are joined to a text that a shell runs') };
}

/** Judges a command that is inside of another one. */
function argvPart(judge: Judge, argv: readonly string[], cwdKnown: boolean): Part {
	const { policy, effect, context, depth } = judge;
	const what = argv.map((word) => word.replaceAll('\0', '*')).join(' ');
	const [name = ''] = argv;
	const refuse = (because: string): Part => ({ what, verdict: ask(policy, because) });
	if (name === '') return refuse('it has no program');
	if (name.includes('/') && !name.startsWith('/') && !cwdKnown)
		return refuse('it runs in a folder that is not known here');
	const shadow = shadowed(judge, name);
	if (shadow !== undefined) return refuse(shadow);
	const program = policy.ground.find(name, effect.cwd);
	if (program === undefined || !isResolvedPath(program)) return refuse(`there is no program ${name} in PATH`);
	const inner: RunEffect = { ...effect, argv, program };
	const { verdict } = judgeNested(policy, inner, context, depth + 1);
	// A star of the shell stands for words that no rule can name.
	return argv.some((word) => word.includes('\0')) ? { what, verdict } : { what, verdict, effect: inner };
}

/**
 * Why a name may not be the program that a rule means: a rule lets the script put a file of that name into a folder of
 * PATH (a virtual environment in the working directory, a `.` in PATH).
 */
function shadowed({ policy }: Judge, name: string): string | undefined {
	if (name.includes('/')) return undefined;
	for (const directory of policy.ground.path) {
		const file = `${directory === '/' ? '' : directory}/${name}`;
		if (directory.startsWith('/') && !mayWrite(policy, file)) continue;
		return `the shell may find "${name}" in ${directory || '.'}, which is in PATH and where the script may write`;
	}
	return undefined;
}

function shellJudgement(judge: Judge, rule: Rule | undefined, outer: Verdict): RunJudgement {
	const { policy, facts } = judge;
	const { shell, script } = facts;
	if (rule?.decision === 'allow') {
		// The rule has this very text. What it redirects to may be denied all the same, and its names may be taken.
		const commands = shell.kind === 'string' ? shell.commands : [];
		const taken = commands.map(([name = '']) => (name === '' ? undefined : shadowed(judge, name)));
		const shadow = taken.find((why) => why !== undefined);
		const denied = redirectionParts(judge, script?.redirections ?? [], Number.POSITIVE_INFINITY).find(
			({ verdict }) => verdict.decision === 'deny',
		);
		if (denied !== undefined) return { verdict: about(denied), parts: [denied] };
		return alone(shadow === undefined ? outer : ask(policy, shadow));
	}
	if (script === undefined) return alone(outer);
	const parts = scriptParts(judge);
	const doubt = facts.changed.length > 0 ? [`the script set ${facts.changed.join(', ')}`] : script.doubts;
	const judged = parts.filter(({ verdict }) => verdict.decision !== 'allow');
	const [worst] = judged.toSorted((a, b) =>
		a.verdict.decision === 'deny' ? -1 : b.verdict.decision === 'deny' ? 1 : 0,
	);
	if (rule !== undefined) return { verdict: worst === undefined ? outer : strictestOf([outer, about(worst)]), parts };
	if (worst !== undefined) return { verdict: strictestOf([about(worst), atLeastAsk(outer)]), parts };
	if (doubt[0] !== undefined) return { verdict: strictestOf([atLeastAsk(outer), ask(policy, doubt[0])]), parts };
	// Where commands are denied by default, a shell is not started only to hear it talk.
	const ruled = parts.filter(({ verdict }) => verdict.by !== ownCommands);
	const [first] = ruled.length > 0 ? ruled : parts;
	if (!facts.systemShell || first === undefined) return { verdict: outer, parts };
	if (ruled.length === 0 && outer.decision === 'deny') return { verdict: outer, parts };
	return {
		verdict: Object.freeze({ decision: 'allow', by: first.verdict.by, because: 'each command in it is allowed' }),
		parts,
	};
}

const ownCommands = Object.freeze({ rule: 'the commands of a shell that only print or compare' });

function isDefault(policy: Policy, { by }: Verdict): boolean {
	return 'rule' in by && by.rule === `${policy.file} (default)`;
}

function atLeastAsk(verdict: Verdict): Verdict {
	return verdict.decision === 'allow' ? { ...verdict, decision: 'ask' } : verdict;
}

/** The commands and redirections of a shell string. */
function scriptParts(judge: Judge): readonly Part[] {
	const { script } = judge.facts;
	const { commands = [], redirections = [] } = script ?? {};
	const moves = commands.filter(({ words: [word] }) => word?.kind === 'text' && word.text === 'cd');
	// From where on it is in a folder that is not known; in a loop, what stands before a `cd` is run after it too.
	const moved = moves.some(({ loops }) => loops)
		? -1
		: moves[0] === undefined
			? commands.length
			: commands.indexOf(moves[0]);
	return [
		...commands.flatMap((command, at) => shellCommandParts(judge, command, at <= moved)),
		...redirectionParts(judge, redirections, moved),
	];
}

function shellCommandParts(judge: Judge, command: ShellCommand, cwdKnown: boolean): readonly Part[] {
	const { policy, effect } = judge;
	const what = command.words.map(tellWord).join(' ');
	const refuse = (because: string): readonly Part[] => [{ what, verdict: ask(policy, because) }];
	for (const { name, value } of command.variables) {
		const harmless = value?.kind === 'text' && isHarmlessVariable(name, value.text);
		if (!harmless) return refuse(`it is started with another ${name}`);
	}
	const [first, ...rest] = command.words;
	if (first?.kind !== 'text') return refuse(`which program it is is known only when it runs (${what})`);
	const name = first.text;
	if (name === 'cd') return [changeOfFolder(judge, rest, cwdKnown)];
	if (unsafeBuiltins.has(name)) return refuse(`${name} changes what the shell does next, or runs text`);
	const quiet = readsNothing(name, rest);
	// The shell's own: another program than the one a rule means. printf -v 'a[$(id)]' runs id.
	if (!quiet && ownWords.has(name)) return refuse(`the shell's own ${name} may run what is in its words`);
	const itself: readonly Part[] = [{ what, verdict: { decision: 'allow', by: ownCommands } }];
	const unknown = rest.find((word) => word.kind === 'unknown');
	if (quiet && (unknown !== undefined || policy.ground.find(name, effect.cwd) === undefined)) return itself;
	if (unknown !== undefined) return refuse(`it depends on a value that is known only when it runs (${unknown.text})`);
	const part = anyNumber(command.words).flatMap((argv) => {
		const real = withoutShellWrapper(argv);
		if (real === undefined) return [{ what, verdict: ask(policy, `${name} is given options that are not known here`) }];
		// `command printf -v x`: the shell's own again, behind a word.
		const [hidden = ''] = real;
		if (real !== argv && (hidden === 'cd' || unsafeBuiltins.has(hidden) || ownWords.has(hidden)))
			return [{ what, verdict: ask(policy, `${hidden} is the shell's own, behind another word`) }];
		return real.length === 0 ? [] : [argvPart(judge, real, cwdKnown)];
	});
	if (part.length === 0) return itself;
	const [worst = part[0]] = part.filter(({ verdict }) => verdict.decision !== 'allow');
	if (worst === undefined) return refuse('it is empty');
	// The shell's own echo needs no rule, but a rule against it counts.
	return quiet && isDefault(policy, worst.verdict) ? itself : [worst];
}

/** What `command`, `builtin` and `exec`, which are the shell's own, run: perhaps nothing. */
function withoutShellWrapper(argv: readonly string[]): readonly string[] | undefined {
	const [name = '', ...words] = argv;
	if (!/^(?:command|builtin|exec)$/.test(name)) return argv;
	const { inner, words: odd } = commandHazards(name, words);
	if (inner === undefined) return odd.size === 0 ? [] : undefined;
	return inner.kind === 'argv' && inner.transparent ? inner.argv : undefined;
}

/** A word that stands for names is one word with any end, or two: only `**` covers both. */
function anyNumber(words: readonly ShellWord[]): readonly (readonly string[])[] {
	const spell = (times: number) =>
		words.flatMap((word) =>
			word.kind === 'text' ? [word.text] : word.kind === 'names' ? Array<string>(times).fill(`${word.start}\0`) : [],
		);
	return words.some((word) => word.kind === 'names') ? [spell(1), spell(2)] : [spell(1)];
}

function changeOfFolder(judge: Judge, words: readonly ShellWord[], cwdKnown: boolean): Part {
	const { policy, effect, decide } = judge;
	const what = `cd ${words.map(tellWord).join(' ')}`;
	const [word] = words;
	if (words.length !== 1 || word?.kind !== 'text' || word.text.startsWith('-') || effect.env['CDPATH'] !== undefined) {
		return { what, verdict: ask(policy, 'which folder it goes to is known only when it runs') };
	}
	const path = cwdKnown || word.text.startsWith('/') ? policy.ground.resolve(word.text, effect.cwd) : undefined;
	if (path === undefined) return { what, verdict: ask(policy, 'which folder it goes to is not known here') };
	return { what, verdict: decide({ kind: 'read', path }) };
}

const nowhere = /^\/dev\/(?:null|zero|full|stdin|stdout|stderr|tty|fd\/\d+)$/;

/** `moved`: after which command (by number) the folder is not known any more. */
function redirectionParts(judge: Judge, redirections: readonly ShellRedirection[], moved: number): readonly Part[] {
	const { policy, effect, decide } = judge;
	return redirections.flatMap(({ kind, target, after }): readonly Part[] => {
		const what = `${kind} ${tellWord(target)}`;
		if (target.kind !== 'text') {
			return [{ what, verdict: ask(policy, 'which file it is is known only when it runs') }];
		}
		if (nowhere.test(target.text)) return [];
		const net = /^\/dev\/(?:tcp|udp)\/([^/]+)\/(\d+)$/.exec(target.text);
		if (net !== null) {
			const verdict = decide({ kind: 'connect', host: net[1] ?? '', port: Number(net[2]) });
			return [{ what, verdict: verdict.decision === 'deny' ? verdict : ask(policy, 'bash connects to that host') }];
		}
		const elsewhere = !target.text.startsWith('/') && moved < after;
		const path = elsewhere ? undefined : policy.ground.resolve(target.text, effect.cwd);
		if (path === undefined) return [{ what, verdict: ask(policy, 'where the file is is not known here') }];
		const wanted: Effect = { kind, path };
		return [{ what: `${kind} ${path}`, verdict: decide(wanted), effect: wanted }];
	});
}

function tellWord(word: ShellWord): string {
	return word.kind === 'names' ? `${word.start}*` : word.text;
}
