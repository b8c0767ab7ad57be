/**
 * A policy's answer to a command. Its rules are held against the argv; then what is inside of it is judged too: the commands and
 * redirections of a shell string, the command behind a wrapper. The strictest of all that wins.
 */
import type { Decision, Verdict } from '../model/decision.ts';
import type { Effect, RunEffect } from '../model/effect.ts';
import { type CommandFacts, commandFacts } from './command-facts.ts';
import { namesWord, wordsMatch } from './command-pattern.ts';
import type { Policy } from './compile.ts';
import type { Rule } from './compile-rule.ts';
import { shellJudgement } from './decide-shell.ts';
import {
	about,
	alone,
	argvPart,
	ask,
	type Judge,
	mayWrite,
	type Part,
	type RunJudgement,
	strictestOf,
} from './judge.ts';
import { firstMatch } from './rule-index.ts';
import type { Standing } from './standing.ts';

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
	const nested = (inner: RunEffect) => judgeNested(policy, inner, context, depth + 1);
	const judge: Judge = { policy, effect, facts, decide: context.decide, nested };
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

/**
 * An allow rule means a program as it is on the machine. Where the script itself may write the program's file, the rule would
 * allow anything at all.
 */
function withoutForgery({ policy, effect }: Judge, rule: Rule | undefined, verdict: Verdict): Verdict {
	if (rule?.decision !== 'allow' || verdict.decision !== 'allow') return verdict;
	if (!mayWrite(policy, effect.program)) return verdict;
	return ask(policy, `the script may write ${effect.program}, so no rule can mean it`);
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
