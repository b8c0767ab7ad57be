/** The guest's environment at its start, as the policy gives it. */
import { randomInt } from 'node:crypto';
import type { PolicyDocument } from '../policy/document.ts';
import { givenVariables, type Secret } from '../policy/stand-ins.ts';
import { UserError } from './user-error.ts';

/** Throws UserError for a secret that is too short for a stand-in. */
export function givenEnvironment(document: PolicyDocument): {
	readonly env: Readonly<Record<string, string>>;
	readonly secrets: readonly Secret[];
} {
	const given = givenVariables(document, process.env, (max) => randomInt(max));
	if (given instanceof Error) throw new UserError(given.message);
	return given;
}
