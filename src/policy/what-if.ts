/**
 * What would change a policy's answer to an effect: a rule to add, one to lift or to narrow, a condition. Each is tried before it is told:
 * the policy is compiled with the change in it and asked again.
 */
import type { Decision } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';
import { compilePolicy, type Policy, type PolicyContext } from './compile.ts';
import { builtVerdict, decide, isLookUp, judgeCommand } from './decide.ts';
import type { Located, PolicyDocument, RuleDocument } from './document.ts';
import { matchesPath } from './path-pattern.ts';
import { proposeRule } from './propose.ts';
import { ruleMatches, subjectOf } from './rule-match.ts';
import { conditionsThatChange } from './what-if-conditions.ts';
import { effectAsPattern, tellRule, type WrittenRule, withRule } from './written-rule.ts';

/** One change of a policy's text. */
export type Step =
	| { readonly kind: 'add'; readonly rule: WrittenRule }
	/** A pattern more in the rule's `except`. */
	| { readonly kind: 'except'; readonly rule: RuleDocument; readonly pattern: string }
	| { readonly kind: 'lift'; readonly rule: RuleDocument }
	/** An entry less. */
	| { readonly kind: 'unlist'; readonly list: 'hide' | 'readonly'; readonly entry: Located };

/** With all the steps, the answer is `decision`. */
export type Remedy = { readonly steps: readonly Step[]; readonly decision: Decision };

/** Lines of text for `policy explain`. They hold names from the effect, which are not made safe for a terminal. */
export function explainChanges(document: PolicyDocument, context: PolicyContext, effect: Effect): readonly string[] {
	const found = remedies(document, context, effect);
	const policy = compilePolicy(document, context);
	const is = decide(policy, effect).decision;
	const lines = found.map((remedy) => `  ${tellRemedy(remedy, document.file)}`);
	if (is !== 'allow' && !found.some(({ decision }) => decision === 'allow')) {
		lines.push(`  ${whyNoRule(document, context, effect)}`);
	}
	for (const { when, decision } of conditionsThatChange(policy, effect)) lines.push(`  ${when}: ${decision}`);
	return lines;
}

/** Changes that alter the answer, the smallest first: to an allow where it is none, to a question where it is one. */
export function remedies(document: PolicyDocument, context: PolicyContext, effect: Effect): readonly Remedy[] {
	const trial = (steps: readonly Step[]): Decision =>
		decide(compilePolicy(changed(document, steps), context), effect).decision;
	const policy = compilePolicy(document, context);
	const is = decide(policy, effect).decision;
	const matching = matchingRules(policy, effect);
	const found: Remedy[] = [];
	const attempt = (steps: readonly Step[]): boolean => {
		if (steps.length === 0 || found.some((other) => sameSteps(other.steps, steps))) return false;
		const decision = trial(steps);
		if (decision !== is) found.push({ steps, decision });
		return decision === 'allow';
	};
	if (is === 'allow') {
		attempt(adding(effect, 'ask', context));
		attempt(lifting(matching, 'allow', document));
		return found;
	}
	const strict = matching.filter(({ decision }) => decision !== 'allow');
	const allowing = adding(effect, 'allow', context);
	const parts = partRules(policy, effect, context);
	const shown = hiding(policy, document, effect);
	// The first that works without touching what forbids; else what forbids is narrowed, alone or with a rule besides.
	const easy = [attempt(parts), attempt(allowing)];
	if (!easy.includes(true)) {
		const narrower = strict.flatMap((rule) => narrowing(rule, document, effect, context));
		const ways = [
			narrower,
			[...narrower, ...allowing],
			shown,
			[...shown, ...allowing],
			[...shown, ...narrower, ...allowing],
		];
		ways.some((way) => trial(way) === 'allow' && attempt(way));
		attempt(lifting(strict, is, document));
	}
	return found;
}

/** The document with the changes in it. */
export function changed(document: PolicyDocument, steps: readonly Step[]): PolicyDocument {
	let now = document;
	for (const step of steps) now = withStep(now, step);
	return now;
}

function withStep(document: PolicyDocument, step: Step): PolicyDocument {
	switch (step.kind) {
		case 'add':
			return withRule(document, step.rule);
		case 'lift':
			return { ...document, rules: document.rules.filter((rule) => rule !== step.rule) };
		case 'except': {
			const except = [...step.rule.except, { text: step.pattern, line: 1, column: 1 }];
			return { ...document, rules: document.rules.map((rule) => (rule === step.rule ? { ...rule, except } : rule)) };
		}
		case 'unlist':
			return { ...document, [step.list]: document[step.list].filter((entry) => entry !== step.entry) };
	}
}

function matchingRules(policy: Policy, effect: Effect): readonly RuleDocument[] {
	if (isLookUp(effect)) return [];
	const subject = subjectOf(effect, policy);
	const standing = { now: policy.now?.() };
	return policy.rules[effect.kind].filter((rule) => ruleMatches(rule, subject, standing)).map(({ source }) => source);
}

function adding(effect: Effect, decision: Decision, context: PolicyContext): readonly Step[] {
	const rule = proposeRule(effect, decision, context);
	return rule === undefined ? [] : [{ kind: 'add', rule }];
}

/** All rules of one decision gone: one alone changes nothing where another says the same. */
function lifting(rules: readonly RuleDocument[], decision: Decision, document: PolicyDocument): readonly Step[] {
	return rules
		.filter((rule) => rule.decision === decision)
		.flatMap((rule): readonly Step[] => {
			if (document.rules.includes(rule)) return [{ kind: 'lift', rule }];
			return unlisting('readonly', document, rule);
		});
}

function narrowing(
	rule: RuleDocument,
	document: PolicyDocument,
	effect: Effect,
	context: PolicyContext,
): readonly Step[] {
	if (!document.rules.includes(rule)) return unlisting('readonly', document, rule);
	return [{ kind: 'except', rule, pattern: effectAsPattern(effect, context) }];
}

/** A rule that stands for an entry of `readonly` has its place. */
function unlisting(list: 'readonly', document: PolicyDocument, rule: RuleDocument): readonly Step[] {
	const entry = document[list].find(({ line, column }) => line === rule.line && column === rule.column);
	return entry === undefined ? [] : [{ kind: 'unlist', list, entry }];
}

/** Entries of `hide` that the path is below. */
function hiding(policy: Policy, document: PolicyDocument, effect: Effect): readonly Step[] {
	if (!('path' in effect)) return [];
	const hidden = policy.hide.filter((pattern) => {
		for (let at = effect.path; at !== ''; at = at.slice(0, at.lastIndexOf('/')))
			if (matchesPath(pattern, at)) return true;
		return false;
	});
	const texts = new Set(hidden.map(({ text }) => text));
	return document.hide.filter(({ text }) => texts.has(text)).map((entry) => ({ kind: 'unlist', list: 'hide', entry }));
}

/** For a shell string or a wrapper: a rule for each part that is not allowed, where each part is a thing of its own. */
function partRules(policy: Policy, effect: Effect, context: PolicyContext): readonly Step[] {
	if (effect.kind !== 'run' || builtVerdict(policy, effect) !== undefined) return [];
	const missing = judgeCommand(policy, effect).parts.filter(({ verdict }) => verdict.decision !== 'allow');
	const steps = missing.map((part) => (part.effect === undefined ? [] : adding(part.effect, 'allow', context)));
	return steps.some((step) => step.length === 0) ? [] : distinct(steps.flat());
}

function distinct(steps: readonly Step[]): readonly Step[] {
	return [...new Map(steps.map((step) => [JSON.stringify(step), step])).values()];
}

function sameSteps(a: readonly Step[], b: readonly Step[]): boolean {
	return JSON.stringify(a) === JSON.stringify(b);
}

function whyNoRule(document: PolicyDocument, context: PolicyContext, effect: Effect): string {
	const free = { ...document, floors: [] };
	const way = document.floors.length === 0 ? undefined : remedies(free, context, effect);
	const isAllowed = decide(compilePolicy(free, context), effect).decision === 'allow';
	if (isAllowed || way?.some(({ decision }) => decision === 'allow') === true) {
		return `no rule of ${document.file} allows it: ${document.floors.map(({ file }) => file).join(', ')} is sealed and does not`;
	}
	return 'no rule can allow it';
}

function tellRemedy({ steps, decision }: Remedy, file: string): string {
	const end = { allow: 'to allow it', ask: 'to have it asked', deny: 'to deny it' }[decision];
	return `${end}: ${steps.map((step) => tellStep(step, file)).join(', and ')}`;
}

function tellStep(step: Step, file: string): string {
	switch (step.kind) {
		case 'add':
			return `add { ${tellRule(step.rule)} }`;
		case 'lift':
			return `take away the ${step.rule.decision} at ${step.rule.file ?? file}:${step.rule.line}`;
		case 'except':
			return `let the ${step.rule.decision} at ${step.rule.file ?? file}:${step.rule.line} have { except: ${JSON.stringify(step.pattern)} }`;
		case 'unlist':
			return `take ${JSON.stringify(step.entry.text)} out of ${step.list}`;
	}
}
