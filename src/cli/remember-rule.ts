/** Puts a rule that was remembered in a review into a policy file, its comments kept. */
import { resolve } from 'node:path';
import { pathExists, readText, rewriteText } from '../host/file-facts.ts';
import { realPath } from '../host/real-path.ts';
import { PolicyError } from '../policy/problem.ts';
import type { WrittenRule } from '../policy/written-rule.ts';
import type { Installation } from './installation.ts';
import { policyText } from './load-policy.ts';

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
