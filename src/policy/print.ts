/** A checked document as one YAML text: for `policy show`, which tells what a policy with its layers says. */
import { effectKinds } from '../model/effect.ts';
import type { Conditions, Located, PolicyDocument, RuleDocument } from './document.ts';
import { formatLimit, limitNames } from './limits.ts';
import { formatSize } from './units.ts';
import { yamlText } from './yaml-write.ts';

/**
 * Read again, the text decides as the document does. Layers are put together, each rule below a comment that says where it stands. Only
 * a sealed layer stays what it is, a policy of its own that is extended: no rules can say "never more than that one".
 */
export function printPolicy(document: PolicyDocument): string {
	const { file, name, about, hide, readonly, env, scratch, floors, unattended } = document;
	const sealed = [...new Set(floors.map((floor) => floor.file.replace(/^policies\/([\w-]+)\.yaml$/, '$1')))];
	return [
		...(name === file ? [] : [`name: ${yamlText(name)}`]),
		...(about === undefined ? [] : [`about: ${yamlText(about)}`]),
		...(sealed.length === 0 ? [] : ['# Sealed: it is held against each effect too.', `extends: ${listText(sealed)}`]),
		`default: { ${defaultsText(document.default)} }`,
		...texts('hide', hide),
		...texts('readonly', readonly),
		...rulesLines('rules', document.rules, file, ''),
		...unattendedLines(unattended, file),
		`limits: { ${limitNames.map((limit) => `${limit}: ${formatLimit(limit, document.limits[limit])}`).join(', ')} }`,
		'env:',
		`  pass: ${listText(env.pass)}`,
		...(Object.keys(env.set).length === 0 ? [] : [`  set: ${mapText(env.set)}`]),
		...(env.mask.length === 0 ? [] : [`  mask: ${listText(env.mask)}`]),
		...(Object.keys(env.secrets).length === 0 ? [] : [`  secrets: { ${secretsText(env.secrets)} }`]),
		`scratch: ${listText(scratch.map(({ text }) => text))}`,
		`commands: { network: ${document.commandNetwork} }`,
		`denied: ${document.denied}`,
		'',
	].join('\n');
}

function secretsText(secrets: PolicyDocument['env']['secrets']): string {
	return Object.entries(secrets)
		.map(([name, hosts]) => `${yamlText(name)}: ${listText(hosts)}`)
		.join(', ');
}

function unattendedLines(unattended: PolicyDocument['unattended'], file: string): readonly string[] {
	const defaults = defaultsText(unattended.default);
	if (defaults === '' && unattended.rules.length === 0) return [];
	return [
		'unattended:',
		...(defaults === '' ? [] : [`  default: { ${defaults} }`]),
		...rulesLines('rules', unattended.rules, file, '  '),
	];
}

function rulesLines(key: string, rules: readonly RuleDocument[], file: string, indent: string): readonly string[] {
	if (rules.length === 0) return [];
	return [`${indent}${key}:`, ...rules.flatMap((rule) => ruleLines(rule, file, `${indent}  `))];
}

function ruleLines(rule: RuleDocument, file: string, indent: string): readonly string[] {
	const inside = `${indent}  `;
	const { decision, kinds, because, match, not } = rule;
	return [
		`${indent}# ${yamlText(`${rule.file ?? file}:${rule.line}`).slice(1, -1)}`,
		`${indent}- ${decision}: ${kinds.length === 1 ? kinds[0] : `[${kinds.join(', ')}]`}`,
		...(['path', 'command', 'host', 'except'] as const).flatMap((key) => texts(key, rule[key], inside)),
		...conditionLines(rule.conditions ?? {}, inside),
		...(because === undefined ? [] : [`${inside}because: ${yamlText(because)}`]),
		...(match.length + not.length === 0 ? [] : [`${inside}examples:`]),
		...texts('match', match, `${inside}  `),
		...texts('not', not, `${inside}  `),
	];
}

function conditionLines({ smaller, larger, holds, above, hours }: Conditions, indent: string): readonly string[] {
	return [
		...(smaller === undefined ? [] : [`${indent}smaller: ${formatSize(smaller)}`]),
		...(larger === undefined ? [] : [`${indent}larger: ${formatSize(larger)}`]),
		...(holds === undefined ? [] : [`${indent}holds: ${holds}`]),
		...(above === undefined ? [] : [`${indent}above: ${above}`]),
		...(hours === undefined ? [] : [`${indent}hours: ${yamlText(hours)}`]),
	];
}

function defaultsText(defaults: PolicyDocument['unattended']['default']): string {
	return effectKinds.flatMap((kind) => (defaults[kind] === undefined ? [] : [`${kind}: ${defaults[kind]}`])).join(', ');
}

/** A list stays one also where it has one entry: `hide` and `readonly` take nothing else. */
function texts(key: string, list: readonly Located[], indent = ''): readonly string[] {
	if (list.length === 0) return [];
	return [`${indent}${key}:`, ...list.map(({ text }) => `${indent}  - ${yamlText(text)}`)];
}

function listText(list: readonly string[]): string {
	return `[${list.map(yamlText).join(', ')}]`;
}

function mapText(map: Readonly<Record<string, string>>): string {
	return `{ ${Object.entries(map)
		.map(([key, value]) => `${yamlText(key)}: ${yamlText(value)}`)
		.join(', ')} }`;
}
