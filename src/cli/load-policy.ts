/** `--policy NAME|FILE`: finds, reads and checks a policy. */
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { namesIn, readText, replaceText } from '../host/file-facts.ts';
import { withSeals } from '../policy/attended.ts';
import { loadDocumentCached, type PolicyCache } from '../policy/cached.ts';
import type { PolicyDocument, PolicySource } from '../policy/document.ts';
import type { FindPolicy } from '../policy/layers.ts';
import { PolicyError } from '../policy/problem.ts';
import type { Installation } from './installation.ts';
import { UserError } from './user-error.ts';

/** Throws UserError with every problem, each with its place. */
export async function loadPolicyDocument(given: string, installation: Installation): Promise<PolicyDocument> {
	const source = findSource(given, installation);
	const cache = join(installation.cache, 'policies');
	const kept: PolicyCache = {
		get: (key) => readText(join(cache, `${key}.json`)),
		put(key, text) {
			try {
				replaceText(join(cache, `${key}.json`), text);
			} catch {
				// A cache that cannot be written costs time and nothing else.
			}
		},
	};
	const document = await loadDocumentCached(source, kept, findExtended(installation));
	if (document instanceof PolicyError) throw new UserError(document.message, 125, document);
	return withSeals(document);
}

/** For `extends`: a file beside the policy that names it, else a shipped policy. */
export function findExtended(installation: Installation): FindPolicy {
	return (name, from) => {
		const shipped = shippedSource(name, installation);
		// What ships extends what ships: no file of the working directory gets in between.
		if (from.name.startsWith('policies/') && shipped !== undefined) return shipped;
		const file = isAbsolute(name) ? name : join(dirname(from.name), name);
		const text = readText(resolve(installation.surroundings.cwd, file));
		return text === undefined ? shipped : { name: file, text };
	};
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
	const shipped = shippedSource(given, installation);
	if (shipped !== undefined) return shipped;
	throw new UserError(
		`there is no policy ${given}: no such file, and the shipped ones are ${shippedPolicies(installation).join(', ')}`,
	);
}

function shippedSource(name: string, { root }: Installation): PolicySource | undefined {
	const text = /^[\w-]+$/.test(name) ? readText(join(root, 'policies', `${name}.yaml`)) : undefined;
	return text === undefined ? undefined : { name: `policies/${name}.yaml`, text };
}
