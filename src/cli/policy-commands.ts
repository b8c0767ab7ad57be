/** `approve-run policy check|explain|show|schema`. */
import { join } from 'node:path';
import { readText } from '../host/file-facts.ts';
import { compilePolicy } from '../policy/compile.ts';
import { passEnv } from '../policy/environment.ts';
import { explain } from '../policy/explain.ts';
import { printPolicy } from '../policy/print.ts';
import { explainChanges } from '../policy/what-if.ts';
import { effectOf } from './effect-of.ts';
import { annotateProblems } from './github.ts';
import { findInstallation } from './installation.ts';
import { loadPolicyDocument } from './load-policy.ts';
import { printableLine } from './printable.ts';
import { contextOf } from './remember-rule.ts';
import { counted } from './tell-trial.ts';
import { UserError } from './user-error.ts';

export async function policyCheckCommand(files: readonly string[]): Promise<number> {
	const installation = findInstallation();
	const { deadPatterns } = await import('../policy/dead-rules.ts');
	const { widePatterns } = await import('../policy/wide-rules.ts');
	for (const file of files) {
		const document = await loadPolicyDocument(file, installation);
		process.stdout.write(`${file}: ${counted(document.rules.length, 'rule')}, no mistake found\n`);
		const problems = [...deadPatterns(document), ...widePatterns(document)].sort(
			(a, b) => a.line - b.line || a.column - b.column,
		);
		for (const { line, column, message } of problems) {
			process.stdout.write(`${printableLine(`${document.file}:${line}:${column}: warning: ${message}`)}\n`);
		}
		annotateProblems({ file: document.file, problems }, 'warning');
	}
	return 0;
}

/** Tells what a policy says of one effect: `read PATH`, `write PATH`, `delete PATH`, `run WORD…`, `connect HOST:PORT`, `listen ADDRESS:PORT`. */
export async function policyExplainCommand(
	policyName: string,
	kind: string,
	words: readonly string[],
): Promise<number> {
	const installation = findInstallation();
	const document = await loadPolicyDocument(policyName, installation);
	const context = contextOf(document, installation);
	const effect = effectOf(kind, words, context.cwd, passEnv(document, process.env));
	for (const line of [
		...explain(compilePolicy(document, context), effect),
		...explainChanges(document, context, effect),
	]) {
		process.stdout.write(`${printableLine(line)}\n`);
	}
	return 0;
}

/** Prints a policy with all that it extends as one. */
export async function policyShowCommand(given: string): Promise<number> {
	const document = await loadPolicyDocument(given, findInstallation());
	process.stdout.write(printPolicy(document));
	return 0;
}

export function policySchemaCommand(): number {
	const schema = readText(join(findInstallation().root, 'policies/schema.json'));
	if (schema === undefined) throw new UserError('policies/schema.json is missing from this installation');
	process.stdout.write(schema);
	return 0;
}
