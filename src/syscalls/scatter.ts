/** A message and the stretches of the guest's memory that it comes from or goes to. */
import type { Context } from './context.ts';
import type { Stretch } from './transfer.ts';

/** Puts bytes where they belong, `skip` bytes into the targets. */
export function scatter(c: Context, targets: readonly Stretch[], skip: number, bytes: Buffer): void {
	let from = skip;
	let at = 0;
	for (const { address, length } of targets) {
		if (from >= length) {
			from -= length;
			continue;
		}
		const piece = bytes.subarray(at, at + length - from);
		c.link.write(address + from, piece);
		at += piece.length;
		from = 0;
		if (at === bytes.length) return;
	}
}

/** At most `max` bytes from so far into the stretches. A message goes whole, so that its parts are put together here. */
export function stretchPiece(c: Context, list: readonly Stretch[], from: number, max: number): Buffer {
	const parts: Buffer[] = [];
	let skip = from;
	let left = max;
	for (const { address, length } of list) {
		if (skip >= length) {
			skip -= length;
			continue;
		}
		const piece = Math.min(left, length - skip);
		parts.push(c.link.read(address + skip, piece));
		left -= piece;
		skip = 0;
		if (left === 0) break;
	}
	return Buffer.concat(parts);
}
