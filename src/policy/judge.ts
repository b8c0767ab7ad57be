/** What judging a command and judging the text of a shell have in common: the parts that they find, and the verdicts on them. */
import { strictest, type Verdict } from '../model/decision.ts';
import type { Effect, RunEffect } from '../model/effect.ts';
import type { CommandFacts } from './command-facts.ts';
import type { Policy } from './compile.ts';
import { isResolvedPath } from './path-text.ts';
import { ruleMatches } from './rule-match.ts';

/** A part of a command and what was said of it, for `policy explain`. */
export type Part = {
	readonly what: string;
	readonly verdict: Verdict;
	/** What a rule about it would be about, where it is a thing of its own. */
	readonly effect?: Effect;
};

export type RunJudgement = { readonly verdict: Verdict; readonly parts: readonly Part[] };

/** A command that is being judged. */
export type Judge = {
	readonly policy: Policy;
	readonly effect: RunEffect;
	readonly facts: CommandFacts;
	/** Answers the other effects: those of redirections. */
	readonly decide: (effect: Effect) => Verdict;
	/** Judges a command that is inside of this one. */
	readonly nested: (effect: RunEffect) => RunJudgement;
};

/** Why it is a question, where no rule says so. */
export function ask(policy: Policy, because: string): Verdict {
	return Object.freeze({ decision: 'ask', by: { rule: `${policy.file} (default)` }, because });
}

/** The first of the strictest. */
export function strictestOf(verdicts: readonly [Verdict, ...Verdict[]]): Verdict {
	return verdicts.reduce((a, b) => (strictest(a.decision, b.decision) === a.decision ? a : b));
}

/** Of a command with nothing in it that is judged by itself. */
export function alone(verdict: Verdict): RunJudgement {
	return { verdict, parts: [] };
}

/** A part's verdict as that of the whole. */
export function about({ what, verdict }: Part): Verdict {
	const because = `${what}: ${verdict.because ?? (verdict.decision === 'allow' ? 'allowed' : 'no rule allows it')}`;
	return Object.freeze({ ...verdict, because });
}

/** An allow is none here. */
export function atLeastAsk(verdict: Verdict): Verdict {
	return verdict.decision === 'allow' ? { ...verdict, decision: 'ask' } : verdict;
}

/** Judges a command that is inside of another one. `cwdKnown`: whether it starts in the folder of that one. */
export function argvPart(judge: Judge, argv: readonly string[], cwdKnown: boolean): Part {
	const { policy, effect, nested } = judge;
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
	const { verdict } = nested(inner);
	// A star of the shell stands for words that no rule can name.
	return argv.some((word) => word.includes('\0')) ? { what, verdict } : { what, verdict, effect: inner };
}

/**
 * Why a name may not be the program that a rule means: a rule lets the script put a file of that name into a folder of
 * PATH (a virtual environment in the working directory, a `.` in PATH).
 */
export function shadowed({ policy }: Judge, name: string): string | undefined {
	if (name.includes('/')) return undefined;
	for (const directory of policy.ground.path) {
		const file = `${directory === '/' ? '' : directory}/${name}`;
		if (directory.startsWith('/') && !mayWrite(policy, file)) continue;
		return `the shell may find "${name}" in ${directory || '.'}, which is in PATH and where the script may write`;
	}
	return undefined;
}

/** Whether any rule lets the script write there. A deny beside it does not count: else adding one would allow more. */
export function mayWrite(policy: Policy, path: string): boolean {
	if (!isResolvedPath(path) || policy.default.write === 'allow') return true;
	const subject = { kind: 'path', path } as const;
	return policy.rules.write.some((rule) => rule.decision === 'allow' && ruleMatches(rule, subject));
}
