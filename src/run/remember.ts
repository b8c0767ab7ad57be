/** Rules from what was asked: which one would decide it, what else of the session that decides, and into which file it goes. */
import type { Change } from '../model/change.ts';
import { describeEffect, type Effect } from '../model/effect.ts';
import type { Remembering, RuleOffer } from '../model/remember.ts';
import type { ReviewItem } from '../model/review.ts';
import { compilePolicy, type PolicyContext } from '../policy/compile.ts';
import { decide } from '../policy/decide.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { generalise } from '../policy/generalise.ts';
import { comparePolicies, proposeRule } from '../policy/propose.ts';
import { tellRule, type WrittenRule, withRule } from '../policy/written-rule.ts';
import { effectsOf } from './change-decisions.ts';

export type RememberOptions = {
	readonly document: PolicyDocument;
	/** What the policy is compiled for; asked when it is needed. */
	readonly context: () => PolicyContext;
	/** The file that is proposed. */
	readonly file: string;
	/** Puts a rule into a policy file, or makes the file; a sentence of what was done, or why not. */
	readonly save: (rule: WrittenRule, file: string) => Promise<string>;
};

/** What of the session there is to look at when it is asked. */
export type RememberSession = {
	readonly items: () => readonly ReviewItem[];
	readonly changes: () => readonly Change[];
};

/** What a review is given of it; nothing where there is no policy to put a rule into. */
export function rememberingOf(
	options: RememberOptions | undefined,
	items: RememberSession['items'],
	decided: () => readonly { readonly change: Change }[],
): { readonly remembering?: Remembering } {
	const changes = () => decided().map(({ change }) => change);
	return options === undefined ? {} : { remembering: createRemembering(options, { items, changes }) };
}

export function createRemembering(options: RememberOptions, session: RememberSession): Remembering {
	let offered: readonly WrittenRule[] = [];
	return {
		async offer(id, decision) {
			const changes = new Map(session.changes().map((change) => [change.order, change]));
			const wanted = session.items().map((item) => ({ item, effects: wantedBy(item, changes.get(item.id)) }));
			const own = wanted.find(({ item }) => item.id === id)?.effects ?? [];
			const context = options.context();
			const rules = rulesFor(own, wanted, id, decision, options, context);
			const before = compilePolicy(options.document, context);
			const all = wanted.flatMap(({ effects }) => effects);
			const offers = rules.map((rule): RuleOffer => {
				const after = compilePolicy(withRule(options.document, rule), context);
				const decides = comparePolicies(before, after, all).map((one) => ({
					what: describeEffect(one.effect),
					before: one.before.decision,
					after: one.after.decision,
				}));
				return { rule: tellRule(rule), decides };
			});
			// A rule that leaves the question as it is would only be noise in the file.
			const helpful = rules.filter((_, index) => (offers[index]?.decides.length ?? 0) > 0);
			offered = helpful;
			const shown = offers.filter(({ decides }) => decides.length > 0);
			const why = shown.length > 0 ? {} : { why: whyNone(own, rules, before) };
			return { offers: shown, file: options.file, ...why };

			function whyNone(effects: readonly Effect[], found: readonly WrittenRule[], policy: typeof before): string {
				if (found.length === 0) return 'No rule can name this.';
				const verdict = effects.map((effect) => decide(policy, effect)).find((one) => one.decision !== decision);
				if (verdict === undefined) return `The policy says ${decision} to this already.`;
				return `The policy would still say ${verdict.decision}: a rule of it is stricter.`;
			}
		},
		async write(text, file) {
			const rule = offered.find((one) => tellRule(one) === text);
			return rule === undefined ? 'This rule was not offered.' : options.save(rule, file);
		},
	};
}

/** All that an item wants, as effects that a policy knows: of a rename the old path too. */
function wantedBy(item: ReviewItem, change: Change | undefined): readonly Effect[] {
	return change === undefined ? [item.effect] : effectsOf(change);
}

type Wanted = { readonly item: ReviewItem; readonly effects: readonly Effect[] };

/** The rule for this one thing; then, where there are several like it, one for all of them that were not decided otherwise. */
function rulesFor(
	own: readonly Effect[],
	wanted: readonly Wanted[],
	id: number,
	decision: 'allow' | 'deny',
	options: RememberOptions,
	context: PolicyContext,
): readonly WrittenRule[] {
	const [first, ...others] = own.map((effect) => proposeRule(effect, decision, context));
	if (first === undefined || others.some((rule) => rule === undefined)) return [];
	const narrow = others.reduce<WrittenRule>((rule, other) => joined(rule, other), first);
	const opposite = decision === 'allow' ? 'denied' : 'approved';
	const alike = wanted.filter(({ item }) => item.id === id || item.state.kind !== opposite);
	const against = wanted.filter(({ item }) => item.id !== id && item.state.kind === opposite);
	const wide = generalise(
		alike.flatMap(({ effects }) => effects),
		decision,
		{ bases: context, denied: against.flatMap(({ effects }) => effects) },
	).find(({ rule, evidence }) => {
		const covers = own.every((effect) => evidence.includes(effect));
		return covers && evidence.length > own.length && narrow.kinds.every((kind) => rule.kinds.includes(kind));
	});
	if (wide === undefined) return [narrow];
	const patterns = onlyFor(wide.rule, own, options, context);
	return patterns.length === 0 ? [narrow] : [narrow, { ...wide.rule, patterns }];
}

/** Patterns of a rule for many things that this one needs: those that are no single path of something else. */
function onlyFor(
	rule: WrittenRule,
	own: readonly Effect[],
	{ document }: RememberOptions,
	context: PolicyContext,
): readonly string[] {
	return rule.patterns.filter((pattern) => {
		const narrowed = { ...rule, patterns: [pattern] };
		const empty = compilePolicy(withRule(blankOf(document), narrowed), context);
		return own.some((effect) => decide(empty, effect).decision === rule.decision);
	});
}

/** The policy without any rule or default of its own. */
function blankOf(document: PolicyDocument): PolicyDocument {
	const ask = { read: 'ask', write: 'ask', delete: 'ask', run: 'ask', connect: 'ask', listen: 'ask' } as const;
	return { ...document, rules: [], default: ask };
}

function joined(rule: WrittenRule, other: WrittenRule | undefined): WrittenRule {
	if (other === undefined) return rule;
	return {
		...rule,
		kinds: [...new Set([...rule.kinds, ...other.kinds])],
		patterns: [...new Set([...rule.patterns, ...other.patterns])],
	};
}
