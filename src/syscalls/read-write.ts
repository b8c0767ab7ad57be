/** read(2), write(2) and their kin. */
import { SysError } from '../abi/errno.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { Context, Handler } from './context.ts';
import { readInto, type Stretch, stretches, transferLength, writeFrom } from './transfer.ts';

/** Implements read(2). */
export const read: Handler = (c) => readInto(c, c.file(0), [{ address: c.long(1), length: bufferLength(c.long(2)) }]);

/** Implements pread64(2). */
export const pread64: Handler = (c) => {
	if (c.long(3) < 0) throw new SysError('EINVAL');
	return readInto(c, c.file(0), [{ address: c.long(1), length: bufferLength(c.long(2)) }], c.long(3));
};

/** Implements write(2). The length is in the buffer argument. */
export const write: Handler = (c) => writeBuffer(c);

/** Implements pwrite64(2). */
export const pwrite64: Handler = (c) => {
	const position = c.long(2);
	if (position < 0) throw new SysError('EINVAL');
	return writeBuffer(c, position);
};

/** Implements readv(2). */
export const readv: Handler = (c) => readInto(c, c.file(0), stretches(c, c.long(1), c.int(2)));

/** Implements writev(2). */
export const writev: Handler = (c) => writeStretches(c, stretches(c, c.long(1), c.int(2)));

/** Implements preadv(2) and preadv2(2) without flags. */
export const preadv: Handler = (c) => readInto(c, c.file(0), stretches(c, c.long(1), c.int(2)), positionOf(c));

/** Implements pwritev(2) and pwritev2(2) without flags. */
export const pwritev: Handler = (c) => writeStretches(c, stretches(c, c.long(1), c.int(2)), positionOf(c));

/** Implements lseek(2). */
export const lseek: Handler = (c) => c.file(0).seek(c.long(1), c.int(2));

function writeBuffer(c: Context, position?: number): Outcome {
	const file = c.file(0);
	const argument = c.call.args[1];
	const length = typeof argument === 'object' && 'length' in argument ? bufferLength(argument.length) : 0;
	const address = c.long(1);
	// The inline bytes lie in the receive buffer, which the next message overwrites: a write that has to wait needs its own.
	let inline: Buffer | undefined;
	const piece = (from: number, max: number): Buffer => {
		if (typeof argument === 'object' && 'length' in argument && argument.inline !== undefined) {
			inline ??= file.kind === 'node' ? argument.inline : Buffer.from(argument.inline);
			return inline.subarray(from, from + max);
		}
		return c.link.read(address + from, max);
	};
	return writeFrom(c, file, length, piece, position);
}

function writeStretches(c: Context, list: readonly Stretch[], position?: number): Outcome {
	const total = list.reduce((sum, stretch) => sum + stretch.length, 0);
	const piece = (from: number, max: number): Buffer => {
		let skip = from;
		for (const stretch of list) {
			if (skip < stretch.length) return c.link.read(stretch.address + skip, Math.min(max, stretch.length - skip));
			skip -= stretch.length;
		}
		return Buffer.alloc(0);
	};
	return writeFrom(c, c.file(0), total, piece, position);
}

/** Of a buffer that would reach past all memory Linux looks no further, and does not even count its bytes: access_ok in fs/read_write.c */
function bufferLength(length: number): number {
	if (length < 0 || length >= 2 ** 63) throw new SysError('EFAULT');
	return transferLength(length);
}

/** preadv passes its offset in two halves on 32-bit machines only; here the low word is all of it. -1: preadv2's file offset. */
function positionOf(c: Context): number | undefined {
	const position = c.long(3);
	if (position === -1) return undefined;
	if (position < 0) throw new SysError('EINVAL');
	return position;
}
