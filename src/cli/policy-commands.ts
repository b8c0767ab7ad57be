/** `approve-run policy check|explain|schema`. */
import { basename, dirname, join, resolve } from 'node:path';
import { readText } from '../host/file-facts.ts';
import { machineAddresses } from '../host/names.ts';
import { realPath } from '../host/real-path.ts';
import type { Effect } from '../model/effect.ts';
import { compilePolicy, systemPath } from '../policy/compile.ts';
import { passEnv } from '../policy/environment.ts';
import { explain } from '../policy/explain.ts';
import { findInstallation, ownFolders } from './installation.ts';
import { loadPolicyDocument } from './load-policy.ts';
import { printableLine } from './printable.ts';
import { UserError } from './user-error.ts';

export async function policyCheckCommand(files: readonly string[]): Promise<number> {
	const installation = findInstallation();
	for (const file of files) {
		const document = await loadPolicyDocument(file, installation);
		process.stdout.write(`${file}: ${document.rules.length} rules, no mistake found\n`);
	}
	return 0;
}

/** Tells what a policy says of one effect: `read PATH`, `write PATH`, `delete PATH`, `run WORD…`, `connect HOST:PORT`. */
export async function policyExplainCommand(
	policyName: string,
	kind: string,
	words: readonly string[],
): Promise<number> {
	const installation = findInstallation();
	const document = await loadPolicyDocument(policyName, installation);
	const { cwd, home } = installation.surroundings;
	const env = passEnv(document, process.env);
	const policy = compilePolicy(document, {
		home,
		cwd,
		systemPath,
		env,
		realpath: realPath,
		addresses: machineAddresses(),
		own: ownFolders(installation),
	});
	for (const line of explain(policy, effectOf(kind, words, cwd, env))) process.stdout.write(`${printableLine(line)}\n`);
	return 0;
}

export function policySchemaCommand(): number {
	const schema = readText(join(findInstallation().root, 'policies/schema.json'));
	if (schema === undefined) throw new UserError('policies/schema.json is missing from this installation');
	process.stdout.write(schema);
	return 0;
}

function effectOf(kind: string, words: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Effect {
	const [first] = words;
	if (first === undefined) throw new UserError('say what: a path, a command, or HOST:PORT');
	switch (kind) {
		case 'read':
		case 'write':
		case 'delete':
			return { kind, path: absolute(first, cwd) };
		case 'run': {
			const program = first.includes('/')
				? absolute(first, cwd)
				: systemPath.map((folder) => `${folder}/${first}`).find((path) => realPath(path));
			if (program === undefined) throw new UserError(`there is no program ${first} on ${systemPath.join(':')}`);
			return { kind, argv: words, program: realPath(program) ?? program, cwd, env };
		}
		case 'connect': {
			const at = first.lastIndexOf(':');
			const port = Number(first.slice(at + 1));
			if (at <= 0 || !Number.isInteger(port)) throw new UserError(`${first} is no HOST:PORT`);
			return { kind, host: first.slice(0, at), port };
		}
		default:
			throw new UserError(`${kind} is no effect; the effects are read, write, delete, run and connect`);
	}
}

/** As the guest's path would be resolved: what is there with its symlinks followed, what is not there yet as named. */
function absolute(path: string, cwd: string): string {
	const missing: string[] = [];
	for (let at = resolve(cwd, path); ; at = dirname(at)) {
		const real = realPath(at);
		if (real !== undefined) return join(real, ...missing);
		missing.unshift(basename(at));
	}
}
