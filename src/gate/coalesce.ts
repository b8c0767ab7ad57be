/** Many changes, few notices: calls a function at most once in an interval, the first time soon and the last time surely. */

/** Time, as the gate needs it. */
export type Clock = {
	/** Milliseconds; only differences matter. */
	now(): number;
	/** Calls `run` once after `ms` milliseconds; returns how to stop that. */
	after(ms: number, run: () => void): () => void;
};

export const systemClock: Clock = {
	now: () => performance.now(),
	after: (ms, run) => {
		// A notice is for a screen, and where one is open its terminal keeps the process: alone it is not worth waiting for.
		const timer = setTimeout(run, ms).unref();
		return () => clearTimeout(timer);
	},
};

/** `touch()` asks for a call of `notify`; calls are at least `interval` milliseconds apart. `stop()` forgets a waiting one. */
export function coalesce(notify: () => void, interval: number, clock: Clock): { touch(): void; stop(): void } {
	let cancel: (() => void) | undefined;
	let last = Number.NEGATIVE_INFINITY;
	return {
		touch() {
			if (cancel !== undefined) return;
			cancel = clock.after(Math.max(0, interval - (clock.now() - last)), () => {
				cancel = undefined;
				last = clock.now();
				notify();
			});
		},
		stop() {
			cancel?.();
			cancel = undefined;
		},
	};
}
