/** The policy for a run that nobody watches, and what a seal leaves of limits and environment. */
import type { Limits } from '../model/limits.ts';
import type { PolicyDocument } from './document.ts';
import { limitNames } from './limits.ts';

/** The document with its `unattended:` part in place; the same with those that it may only tighten. */
export function forUnattended(document: PolicyDocument): PolicyDocument {
	const { unattended } = document;
	return {
		...document,
		default: { ...document.default, ...unattended.default },
		rules: [...document.rules, ...unattended.rules],
		floors: document.floors.map(forUnattended),
	};
}

/** What a sealed policy limits, hides, masks and does not pass is so whatever extends it. */
export function withSeals(document: PolicyDocument): PolicyDocument {
	const limits: { -readonly [name in keyof Limits]: Limits[name] } = { ...document.limits };
	let { denied, commandNetwork } = document;
	let { pass } = document.env;
	for (const floor of document.floors) {
		for (const name of limitNames) limits[name] = Math.min(limits[name], floor.limits[name]);
		pass = pass.filter((name) => floor.env.pass.some((passed) => covers(passed, name)));
		if (floor.denied === 'exit') denied = 'exit';
		if (floor.commandNetwork === 'none') commandNetwork = 'none';
	}
	return { ...document, limits, denied, commandNetwork, env: { ...document.env, pass } };
}

/** Whether a rule of it has `above`. */
export function countsThings({ rules, floors }: PolicyDocument): boolean {
	return rules.some((rule) => rule.conditions?.above !== undefined) || floors.some(countsThings);
}

/** `LC_*` covers `LC_ALL` and `LC_*`. */
function covers(pattern: string, name: string): boolean {
	return pattern === name || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)));
}
