/** Policy text to a checked document. Loads yaml and zod (slow): callers that have a cached document import it lazily. */
import type { Decision } from '../model/decision.ts';
import { type EffectKind, effectKinds } from '../model/effect.ts';
import type { Limits } from '../model/limits.ts';
import type { Located, PolicyDocument, PolicyLayer, PolicySource, RuleDocument } from './document.ts';
import { checkExamples } from './examples.ts';
import { defaultLimits, limitNames, parseLimit } from './limits.ts';
import { PolicyError, type Problem } from './problem.ts';
import { checkRule, ruleDecision, ruleKinds } from './rule-check.ts';
import { type PolicyFile, type PolicyFileRule, policySchema, rulePlaces, ruleSchema } from './schema.ts';
import { schemaProblems } from './schema-problems.ts';
import { parseSize } from './units.ts';
import { readYaml, type YamlText } from './yaml-text.ts';

/** What counts where a policy says nothing: design.md's own list. */
const defaultPass = ['PATH', 'HOME', 'LANG', 'USER', 'TZ'];
const defaultScratch = '/tmp';

/** The document of a text that extends nothing, or every problem of it at once. */
export function parsePolicy(source: PolicySource): PolicyDocument | PolicyError {
	const layer = parseLayer(source);
	if (layer instanceof PolicyError) return layer;
	const [first] = layer.extends;
	if (first === undefined) return layer.document;
	return new PolicyError(source.name, [{ ...first, message: `"${first.text}" can not be extended here` }]);
}

/** One file of a policy that may extend others, or every problem of its text at once. */
export function parseLayer(source: PolicySource): PolicyLayer | PolicyError {
	const yaml = readYaml(source.text);
	if (yaml.broken) return new PolicyError(source.name, yaml.problems);
	// An empty file is a policy that asks about everything.
	const value = yaml.value ?? {};
	const parsed = policySchema.safeParse(value);
	const problems: Problem[] = [...yaml.problems];
	if (!parsed.success) problems.push(...parsed.error.issues.flatMap((issue) => schemaProblems(issue, yaml)));
	problems.push(...ruleProblems(value, yaml));
	if (!parsed.success || problems.length > 0) return new PolicyError(source.name, problems);
	const document = Object.freeze(toDocument(source.name, parsed.data, yaml));
	const unkept = checkExamples(document);
	if (unkept.length > 0) return new PolicyError(source.name, unkept);
	return {
		document,
		extends: located(parsed.data.extends, ['extends'], yaml),
		sealed: parsed.data.sealed ?? false,
		says: saidBy(parsed.data),
	};
}

/** What the schema cannot say of a rule; for each rule that has the right shape, whatever the rest of the file has. */
function ruleProblems(value: unknown, yaml: YamlText): readonly Problem[] {
	return rulePlaces.flatMap((place) => {
		const rules = place.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), value);
		if (!Array.isArray(rules)) return [];
		return rules.flatMap((entry: unknown, index) => {
			const rule = ruleSchema.safeParse(entry);
			return rule.success ? checkRule(rule.data, [...place, index], yaml) : [];
		});
	});
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `default.write`, `limits.time`, `scratch`, …: what a layer goes over. */
function saidBy(policy: PolicyFile): readonly string[] {
	const inside = (['default', 'limits', 'env'] as const).flatMap((key) =>
		Object.keys(policy[key] ?? {}).map((name) => `${key}.${name}`),
	);
	return [...Object.keys(policy), ...inside];
}

function toDocument(file: string, policy: PolicyFile, yaml: YamlText): PolicyDocument {
	return {
		file,
		name: policy.name ?? file,
		...(policy.about === undefined ? {} : { about: policy.about }),
		default: toDefaults(policy.default ?? {}),
		rules: (policy.rules ?? []).map((rule, index) => toRule(rule, ['rules', index], yaml)),
		hide: located(policy.hide, ['hide'], yaml),
		readonly: located(policy.readonly, ['readonly'], yaml),
		unattended: {
			default: definedOf(policy.unattended?.default ?? {}),
			rules: (policy.unattended?.rules ?? []).map((rule, index) => toRule(rule, ['unattended', 'rules', index], yaml)),
		},
		limits: toLimits(policy.limits ?? {}),
		env: {
			pass: policy.env?.pass ?? defaultPass,
			set: policy.env?.set ?? {},
			mask: policy.env?.mask ?? [],
			secrets: toSecrets(policy.env?.secrets ?? {}),
		},
		scratch:
			policy.scratch === undefined
				? [{ text: defaultScratch, line: 1, column: 1 }]
				: located(policy.scratch, ['scratch'], yaml),
		commandNetwork: policy.commands?.network ?? 'host',
		denied: policy.denied ?? 'exit',
		floors: [],
	};
}

function toRule(rule: PolicyFileRule, path: readonly PropertyKey[], yaml: YamlText): RuleDocument {
	const place = yaml.placeOf(path);
	return {
		decision: ruleDecision(rule),
		kinds: ruleKinds(rule),
		line: place.line,
		column: place.column,
		path: located(rule.path, [...path, 'path'], yaml),
		command: located(rule.command, [...path, 'command'], yaml),
		host: located(rule.host, [...path, 'host'], yaml),
		except: located(rule.except, [...path, 'except'], yaml),
		...conditionsOf(rule),
		...(rule.because === undefined ? {} : { because: rule.because }),
		match: located(rule.examples?.match, [...path, 'examples', 'match'], yaml),
		not: located(rule.examples?.not, [...path, 'examples', 'not'], yaml),
	};
}

function conditionsOf({ smaller, larger, holds, above, hours }: PolicyFileRule): Pick<RuleDocument, 'conditions'> {
	const size = (key: 'smaller' | 'larger', text: string | undefined) => {
		const bytes = text === undefined ? undefined : parseSize(text);
		return bytes === undefined ? {} : { [key]: bytes };
	};
	const conditions = {
		...size('smaller', smaller),
		...size('larger', larger),
		...(holds === undefined ? {} : { holds }),
		...(above === undefined ? {} : { above }),
		...(hours === undefined ? {} : { hours }),
	};
	return Object.keys(conditions).length === 0 ? {} : { conditions };
}

function definedOf(
	given: {
		readonly [kind in EffectKind]?: Decision | undefined;
	},
): Partial<Record<EffectKind, Decision>> {
	const found: Partial<Record<EffectKind, Decision>> = {};
	for (const kind of effectKinds) if (given[kind] !== undefined) found[kind] = given[kind];
	return found;
}

function located(
	texts: string | readonly string[] | undefined,
	path: readonly PropertyKey[],
	yaml: YamlText,
): Located[] {
	if (texts === undefined) return [];
	if (typeof texts === 'string') return [{ text: texts, ...yaml.placeOf(path) }];
	return texts.map((text, index) => ({ text, ...yaml.placeOf([...path, index]) }));
}

function toSecrets(given: Readonly<Record<string, string | readonly string[]>>): Record<string, readonly string[]> {
	return Object.fromEntries(
		Object.entries(given).map(([name, hosts]) => [name, typeof hosts === 'string' ? [hosts] : hosts]),
	);
}

function toDefaults(given: { readonly [kind in EffectKind]?: Decision | undefined }): Record<EffectKind, Decision> {
	const defaults: Record<EffectKind, Decision> = {
		read: 'ask',
		write: 'ask',
		delete: 'ask',
		run: 'ask',
		connect: 'ask',
		// A server in a test works without anybody outside, and is not to be asked about.
		listen: 'deny',
	};
	for (const kind of effectKinds) defaults[kind] = given[kind] ?? defaults[kind];
	return defaults;
}

function toLimits(given: NonNullable<PolicyFile['limits']>): Limits {
	const limits = { ...defaultLimits };
	for (const name of limitNames) {
		const value = given[name];
		if (value === undefined) continue;
		limits[name] = typeof value === 'number' ? value : (parseLimit(name, value) ?? limits[name]);
	}
	return limits;
}
