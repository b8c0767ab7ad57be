/** What a person can do where a script was stopped while it waited for clients that could not come. */
import type { RunScriptResult } from '../run/run-script-options.ts';

/** One sentence, or nothing: a server that the script closed by itself had the clients that it was for. */
export function serverHint({ exit, alone }: Pick<RunScriptResult, 'exit' | 'alone'>): string | undefined {
	const [first] = alone;
	if (first === undefined || (exit.reason !== 'limit' && exit.reason !== 'stopped')) return undefined;
	const others = alone.length === 1 ? '' : ` (and ${alone.length - 1} more)`;
	return `only the script itself could connect to its server at ${first}${others}; to let others in, a policy needs { allow: listen, host: "${first}" } (docs/policy.md, Servers)`;
}
