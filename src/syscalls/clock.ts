/** Sleeping and telling the time. The clocks themselves are read natively: they are the machine's. */
import { SysError } from '../abi/errno.ts';
import { packTimespec, unpackTimespec } from '../abi/structs.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { Context, Handler } from './context.ts';

const TIMER_ABSTIME = 1;
const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;

/** Implements nanosleep(2). */
export const nanosleep: Handler = (c) => sleep(c, requested(c, c.long(0)), c.long(1));

/** Implements clock_nanosleep(2) for CLOCK_REALTIME and the monotonic clocks. */
export const clockNanosleep: Handler = (c) => {
	const wanted = requested(c, c.long(2));
	if ((c.int(1) & TIMER_ABSTIME) === 0) return sleep(c, wanted, c.long(3));
	const clock = c.int(0);
	if (clock !== CLOCK_REALTIME && clock !== CLOCK_MONOTONIC) throw new SysError('EINVAL');
	const now = clock === CLOCK_REALTIME ? c.kernel.world.realtime() : c.kernel.world.monotonic();
	return sleep(c, wanted > now ? wanted - now : 0n, 0);
};

/** Implements clock_settime(2): nobody's clock is set. */
export const clockSettime: Handler = (c) => {
	throw new SysError(c.int(0) === CLOCK_REALTIME ? 'EPERM' : 'EINVAL');
};

/** Implements time(2). */
export const time: Handler = (c) => {
	const seconds = c.kernel.world.realtime() / 1_000_000_000n;
	if (c.long(0) !== 0) {
		const bytes = Buffer.alloc(8);
		bytes.writeBigInt64LE(seconds);
		c.link.write(c.long(0), bytes);
	}
	return Number(seconds);
};

/** Implements pause(2): ends with a signal's handler. */
export const pause: Handler = () => ({ kind: 'park', retry: () => undefined, interruptible: true, restarts: false });

function requested(c: Context, address: number): bigint {
	const ns = unpackTimespec(c.link.read(address, 16));
	if (ns === undefined) throw new SysError('EINVAL');
	return ns;
}

function sleep(c: Context, ns: bigint, remainAddress: number): Outcome {
	if (ns <= 0n) return 0;
	const until = c.kernel.world.monotonic() + ns;
	return {
		kind: 'park',
		retry: () => undefined,
		timeoutNs: ns,
		onTimeout: () => 0,
		onInterrupt: () => {
			const left = until - c.kernel.world.monotonic();
			if (remainAddress !== 0) c.link.write(remainAddress, packTimespec(left > 0n ? left : 0n));
			return undefined;
		},
		interruptible: true,
		restarts: false,
	};
}
