/** What a handler gives back: the call's result at once, or a task that waits. */

/** A call that cannot be answered yet. The kernel tries again each time something in its world has changed. */
export type Park = {
	readonly kind: 'park';
	/** The result (or another wait), or undefined to wait on. May throw SysError. */
	readonly retry: () => Outcome | undefined;
	/** Nanoseconds from now after which `onTimeout` gives the result. */
	readonly timeoutNs?: bigint;
	readonly onTimeout?: () => Outcome;
	/** Runs when a signal ends the wait; the call is then EINTR, or what this gives back. Left out: nothing to undo. */
	readonly onInterrupt?: () => number | undefined;
	/** Runs when the task has died while it waited. */
	readonly onGone?: () => void;
	/** Where the signal's handler has SA_RESTART the call is made again. signal(7) says for which calls. */
	readonly restarts: boolean;
	/** False: a signal does not end this wait (a person decides, a command runs). */
	readonly interruptible: boolean;
};

/** The task's process ends instead of getting a result. */
export type Exit = { readonly kind: 'exit'; readonly status: number };

/** Nobody waits for a result. */
export type Silent = { readonly kind: 'silent' };

export type Outcome = number | Park | Exit | Silent;

export const silent: Silent = { kind: 'silent' };

/** Waits until `retry` has a result. Tries once at once. */
export function waitFor(
	retry: () => Outcome | undefined,
	rest: Omit<Park, 'kind' | 'retry' | 'interruptible' | 'restarts'> = {},
): Outcome {
	return retry() ?? { kind: 'park', retry, interruptible: true, restarts: true, ...rest };
}

/** When to look again at what becomes ready by itself, and by which clock. */
export type Clock = { readonly now: () => bigint; readonly readyAt: () => bigint | undefined };

/**
 * Waits for files that may become ready by themselves after a time. The task keeps its own time: it looks again then. After
 * `timeoutNs` the result is what `onTimeout` gives; undefined: it waits for ever. Call it when a first look has found nothing.
 */
export function waitTimed(
	look: () => Outcome | undefined,
	{ now, readyAt }: Clock,
	timeoutNs: bigint | undefined,
	onTimeout: () => Outcome,
	restarts: boolean,
): Outcome {
	const end = timeoutNs === undefined ? undefined : now() + timeoutNs;
	const next = (): bigint | undefined => {
		const ready = readyAt();
		return ready === undefined || (end !== undefined && end < ready) ? end : ready;
	};
	const park = (): Park => {
		const at = next();
		// A timer may be set anew meanwhile: then the wait begins anew.
		const retry = (): Outcome | undefined => look() ?? (next() === at ? undefined : park());
		const rest = { kind: 'park', retry, interruptible: true, restarts } as const;
		if (at === undefined) return rest;
		const left = at - now();
		return {
			...rest,
			timeoutNs: left > 0n ? left : 0n,
			onTimeout: () => look() ?? (at === end ? onTimeout() : park()),
		};
	};
	return park();
}
