/** Waiting for descriptors: poll(2), ppoll(2), select(2), pselect6(2). */
import { SysError } from '../abi/errno.ts';
import { readInt64, unpackTimespec } from '../abi/structs.ts';
import {
	firstReady,
	type OpenFile,
	POLLERR,
	POLLHUP,
	POLLIN,
	POLLNVAL,
	POLLOUT,
	POLLPRI,
} from '../kernel/open-file.ts';
import { type Outcome, waitTimed } from '../kernel/outcome.ts';
import type { Context, Handler } from './context.ts';

const million = 1_000_000n;
const FD_SETSIZE = 1024;

/** Implements poll(2). */
export const poll: Handler = (c) => {
	const timeout = c.int(2);
	return pollDescriptors(c, timeout < 0 ? undefined : BigInt(timeout) * million);
};

/** Implements ppoll(2). The launcher sees to the signal mask. */
export const ppoll: Handler = (c) => pollDescriptors(c, timeoutAt(c, c.long(2)));

/** Implements select(2). */
export const select: Handler = (c) => {
	const address = c.long(4);
	if (address === 0) return selectDescriptors(c, undefined);
	const bytes = c.link.read(address, 16);
	const micros = readInt64(bytes, 0) * 1e6 + readInt64(bytes, 8);
	if (micros < 0) throw new SysError('EINVAL');
	return selectDescriptors(c, BigInt(Math.trunc(micros)) * 1000n);
};

/** Implements pselect6(2); the signal mask as in ppoll. */
export const pselect6: Handler = (c) => selectDescriptors(c, timeoutAt(c, c.long(4)));

/** A wait that ends when `check` has a count, or with 0 after the timeout. undefined: no timeout. `files` are those looked at. */
export function waitForCount(
	c: Context,
	check: () => number | undefined,
	timeoutNs: bigint | undefined,
	onTimeout: () => number,
	files: () => Iterable<OpenFile | undefined>,
): Outcome {
	const now = check();
	if (now !== undefined) return now;
	if (timeoutNs === 0n) return onTimeout();
	const readyAt = (): bigint | undefined => firstReady(files());
	return waitTimed(check, { now: () => c.kernel.world.monotonic(), readyAt }, timeoutNs, onTimeout, false);
}

/** The open files of so many numbers; -1 is none. */
function* numbered(c: Context, count: number, at: (index: number) => number): Iterable<OpenFile | undefined> {
	for (let i = 0; i < count; i++) if (at(i) >= 0) yield c.process.descriptors.find(at(i));
}

function timeoutAt(c: Context, address: number): bigint | undefined {
	if (address === 0) return undefined;
	const ns = unpackTimespec(c.link.read(address, 16));
	if (ns === undefined) throw new SysError('EINVAL');
	return ns;
}

function pollDescriptors(c: Context, timeoutNs: bigint | undefined): Outcome {
	const address = c.long(0);
	const count = c.int(1) >>> 0;
	if (count > c.process.descriptors.limit) throw new SysError('EINVAL');
	const fds = c.link.read(address, count * 8);
	const evaluate = (): number => {
		let ready = 0;
		for (let i = 0; i < count; i++) {
			const fd = fds.readInt32LE(i * 8);
			const wanted = fds.readInt16LE(i * 8 + 4) | POLLERR | POLLHUP;
			const file = fd < 0 ? undefined : c.process.descriptors.find(fd);
			const happened = fd < 0 ? 0 : file === undefined ? POLLNVAL : file.poll() & wanted;
			fds.writeInt16LE(happened, i * 8 + 6);
			if (happened !== 0) ready += 1;
		}
		return ready;
	};
	const give = (ready: number): number => {
		c.link.write(address, fds);
		return ready;
	};
	return waitForCount(
		c,
		() => {
			const ready = evaluate();
			return ready === 0 ? undefined : give(ready);
		},
		timeoutNs,
		() => give(0),
		() => numbered(c, count, (i) => fds.readInt32LE(i * 8)),
	);
}

function selectDescriptors(c: Context, timeoutNs: bigint | undefined): Outcome {
	const count = c.int(0);
	if (count < 0) throw new SysError('EINVAL');
	const bits = Math.min(count, FD_SETSIZE);
	const bytes = Math.ceil(bits / 64) * 8;
	const addresses = [c.long(1), c.long(2), c.long(3)] as const;
	const wanted = addresses.map((address) => (address === 0 ? undefined : c.link.read(address, bytes)));
	const masks = [POLLIN | POLLHUP | POLLERR, POLLOUT | POLLERR, POLLPRI];
	const evaluate = (give: boolean): number => {
		let ready = 0;
		const results = wanted.map((set) => (set === undefined ? undefined : Buffer.alloc(bytes)));
		for (let set = 0; set < 3; set++) {
			const asked = wanted[set];
			if (asked === undefined) continue;
			for (let fd = 0; fd < bits; fd++) {
				const bit = 1 << (fd & 7);
				if (((asked[fd >> 3] ?? 0) & bit) === 0) continue;
				if ((c.process.descriptors.get(fd).poll() & (masks[set] ?? 0)) === 0) continue;
				const result = results[set];
				if (result !== undefined) result[fd >> 3] = (result[fd >> 3] ?? 0) | bit;
				ready += 1;
			}
		}
		if (ready > 0 || give) {
			results.forEach((result, set) => {
				if (result !== undefined) c.link.write(addresses[set] ?? 0, result);
			});
		}
		return ready;
	};
	const isAsked = (fd: number): boolean => wanted.some((set) => ((set?.[fd >> 3] ?? 0) & (1 << (fd & 7))) !== 0);
	return waitForCount(
		c,
		() => evaluate(false) || undefined,
		timeoutNs,
		() => evaluate(true),
		() => numbered(c, bits, (fd) => (isAsked(fd) ? fd : -1)),
	);
}
