/** The bytes of the protocol and of Linux's structures, as far as the launcher's tests need them. */
import type { BigIntStats } from 'node:fs';

export const E = { INTR: -4, BADF: -9, FAULT: -14, INVAL: -22, NOTTY: -25, SPIPE: -29, NOSYS: -38, RESTARTSYS: -512 };

export type Text = { address: bigint; text: string | undefined };
export type Bytes = { address: bigint; length: number; inline: Buffer | undefined };
export type Argument = bigint | Text | Bytes;

const faulty = 0xffffffff;

export function big(argument: Argument | undefined): bigint {
	return typeof argument === 'bigint' ? argument : (argument?.address ?? 0n);
}

export function command(letter: string, ...numbers: bigint[]): Buffer {
	const bytes = Buffer.alloc(1 + 8 * numbers.length, letter);
	numbers.forEach((value, i) => {
		bytes.writeBigInt64LE(BigInt.asIntN(64, value), 1 + 8 * i);
	});
	return bytes;
}

export function decode(types: string, payload: Buffer, start: number): Argument[] {
	let at = start;
	return [...types].map((type) => {
		const value = payload.readBigInt64LE(at);
		at += 8;
		if (type === 's') {
			const length = payload.readUInt32LE(at);
			at += 4;
			if (length >= faulty - 1) return { address: value, text: undefined };
			at += length;
			return { address: value, text: payload.toString('utf8', at - length, at) };
		}
		if (type !== 'b') return value;
		const length = Number(payload.readBigInt64LE(at));
		const inline = payload.readUInt32LE(at + 8);
		at += 12 + inline;
		return { address: value, length, inline: inline === length ? payload.subarray(at - inline, at) : undefined };
	});
}

export function dirent(name: string): Buffer {
	const bytes = Buffer.alloc((19 + Buffer.byteLength(name) + 1 + 7) & ~7);
	bytes.writeBigInt64LE(1n, 0);
	bytes.writeUInt16LE(bytes.length, 16);
	bytes.write(name, 19);
	return bytes;
}

/** struct stat of x86-64. */
export function statBytes(stats: BigIntStats): Buffer {
	const bytes = Buffer.alloc(144);
	const longs = [stats.dev, stats.ino, stats.nlink, 0n, 0n, stats.rdev, stats.size, stats.blksize, stats.blocks];
	longs.forEach((value, i) => {
		bytes.writeBigInt64LE(value, 8 * i);
	});
	[stats.mode, stats.uid, stats.gid].forEach((value, i) => {
		bytes.writeUInt32LE(Number(value), 24 + 4 * i);
	});
	[stats.atimeNs, stats.mtimeNs, stats.ctimeNs].forEach((value, i) => {
		bytes.writeBigInt64LE(value / 1_000_000_000n, 72 + 16 * i);
		bytes.writeBigInt64LE(value % 1_000_000_000n, 80 + 16 * i);
	});
	return bytes;
}

export function unameBytes(): Buffer {
	const bytes = Buffer.alloc(390);
	['Linux', 'guest', '6.1.0', '#1', 'x86_64', ''].forEach((word, i) => {
		bytes.write(word, 65 * i);
	});
	return bytes;
}

/** The arguments of a call as an int, an address, a string. */
export function accessors(args: Argument[]) {
	const n = (i: number): number => Number(BigInt.asIntN(32, big(args[i])));
	const p = (i: number): bigint => big(args[i]);
	const s = (i: number): string => {
		const argument = args[i];
		if (typeof argument !== 'object' || !('text' in argument) || argument.text === undefined)
			throw new Failure(E.FAULT);
		return argument.text;
	};
	return { n, p, s };
}

class Failure extends Error {
	readonly errno: number;
	constructor(errno: number) {
		super(`errno ${errno}`);
		this.errno = errno;
	}
}

export function fail(errno: number): never {
	throw new Failure(errno);
}
