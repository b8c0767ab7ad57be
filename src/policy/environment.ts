/** Environment variables: which the guest gets, and which it may change without turning an allowed command into another. */

import type { EnvironmentDocument } from './document.ts';

/** The variables of `env` that the policy gives the guest; `LC_*` in its `env.pass` names all that begin so. */
export function passEnv(
	{ env: given }: { readonly env: EnvironmentDocument },
	env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
	const passed: [string, string][] = [];
	for (const [name, value] of Object.entries(env)) {
		if (value === undefined) continue;
		if (Object.hasOwn(given.secrets, name)) {
			passed.push([name, masked]);
			continue;
		}
		if (!given.pass.some((pattern) => namesVariable(pattern, name))) continue;
		passed.push([name, given.mask.some((pattern) => namesVariable(pattern, name)) ? masked : value]);
	}
	return Object.freeze({ ...Object.fromEntries(passed), ...given.set });
}

/** What a variable is for the guest that a policy masks, or that nobody made a stand-in for: it is there, and says nothing. */
const masked = 'masked';

/** What is wrong with an entry of `env.pass`, or undefined. */
export function passProblem(text: string): string | undefined {
	if (/^(?:[A-Za-z_][A-Za-z0-9_]*\*?|\*\w*)$/.test(text)) return undefined;
	return `"${text}" is no name of an environment variable; write a name such as LANG, or LC_* for all that begin so`;
}

/**
 * The variables of a command that are neither as at the start of the guest nor harmless. A guest that may run
 * `git status` must not run it with GIT_EXTERNAL_DIFF, LD_PRELOAD or a PATH of its own: known harmless names pass,
 * everything else counts.
 */
export function changedVariables(
	env: Readonly<Record<string, string>>,
	start: Readonly<Record<string, string | undefined>>,
): readonly string[] {
	return Object.keys(env).filter((name) => {
		const value = env[name] ?? '';
		if (Object.hasOwn(start, name) && start[name] === value) return false;
		return !isHarmlessVariable(name, value);
	});
}

/** A variable that makes no allowed command into another one. */
export function isHarmlessVariable(name: string, value: string): boolean {
	return harmless.has(name) || (isLocale(name) && /^[A-Za-z0-9_@.-]*$/.test(value));
}

const harmless = new Set('PWD OLDPWD SHLVL _ TERM COLUMNS LINES NO_COLOR FORCE_COLOR CLICOLOR'.split(' '));

function isLocale(name: string): boolean {
	return name === 'LANG' || /^LC_[A-Z]+$/.test(name);
}

/** Whether an entry of `env.pass` or `env.mask` means a variable. */
export function namesVariable(pattern: string, name: string): boolean {
	if (pattern.startsWith('*')) return name.endsWith(pattern.slice(1));
	return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
