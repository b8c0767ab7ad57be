/** A checked document as JSON, so that a start with a known policy loads neither yaml nor zod. */
import { createHash } from 'node:crypto';
import { compilePolicy, type Policy, type PolicyContext } from './compile.ts';
import type { PolicyDocument, PolicySource } from './document.ts';
import { PolicyError } from './problem.ts';

/** Changes whenever PolicyDocument or the checks of the schema do: what was cached before is then not used. */
const formatVersion = 2;

/** Where checked documents are kept. Nothing of it may be writable for a guest: see PolicyContext.own. */
export type PolicyCache = {
	get(key: string): string | undefined;
	put(key: string, text: string): void;
};

/** The policy, from the cache where the same text was checked before. */
export async function loadPolicyCached(
	source: PolicySource,
	context: PolicyContext,
	cache: PolicyCache,
): Promise<Policy | PolicyError> {
	const document = await loadDocumentCached(source, cache);
	return document instanceof PolicyError ? document : compilePolicy(document, context);
}

/** The checked document alone: plain data, for a thread that compiles it itself. */
export async function loadDocumentCached(
	source: PolicySource,
	cache: PolicyCache,
): Promise<PolicyDocument | PolicyError> {
	const key = policyKey(source);
	const known = deserializePolicy(cache.get(key) ?? '', key);
	if (known !== undefined) return known;
	const { parsePolicy } = await import('./parse.ts');
	const document = parsePolicy(source);
	if (!(document instanceof PolicyError)) cache.put(key, serializePolicy(document, key));
	return document;
}

/** SHA-256 in hex of the source's name and text and of the format. */
export function policyKey(source: PolicySource): string {
	return createHash('sha256')
		.update(JSON.stringify([formatVersion, source.name, source.text]))
		.digest('hex');
}

export function serializePolicy(document: PolicyDocument, key: string): string {
	return JSON.stringify({ key, document });
}

/** The document that serializePolicy wrote for `key`; undefined for anything else: then parse the text again. */
export function deserializePolicy(text: string, key: string): PolicyDocument | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}
	return isCached(value) && value.key === key ? value.document : undefined;
}

/** Whether it has the outer shape. The rest is vouched for by the key and by who may write the cache. */
function isCached(value: unknown): value is { key: string; document: PolicyDocument } {
	if (typeof value !== 'object' || value === null || !('key' in value) || !('document' in value)) return false;
	const { document } = value;
	return typeof document === 'object' && document !== null && 'rules' in document && Array.isArray(document.rules);
}
