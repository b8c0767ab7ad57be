/** `--policy NAME|FILE`: finds, reads and checks a policy. */
import { join, resolve } from 'node:path';
import { namesIn, readText, replaceText } from '../host/file-facts.ts';
import { loadDocumentCached } from '../policy/cached.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { PolicyError } from '../policy/problem.ts';
import type { Installation } from './installation.ts';
import { UserError } from './user-error.ts';

/** Throws UserError with every problem, each with its place. */
export async function loadPolicyDocument(given: string, installation: Installation): Promise<PolicyDocument> {
	const source = findSource(given, installation);
	const cache = join(installation.cache, 'policies');
	const document = await loadDocumentCached(source, {
		get: (key) => readText(join(cache, `${key}.json`)),
		put(key, text) {
			try {
				replaceText(join(cache, `${key}.json`), text);
			} catch {
				// A cache that cannot be written costs time and nothing else.
			}
		},
	});
	if (document instanceof PolicyError) throw new UserError(document.message);
	return document;
}

/** The text of a policy, as it is now. Throws UserError. */
export function policyText(given: string, installation: Installation): string {
	return findSource(given, installation).text;
}

export function shippedPolicies({ root }: Installation): string[] {
	return namesIn(join(root, 'policies'))
		.filter((name) => name.endsWith('.yaml'))
		.map((name) => name.slice(0, -'.yaml'.length));
}

/** A name without a slash or an ending is a shipped policy, unless there is a file of that name. */
function findSource(given: string, installation: Installation): { name: string; text: string } {
	const file = resolve(installation.surroundings.cwd, given);
	const text = readText(file);
	if (text !== undefined) return { name: given, text };
	const shipped = /^[\w-]+$/.test(given) ? readText(join(installation.root, 'policies', `${given}.yaml`)) : undefined;
	if (shipped !== undefined) return { name: `policies/${given}.yaml`, text: shipped };
	throw new UserError(
		`there is no policy ${given}: no such file, and the shipped ones are ${shippedPolicies(installation).join(', ')}`,
	);
}
