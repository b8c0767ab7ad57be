/** Policy text to a policy that decides, in one step. Loads yaml and zod; `cached.ts` does without them where it can. */
import { compilePolicy, type Policy, type PolicyContext } from './compile.ts';
import type { PolicySource } from './document.ts';
import { type FindPolicy, parseLayers } from './layers.ts';
import { PolicyError } from './problem.ts';

/** The policy, or an error with every problem found. Reads no file: the text is given. */
export function loadPolicy(
	source: PolicySource,
	context: PolicyContext,
	find: FindPolicy = () => undefined,
): Policy | PolicyError {
	const document = parseLayers(source, find);
	return document instanceof PolicyError ? document : compilePolicy(document, context);
}
