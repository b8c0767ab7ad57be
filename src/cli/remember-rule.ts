/** Puts a rule that was remembered in a review into a policy file, its comments kept. */
import { dirname, resolve } from 'node:path';
import { pathExists, readText, rewriteText } from '../host/file-facts.ts';
import { machineAddresses } from '../host/names.ts';
import { realPath } from '../host/real-path.ts';
import { type PolicyContext, systemPath } from '../policy/compile.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { passEnv } from '../policy/environment.ts';
import { PolicyError } from '../policy/problem.ts';
import type { WrittenRule } from '../policy/written-rule.ts';
import type { RememberOptions } from '../run/remember.ts';
import { type Installation, ownFolders } from './installation.ts';
import { loadPolicyDocument, policyText } from './load-policy.ts';
import { UserError } from './user-error.ts';

/** Where a rule goes unless the person says otherwise: the policy's own file, or a new one beside the work. */
export function proposedFile(policy: string, installation: Installation): string {
	const isFile = readText(resolve(installation.surroundings.cwd, policy)) !== undefined;
	return isFile ? policy : `${policy}.policy.yaml`;
}

/** A new file begins as a copy of `policy`, so that it gives the same answers and the new one. A sentence of what was done, or why not. */
export async function saveRule(
	rule: WrittenRule,
	file: string,
	policy: string,
	installation: Installation,
): Promise<string> {
	if (file.trim() === '') return 'Name a file.';
	const path = resolve(installation.surroundings.cwd, file);
	const target = realPath(path) ?? path;
	if (target.startsWith(`${installation.root}/`)) return 'A policy that ships is not changed: name a file of your own.';
	try {
		const there = readText(target);
		if (there === undefined && pathExists(target)) return `Nothing was written: ${file} cannot be read.`;
		const { addRule } = await import('../policy/edit.ts');
		const text = addRule({ name: file, text: there ?? policyText(policy, installation) }, rule);
		if (text instanceof PolicyError) return `Nothing was written: ${text.message.split('\n')[0] ?? ''}`;
		if (text === there) return `${file} says so already.`;
		rewriteText(target, text);
	} catch (error) {
		return `Nothing was written: ${error instanceof Error ? error.message : String(error)}`;
	}
	return `Written to ${file}; it counts from the next run with --policy ${file}.`;
}

/** What a policy is compiled for here. `interpreter`: where the run's own PyPy lies. */
export function contextOf(
	document: PolicyDocument,
	installation: Installation,
	interpreter?: readonly string[],
): PolicyContext {
	const { cwd, home } = installation.surroundings;
	return {
		now: () => new Date(),
		home,
		cwd,
		systemPath,
		env: passEnv(document, process.env),
		realpath: realPath,
		addresses: machineAddresses(),
		own: ownFolders(installation),
		interpreter,
		secret: [dirname(installation.sessions)],
	};
}

/** `policy`: as it was given on the command line. */
export function rememberOptions(
	document: PolicyDocument,
	context: () => PolicyContext,
	policy: string,
	installation: Installation,
): RememberOptions {
	const file = proposedFile(policy, installation);
	return { document, context, file, save: (rule, to) => saveRule(rule, to, policy, installation) };
}

/** For a session of before; undefined where its policy is gone or has mistakes by now. */
export async function rememberFor(
	{ policy, cwd }: { readonly policy: string; readonly cwd: string },
	given: Installation,
): Promise<RememberOptions | undefined> {
	const installation = { ...given, surroundings: { ...given.surroundings, cwd } };
	try {
		const document = await loadPolicyDocument(policy, installation);
		return rememberOptions(document, () => contextOf(document, installation), policy, installation);
	} catch (error) {
		if (error instanceof UserError) return undefined;
		throw error;
	}
}
