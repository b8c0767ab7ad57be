/** The policy for a run that nobody watches, and what a seal leaves of limits and environment. */
import type { Limits } from '../model/limits.ts';
import type { EnvironmentDocument, PolicyDocument } from './document.ts';
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
	let { pass, secrets } = document.env;
	for (const floor of document.floors) {
		for (const name of limitNames) limits[name] = Math.min(limits[name], floor.limits[name]);
		pass = pass.filter((name) => floor.env.pass.some((passed) => covers(passed, name)));
		secrets = secretsBelow(secrets, floor.env);
		if (floor.denied === 'exit') denied = 'exit';
		if (floor.commandNetwork === 'none') commandNetwork = 'none';
	}
	return { ...document, limits, denied, commandNetwork, env: { ...document.env, pass, secrets } };
}

/** Where the sealed policy shows the variable anyway, all of them; else to the hosts that it names too. */
function secretsBelow(
	secrets: EnvironmentDocument['secrets'],
	floor: EnvironmentDocument,
): EnvironmentDocument['secrets'] {
	return Object.fromEntries(
		Object.entries(secrets).flatMap(([name, hosts]) => {
			const named = Object.hasOwn(floor.secrets, name) ? floor.secrets[name] : undefined;
			if (named === undefined && floor.pass.some((passed) => covers(passed, name))) return [[name, hosts]];
			const kept = hosts.filter((host) => named?.includes(host) === true);
			return kept.length === 0 ? [] : [[name, kept]];
		}),
	);
}

/** Whether a rule of it has `above`. */
export function countsThings({ rules, floors }: PolicyDocument): boolean {
	return rules.some((rule) => rule.conditions?.above !== undefined) || floors.some(countsThings);
}

/** `LC_*` covers `LC_ALL` and `LC_*`. */
function covers(pattern: string, name: string): boolean {
	return pattern === name || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)));
}
