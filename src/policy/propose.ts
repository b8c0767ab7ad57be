/**
 * A rule from one effect, and what that rule would decide: what "remember" in the review and `policy learn` are built on.
 *
 *     const rule = proposeRule(effect, 'allow', { home, cwd });
 *     const after = compilePolicy(withRule(document, rule), context);
 *     comparePolicies(before, after, effects);                       // does it win, and what else changes?
 *     const text = addRule(policyText, rule);                        // edit.ts: the file with the rule, comments kept
 */
import type { Decision, Verdict } from '../model/decision.ts';
import type { Effect } from '../model/effect.ts';
import type { Policy } from './compile.ts';
import { decide } from './decide.ts';
import type { PathBases } from './path-text.ts';
import { effectAsPattern, type WrittenRule } from './written-rule.ts';

/**
 * The narrowest rule that decides this effect: its very path, command line or host and port.
 * Undefined where no rule can name it: a path that is not resolved, or with a byte that is no UTF-8 (YAML has no way to write it).
 */
export function proposeRule(effect: Effect, decision: Decision, bases: PathBases): WrittenRule | undefined {
	const pattern = effectAsPattern(effect, bases);
	if (pattern === '' || /[\p{Cs}\0]/u.test(pattern)) return undefined;
	return Object.freeze({ decision, kinds: [effect.kind], patterns: [pattern] });
}

/** An effect that two policies decide differently. */
export type Difference = { readonly effect: Effect; readonly before: Verdict; readonly after: Verdict };

/** Which of these effects `after` decides otherwise than `before`, in their order. */
export function comparePolicies(before: Policy, after: Policy, effects: readonly Effect[]): readonly Difference[] {
	return effects.flatMap((effect) => {
		const [was, is] = [decide(before, effect), decide(after, effect)];
		return was.decision === is.decision ? [] : [{ effect, before: was, after: is }];
	});
}
