/** timerfd_create(2) and its kin. */
import { SysError } from '../abi/errno.ts';
import { O_CLOEXEC, O_NONBLOCK } from '../abi/open-flags.ts';
import { packTimespec, unpackTimespec } from '../abi/structs.ts';
import { Timer } from '../kernel/timer.ts';
import type { Context, Handler } from './context.ts';

const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;
const CLOCK_BOOTTIME = 7;
/** CLOCK_REALTIME_ALARM, CLOCK_BOOTTIME_ALARM: they wake the machine. */
const alarms = new Set([8, 9]);
const TFD_TIMER_ABSTIME = 1;
const TFD_TIMER_CANCEL_ON_SET = 2;

/** Implements timerfd_create(2). */
export const timerfdCreate: Handler = (c) => {
	const [clock, flags] = [c.int(0), c.int(1)];
	const { world } = c.kernel;
	if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) !== 0) throw new SysError('EINVAL');
	if (alarms.has(clock)) throw new SysError('EPERM');
	if (![CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME].includes(clock)) throw new SysError('EINVAL');
	const monotonic = (): bigint => world.monotonic();
	const told = clock === CLOCK_REALTIME ? (): bigint => world.realtime() : monotonic;
	const timer = new Timer(told, monotonic, c.kernel.anonymousStat(), flags & O_NONBLOCK);
	return c.process.descriptors.add(timer, (flags & O_CLOEXEC) !== 0);
};

/** Implements timerfd_settime(2). Nobody sets the clock, so TFD_TIMER_CANCEL_ON_SET never cancels. */
export const timerfdSettime: Handler = (c) => {
	const flags = c.int(1);
	const bytes = c.link.read(c.long(2), 32);
	const [every, first] = [unpackTimespec(bytes), unpackTimespec(bytes, 16)];
	if ((flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) !== 0) throw new SysError('EINVAL');
	if (every === undefined || first === undefined) throw new SysError('EINVAL');
	const timer = timerOf(c);
	const old = settingOf(timer);
	const from = (flags & TFD_TIMER_ABSTIME) !== 0 ? timer.clock() : 0n;
	timer.set(first === 0n ? undefined : first - from, every);
	c.kernel.changed();
	if (c.long(3) !== 0) c.link.write(c.long(3), old);
	return 0;
};

/** Implements timerfd_gettime(2). */
export const timerfdGettime: Handler = (c) => {
	c.link.write(c.long(1), settingOf(timerOf(c)));
	return 0;
};

/** struct itimerspec. */
function settingOf(timer: Timer): Buffer {
	const { next, every } = timer.left;
	return Buffer.concat([packTimespec(every), packTimespec(next)]);
}

function timerOf(c: Context): Timer {
	const file = c.file(0);
	if (!(file instanceof Timer)) throw new SysError('EINVAL');
	return file;
}
