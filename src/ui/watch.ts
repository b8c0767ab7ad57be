/** Runs a function for a limited time: even a regular expression that would run for years is stopped. */
import { createContext, Script } from 'node:vm';

/** False when `run` was stopped after `ms` milliseconds; what it had begun is left as it was then. */
export type Watch = (run: () => void, ms: number) => boolean;

export function createWatch(): Watch {
	// Nothing of the guest's is run: the script is this one call, and only its time limit is wanted of node:vm.
	const box = { run: () => {} };
	const context = createContext(box);
	const call = new Script('run()');
	return (run, ms) => {
		box.run = run;
		try {
			call.runInContext(context, { timeout: ms });
			return true;
		} catch (error) {
			if (error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
			throw error;
		} finally {
			box.run = () => {};
		}
	};
}
