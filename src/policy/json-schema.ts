/** The JSON schema of a policy file, for editors. */
import * as z from 'zod/mini';
import { policySchema } from './schema.ts';

/** Draft 2020-12, as in policies/schema.json. */
export function policyJsonSchema(): Readonly<Record<string, unknown>> {
	const schema = z.toJSONSchema(policySchema, { io: 'input' });
	return { ...schema, title: 'approve-run policy' };
}
