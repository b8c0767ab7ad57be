/** Descriptors that are waited on: epoll_create1(2), epoll_ctl(2), epoll_wait(2), eventfd(2). */
import { SysError } from '../abi/errno.ts';
import { O_CLOEXEC, O_NONBLOCK } from '../abi/open-flags.ts';
import { unpackTimespec } from '../abi/structs.ts';
import { Epoll } from '../kernel/epoll.ts';
import { EventCounter } from '../kernel/event-counter.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { Context, Handler } from './context.ts';
import { waitForCount } from './polling.ts';

const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
const maxEvents = 4096;
const EFD_SEMAPHORE = 1;

/** Implements epoll_create(2). */
export const epollCreate: Handler = (c) => {
	if (c.int(0) <= 0) throw new SysError('EINVAL');
	return create(c, false);
};

/** Implements epoll_create1(2). */
export const epollCreate1: Handler = (c) => {
	if ((c.int(0) & ~O_CLOEXEC) !== 0) throw new SysError('EINVAL');
	return create(c, (c.int(0) & O_CLOEXEC) !== 0);
};

/** Implements epoll_ctl(2). struct epoll_event is packed on x86-64 and aligned elsewhere. */
export const epollCtl: Handler = (c) => {
	const removes = c.int(1) === EPOLL_CTL_DEL;
	const bytes = removes ? Buffer.alloc(16) : c.link.read(c.long(3), eventBytes(c));
	const epoll = epollOf(c);
	const fd = c.int(2);
	const file = c.process.descriptors.get(fd);
	if (removes) {
		epoll.remove(fd, file);
		return 0;
	}
	const [events, data] = [bytes.readUInt32LE(0), bytes.readBigUInt64LE(eventBytes(c) - 8)];
	if (c.int(1) === EPOLL_CTL_ADD) epoll.add(fd, file, events, data);
	else if (c.int(1) === EPOLL_CTL_MOD) epoll.modify(fd, file, events, data);
	else throw new SysError('EINVAL');
	c.kernel.changed();
	return 0;
};

/** Implements epoll_wait(2) and epoll_pwait(2), whose mask is the launcher's work. */
export const epollWait: Handler = (c) => {
	const timeout = c.int(3);
	return wait(c, timeout < 0 ? undefined : BigInt(timeout) * 1_000_000n);
};

/** Implements epoll_pwait2(2). */
export const epollPwait2: Handler = (c) => {
	if (c.long(3) === 0) return wait(c, undefined);
	const ns = unpackTimespec(c.link.read(c.long(3), 16));
	if (ns === undefined) throw new SysError('EINVAL');
	return wait(c, ns);
};

/** Implements eventfd(2). */
export const eventfd: Handler = (c) => makeCounter(c, 0);
/** Implements eventfd2(2). */
export const eventfd2: Handler = (c) => makeCounter(c, c.int(1));

function makeCounter(c: Context, flags: number): number {
	if ((flags & ~(O_CLOEXEC | O_NONBLOCK | EFD_SEMAPHORE)) !== 0) throw new SysError('EINVAL');
	const stat = c.kernel.anonymousStat();
	const start = BigInt(c.int(0) >>> 0);
	const file = new EventCounter(start, (flags & EFD_SEMAPHORE) !== 0, stat, flags & O_NONBLOCK, c.kernel.changed);
	return c.process.descriptors.add(file, (flags & O_CLOEXEC) !== 0);
}

function create(c: Context, onExec: boolean): number {
	return c.process.descriptors.add(new Epoll(c.kernel.anonymousStat()), onExec);
}

function wait(c: Context, timeoutNs: bigint | undefined): Outcome {
	const epoll = epollOf(c);
	const max = c.int(2);
	if (max <= 0) throw new SysError('EINVAL');
	const size = eventBytes(c);
	const look = (): number | undefined => {
		const ready = epoll.ready(Math.min(max, maxEvents), (fd) => c.process.descriptors.find(fd));
		if (ready.length === 0) return undefined;
		const bytes = Buffer.alloc(ready.length * size);
		ready.forEach((event, i) => {
			bytes.writeUInt32LE(event.events, i * size);
			bytes.writeBigUInt64LE(event.data, i * size + size - 8);
		});
		c.link.write(c.long(1), bytes);
		return ready.length;
	};
	return waitForCount(
		c,
		look,
		timeoutNs,
		() => 0,
		() => [epoll],
	);
}

function epollOf(c: Context): Epoll {
	const file = c.file(0);
	if (!(file instanceof Epoll)) throw new SysError('EINVAL');
	return file;
}

function eventBytes(c: Context): number {
	return c.architecture === 'x64' ? 12 : 16;
}
