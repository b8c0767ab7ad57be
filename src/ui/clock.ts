/** Time, as the screen needs it. */
export type Clock = {
	/** Milliseconds; only differences matter. */
	now(): number;
	/** Calls `run` after `ms` milliseconds, and after all input that had come by then was read; returns how to stop that. */
	after(ms: number, run: () => void): () => void;
};

export const systemClock: Clock = {
	now: () => performance.now(),
	after: (ms, run) => {
		let immediate: NodeJS.Immediate | undefined;
		// Node reads input between its timers and its immediates: a key that was waiting comes before `run`.
		const timer = setTimeout(() => {
			immediate = setImmediate(run);
		}, ms);
		return () => {
			clearTimeout(timer);
			clearImmediate(immediate);
		};
	},
};
