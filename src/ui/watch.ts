/** Runs a function for a limited time: even a regular expression that would run for years is stopped. */
import { createContext, Script } from 'node:vm';

/** False when `run` was stopped after `ms` milliseconds; what it had begun is left as it was then. */
export type Watch = (run: () => void, ms: number) => boolean;

/** undefined: there was none. */
type End = { readonly kind: 'done' } | { readonly kind: 'threw'; readonly error: unknown } | undefined;

export function createWatch(): Watch {
	// Nothing of the guest's is run: the script is this one call, and only its time limit is wanted of node:vm.
	const box = { run: () => {} };
	const context = createContext(box);
	const call = new Script('run()');
	return (run, ms) => {
		let end: End;
		box.run = () => {
			// Being stopped is not an exception that could be caught here.
			try {
				run();
				end = { kind: 'done' };
			} catch (error) {
				end = { kind: 'threw', error };
			}
		};
		try {
			call.runInContext(context, { timeout: ms });
		} catch {
			// Stopped, maybe just after the end.
		}
		box.run = () => {};
		return ended(end);
	};
}

function ended(end: End): boolean {
	if (end?.kind === 'threw') throw end.error;
	return end !== undefined;
}
