/** Secrets of the environment that the guest gets a stand-in for: it looks alike, is another one in each run, and only the hosts that the policy names get the secret. */
import type { ConnectEffect } from '../model/effect.ts';
import type { Policy } from './compile.ts';
import type { PolicyDocument } from './document.ts';
import { namesVariable, passEnv } from './environment.ts';
import { compileHostPattern, hostSubject, matchesHost } from './host-pattern.ts';

/** A variable's secret, and what the guest has in its place. */
export type Secret = { readonly name: string; readonly shown: string; readonly real: string };

/** So many characters have to differ that nobody meets a stand-in by chance. */
const leastRandom = 12;

/**
 * Of the variables that are set and not masked. An Error names a secret that is too short for one. `random`: a number below the given one.
 */
export function makeStandIns(
	{ env }: Pick<PolicyDocument, 'env'>,
	variables: Readonly<Record<string, string | undefined>>,
	random: (below: number) => number,
): readonly Secret[] | Error {
	const secrets: Secret[] = [];
	for (const name of Object.keys(env.secrets)) {
		const real = Object.hasOwn(variables, name) ? (variables[name] ?? '') : '';
		if (real === '' || isMasked(env.mask, name) || Object.hasOwn(env.set, name)) continue;
		const shown = standInOf(real, random);
		if (shown === undefined) {
			return new Error(
				`$${name} is too short for env.secrets: a stand-in takes ${leastRandom} letters or digits. Take a longer secret, or mask the variable`,
			);
		}
		secrets.push({ name, shown, real });
	}
	return secrets;
}

/** The variables that the guest is given, stand-ins among them. */
export function givenVariables(
	document: Pick<PolicyDocument, 'env'>,
	variables: Readonly<Record<string, string | undefined>>,
	random: (below: number) => number,
): { readonly env: Readonly<Record<string, string>>; readonly secrets: readonly Secret[] } | Error {
	const secrets = makeStandIns(document, variables, random);
	if (secrets instanceof Error) return secrets;
	const shown = Object.fromEntries(secrets.map((secret) => [secret.name, secret.shown]));
	return { env: { ...passEnv(document, variables), ...shown }, secrets };
}

/** Those that are for a host that may be meant by one of these names. A name that leads to this machine or a private network is not: that has to be named. */
export function secretsFor(
	policy: Policy,
	secrets: readonly Secret[],
	hosts: readonly ConnectEffect[],
): readonly Secret[] {
	const subjects = hosts.map((host) => hostSubject(host, policy.addresses));
	return secrets.filter(({ name }) =>
		(policy.env.secrets[name] ?? [])
			.map(compileHostPattern)
			.some((pattern) => subjects.some((subject) => matchesHost(pattern, subject, true))),
	);
}

/** Letters for letters and digits for digits, so that a script that looks at its form is content; what says whose token it is (`ghp_`) stays. */
function standInOf(real: string, random: (below: number) => number): string | undefined {
	const [kept = ''] = /^(?:[A-Za-z0-9]{1,6}[-_]){0,2}/.exec(real) ?? [];
	const rest = real.slice(kept.length);
	if ((rest.match(/[A-Za-z0-9]/g) ?? []).length < leastRandom) {
		// What stays is then too much of it.
		return kept === '' || (real.match(/[A-Za-z0-9]/g) ?? []).length < leastRandom
			? undefined
			: randomised(real, random);
	}
	return kept + randomised(rest, random);
}

function randomised(text: string, random: (below: number) => number): string {
	const letters = /^[^g-zG-Z]*$/.test(text) ? 6 : 26;
	return text.replace(/[A-Za-z0-9]/g, (character) => {
		if (/[0-9]/.test(character)) return String(random(10));
		return String.fromCharCode((character < 'a' ? 65 : 97) + random(letters));
	});
}

function isMasked(mask: readonly string[], name: string): boolean {
	return mask.some((pattern) => namesVariable(pattern, name));
}
