/** What must hold between the keys of one rule: one decision, a selector for each effect, none too many. */
import type { Decision } from '../model/decision.ts';
import type { EffectKind } from '../model/effect.ts';
import { commandPatternProblem } from './command-pattern.ts';
import { type SelectorKind, selectorOf } from './document.ts';
import { hostPatternProblem, listenPatternProblem, ruleHostProblem } from './host-pattern.ts';
import { pathPatternProblem } from './path-problem.ts';
import type { Problem } from './problem.ts';
import type { PolicyFileRule } from './schema.ts';
import type { YamlText } from './yaml-text.ts';

const decisions: readonly Decision[] = ['allow', 'ask', 'deny'];
const selectors: readonly SelectorKind[] = ['path', 'command', 'host'];

/** Problems of a rule that has the schema's shape; `path` is its place in the file's data. */
export function checkRule(rule: PolicyFileRule, path: readonly PropertyKey[], yaml: YamlText): readonly Problem[] {
	const place = yaml.placeOf(path);
	const given = decisions.filter((decision) => rule[decision] !== undefined);
	if (given.length !== 1) {
		const has = given.length === 0 ? 'none' : given.join(' and ');
		return [{ ...place, message: `a rule has one of allow, ask and deny; this one has ${has}` }];
	}
	const kinds = ruleKinds(rule);
	const needed = new Set(kinds.map(selectorOf));
	const problems: Problem[] = [];
	for (const selector of selectors) {
		const kind = kinds.find((one) => selectorOf(one) === selector);
		if (needed.has(selector) && rule[selector] === undefined) {
			problems.push({ ...place, message: `a rule about ${kind} needs "${selector}"; ${everything[selector]}` });
		} else if (!needed.has(selector) && rule[selector] !== undefined) {
			const message = `"${selector}" means nothing in a rule about ${kinds.join(', ')}; it is for ${kindsOf[selector]}`;
			problems.push({ ...yaml.placeOfKey(path, selector), message });
		}
	}
	problems.push(...hostProblems(rule, kinds, path, yaml));
	problems.push(
		...conditionProblems(rule, kinds).map(({ key, message }) => ({ ...yaml.placeOfKey(path, key), message })),
	);
	return [...problems, ...checkOneSelector(rule, [...needed], path, yaml)];
}

/** The schema takes a host as either of its two effects may have it. */
function hostProblems(
	rule: PolicyFileRule,
	kinds: readonly EffectKind[],
	path: readonly PropertyKey[],
	yaml: YamlText,
): readonly Problem[] {
	return (['host', 'except'] as const).flatMap((key) => {
		const given = rule[key];
		if (given === undefined || !kinds.some((kind) => selectorOf(kind) === 'host')) return [];
		return (typeof given === 'string' ? [given] : given).flatMap((text, index) => {
			const message = kinds.map((kind) => hostProblem[kind]?.(text)).find((found) => found !== undefined);
			// What is wrong with it for any effect is told where the schema looks.
			if (message === undefined || patternProblem.host(text) !== undefined) return [];
			return [{ ...yaml.placeOf(typeof given === 'string' ? [...path, key] : [...path, key, index]), message }];
		});
	});
}

const hostProblem: { readonly [kind in EffectKind]?: (text: string) => string | undefined } = {
	connect: hostPatternProblem,
	listen: listenPatternProblem,
};

/** What a condition needs: a file that is written, or a rule that forbids. */
function conditionProblems(
	rule: PolicyFileRule,
	kinds: readonly EffectKind[],
): readonly { key: string; message: string }[] {
	const problems: { key: string; message: string }[] = [];
	const allows = rule.allow !== undefined;
	for (const key of ['smaller', 'larger', 'holds'] as const) {
		if (rule[key] === undefined || kinds.every((kind) => kind === 'write')) continue;
		problems.push({ key, message: `"${key}" is about what is written; make a rule of its own for write` });
	}
	for (const key of ['larger', 'holds', 'above'] as const) {
		if (rule[key] === undefined || !allows) continue;
		problems.push({ key, message: `"${key}" is for deny and ask; an allow can say "smaller" and "hours"` });
	}
	if (rule.smaller !== undefined && !allows) {
		problems.push({ key: 'smaller', message: '"smaller" is for allow; a deny or ask says "larger"' });
	}
	return problems;
}

/** The rule's decision, once checkRule found nothing. */
export function ruleDecision(rule: PolicyFileRule): Decision {
	// A rule that got here unchecked forbids.
	return decisions.find((decision) => rule[decision] !== undefined) ?? 'deny';
}

export function ruleKinds(rule: PolicyFileRule): readonly EffectKind[] {
	const kinds = rule[ruleDecision(rule)] ?? [];
	return typeof kinds === 'string' ? [kinds] : [...new Set(kinds)];
}

const everything: Readonly<Record<SelectorKind, string>> = {
	path: '"/**" is every path',
	command: '"**" is every command',
	host: '"*:*" is every host',
};

const kindsOf: Readonly<Record<SelectorKind, string>> = {
	path: 'read, write and delete',
	command: 'run',
	host: 'connect and listen',
};

const patternProblem: Readonly<Record<SelectorKind, (text: string) => string | undefined>> = {
	path: pathPatternProblem,
	command: commandPatternProblem,
	host: ruleHostProblem,
};

/** `except` and `examples` are of the rule's one selector; with two it would be a guess of which. */
function checkOneSelector(
	rule: PolicyFileRule,
	needed: readonly SelectorKind[],
	path: readonly PropertyKey[],
	yaml: YamlText,
): readonly Problem[] {
	const [selector, second] = needed;
	if (selector === undefined) return [];
	if (second !== undefined) {
		return (['except', 'examples'] as const)
			.filter((key) => rule[key] !== undefined)
			.map((key) => ({
				...yaml.placeOfKey(path, key),
				message: `"${key}" needs a rule with one of path, command and host; make two rules of this one`,
			}));
	}
	const excepted = typeof rule.except === 'string' ? [rule.except] : (rule.except ?? []);
	return excepted.flatMap((text, index) => {
		const message = patternProblem[selector](text);
		const at = typeof rule.except === 'string' ? [...path, 'except'] : [...path, 'except', index];
		return message === undefined ? [] : [{ ...yaml.placeOf(at), message }];
	});
}
