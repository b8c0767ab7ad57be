/** What the record says a run was made with: the version of approve-run, and hashes of script, policy and interpreter. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readText, replaceText } from '../host/file-facts.ts';
import { sha256OfFile, stampText } from '../host/file-hash.ts';
import type { Runtime } from '../interpreter/find-types.ts';
import type { RunHashes } from '../model/event.ts';
import type { Installation } from './installation.ts';
import { policyText } from './load-policy.ts';
import { ownVersion } from './version.ts';

export type RunFacts = { readonly version: string; readonly hashes?: RunHashes };

/** `script`: its path, or its bytes. Without hashes where one of the files cannot be read any more. */
export function runFacts(
	installation: Installation,
	runtime: Runtime,
	policy: string,
	script: string | Uint8Array,
): RunFacts {
	const version = ownVersion(installation);
	const scriptHash = typeof script === 'string' ? sha256OfFile(script) : sha256(script);
	const interpreter = libraryHash(runtime.library, installation);
	if (scriptHash === undefined || interpreter === undefined) return { version };
	return { version, hashes: { script: scriptHash, policy: sha256(policyText(policy, installation)), interpreter } };
}

/** Hashing an interpreter of 60 MB at each start would take longer than most scripts: it is kept as long as the file is the same. */
export function libraryHash(library: string, { cache }: Installation): string | undefined {
	const file = join(cache, 'interpreter.sha256');
	const stamp = stampText(library);
	const [known, hash] = readText(file)?.split('\n') ?? [];
	if (known === stamp && hash !== undefined && /^[0-9a-f]{64}$/.test(hash)) return hash;
	const fresh = sha256OfFile(library);
	// Somebody writes to it just now: what was hashed is neither the old nor the new one.
	if (fresh === undefined || stamp === undefined || stampText(library) !== stamp) return fresh;
	try {
		replaceText(file, `${stamp}\n${fresh}\n`);
	} catch {
		// A cache that cannot be written costs time and nothing else.
	}
	return fresh;
}

function sha256(bytes: string | Uint8Array): string {
	return createHash('sha256').update(bytes).digest('hex');
}
