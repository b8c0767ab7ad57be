/** A checked document as JSON, so that a start with a known policy loads neither yaml nor zod. */
import type { PolicyDocument, PolicySource } from './document.ts';
import type { FindPolicy } from './layers.ts';
import { PolicyError } from './problem.ts';

/** Changes whenever PolicyDocument or the checks of the schema do: what was cached before is then not used. */
const formatVersion = 7;

/** Where checked documents are kept. Nothing of it may be writable for a guest: see PolicyContext.own. */
export type PolicyCache = {
	/** `name`: of a file. */
	get(name: string): string | undefined;
	put(name: string, text: string): void;
};

/** The checked document, from the cache where the same text was checked before. Plain data: each thread compiles it itself. */
export async function loadDocumentCached(
	source: PolicySource,
	cache: PolicyCache,
	find: FindPolicy,
): Promise<PolicyDocument | PolicyError> {
	const key = policyKey(source);
	const file = fileName(source);
	const known = deserializePolicy(cache.get(file) ?? '', key, find);
	if (known !== undefined) return known;
	const { parseLayers } = await import('./layers.ts');
	const extended: Extended[] = [];
	const document = parseLayers(source, (name, from) => {
		const found = find(name, from);
		if (found !== undefined) extended.push({ name, from: from.name, key: policyKey(found) });
		return found;
	});
	if (!(document instanceof PolicyError)) cache.put(file, serializePolicy(document, key, extended));
	return document;
}

/** The source's name and text and the format, all of it: to hash it, Node would load what takes longer than to compare it. */
function policyKey(source: PolicySource): string {
	return JSON.stringify([formatVersion, source.name, source.text]);
}

/** Two policies may have one: then each start with the other one checks its policy anew. */
function fileName({ name, text }: PolicySource): string {
	return `${name.replaceAll(/[^\w.-]/g, '_').slice(-80)}.${text.length}`;
}

/** A policy that was extended, as it was found then. */
type Extended = { readonly name: string; readonly from: string; readonly key: string };

function serializePolicy(document: PolicyDocument, key: string, extended: readonly Extended[]): string {
	return JSON.stringify({ key, extended, document });
}

/** The document that serializePolicy wrote for `key`; undefined for anything else, and where a policy that it extends is another now. */
function deserializePolicy(text: string, key: string, find: FindPolicy): PolicyDocument | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}
	if (!isCached(value) || value.key !== key) return undefined;
	const same = value.extended.every((one) => {
		const found = find(one.name, { name: one.from, text: '' });
		return found !== undefined && policyKey(found) === one.key;
	});
	return same ? value.document : undefined;
}

/** Whether it has the outer shape. The rest is vouched for by the key and by who may write the cache. */
function isCached(value: unknown): value is { key: string; extended: readonly Extended[]; document: PolicyDocument } {
	if (typeof value !== 'object' || value === null || !('key' in value) || !('document' in value)) return false;
	if (!('extended' in value) || !Array.isArray(value.extended)) return false;
	const { document } = value;
	return typeof document === 'object' && document !== null && 'rules' in document && Array.isArray(document.rules);
}
