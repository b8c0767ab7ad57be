/**
 * Structs as the kernel lays them out. Sources are named at each. The C library's layouts of the translated runtime
 * will stand beside these.
 */
import type { Architecture } from './open-flags.ts';

/** A stat result, in the units of struct stat; times in nanoseconds since the epoch. */
export type StatFields = {
	readonly dev: bigint;
	readonly ino: bigint;
	/** Type and permission bits, S_IFMT | 0o7777. */
	readonly mode: number;
	readonly nlink: number;
	readonly uid: number;
	readonly gid: number;
	readonly rdev: bigint;
	readonly size: number;
	readonly blksize: number;
	/** In units of 512 bytes. */
	readonly blocks: number;
	readonly atimeNs: bigint;
	readonly mtimeNs: bigint;
	readonly ctimeNs: bigint;
};

const billion = 1_000_000_000n;

/** struct stat: arch/x86/include/uapi/asm/stat.h (144 bytes), asm-generic/stat.h (128 bytes). */
export function packStat(stat: StatFields, architecture: Architecture): Buffer {
	const x64 = architecture === 'x64';
	const out = Buffer.alloc(x64 ? 144 : 128);
	out.writeBigUInt64LE(BigInt.asUintN(64, stat.dev), 0);
	out.writeBigUInt64LE(BigInt.asUintN(64, stat.ino), 8);
	if (x64) {
		writeInt64(out, stat.nlink, 16);
		out.writeUInt32LE(stat.mode, 24);
		out.writeUInt32LE(stat.uid, 28);
		out.writeUInt32LE(stat.gid, 32);
		out.writeBigUInt64LE(BigInt.asUintN(64, stat.rdev), 40);
		writeInt64(out, stat.size, 48);
		writeInt64(out, stat.blksize, 56);
		writeInt64(out, stat.blocks, 64);
	} else {
		out.writeUInt32LE(stat.mode, 16);
		out.writeUInt32LE(stat.nlink, 20);
		out.writeUInt32LE(stat.uid, 24);
		out.writeUInt32LE(stat.gid, 28);
		out.writeBigUInt64LE(BigInt.asUintN(64, stat.rdev), 32);
		writeInt64(out, stat.size, 48);
		out.writeInt32LE(stat.blksize, 56);
		writeInt64(out, stat.blocks, 64);
	}
	writeTime(out, stat.atimeNs, 72);
	writeTime(out, stat.mtimeNs, 88);
	writeTime(out, stat.ctimeNs, 104);
	return out;
}

/** struct statx: include/uapi/linux/stat.h (256 bytes), the basic fields. */
export function packStatx(stat: StatFields): Buffer {
	const out = Buffer.alloc(256);
	out.writeUInt32LE(0x7ff, 0); // STATX_BASIC_STATS
	out.writeUInt32LE(stat.blksize, 4);
	out.writeUInt32LE(stat.nlink, 16);
	out.writeUInt32LE(stat.uid, 20);
	out.writeUInt32LE(stat.gid, 24);
	out.writeUInt16LE(stat.mode, 28);
	out.writeBigUInt64LE(BigInt.asUintN(64, stat.ino), 32);
	writeInt64(out, stat.size, 40);
	writeInt64(out, stat.blocks, 48);
	writeStatxTime(out, stat.atimeNs, 64);
	writeStatxTime(out, stat.ctimeNs, 96);
	writeStatxTime(out, stat.mtimeNs, 112);
	writeDevice(out, stat.rdev, 128);
	writeDevice(out, stat.dev, 136);
	return out;
}

/** struct timespec, 16 bytes. */
export function packTimespec(ns: bigint): Buffer {
	const out = Buffer.alloc(16);
	writeTime(out, ns, 0);
	return out;
}

/** Nanoseconds of a struct timespec, or undefined where tv_nsec is out of its range. */
export function unpackTimespec(bytes: Buffer, at = 0): bigint | undefined {
	const seconds = bytes.readBigInt64LE(at);
	const ns = bytes.readBigInt64LE(at + 8);
	return ns < 0n || ns >= billion || seconds < 0n ? undefined : seconds * billion + ns;
}

/** struct linux_dirent64: include/linux/dirent.h. Lengths are multiples of 8. */
export function packDirent(
	entry: { readonly ino: bigint; readonly type: number },
	name: Uint8Array,
	next: number,
): Buffer {
	const length = (19 + name.length + 1 + 7) & ~7;
	const out = Buffer.alloc(length);
	out.writeBigUInt64LE(BigInt.asUintN(64, entry.ino), 0);
	writeInt64(out, next, 8);
	out.writeUInt16LE(length, 16);
	out.writeUInt8(entry.type, 18);
	out.set(name, 19);
	return out;
}

/** struct new_utsname: six fields of 65 bytes. */
export function packUtsname(fields: readonly string[]): Buffer {
	const out = Buffer.alloc(65 * 6);
	fields.slice(0, 6).forEach((text, i) => void out.write(text.slice(0, 64), i * 65, 'latin1'));
	return out;
}

/** struct statfs: asm-generic/statfs.h, 120 bytes. Sizes in blocks of `blockSize` bytes. */
export function packStatfs(fields: {
	readonly type: number;
	readonly blockSize: number;
	readonly blocks: number;
	readonly free: number;
	readonly available: number;
	readonly files: number;
	readonly filesFree: number;
}): Buffer {
	const out = Buffer.alloc(120);
	const words = [
		fields.type,
		fields.blockSize,
		fields.blocks,
		fields.free,
		fields.available,
		fields.files,
		fields.filesFree,
		0,
		255,
		fields.blockSize,
		0x20,
	];
	for (const [i, word] of words.entries()) writeInt64(out, word, i * 8);
	return out;
}

export function writeInt64(out: Buffer, value: number, at: number): void {
	out.writeUInt32LE(value >>> 0, at);
	out.writeInt32LE(Math.floor(value / 2 ** 32) | 0, at + 4);
}

export function readInt64(bytes: Buffer, at: number): number {
	return bytes.readInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at);
}

function writeTime(out: Buffer, ns: bigint, at: number): void {
	// Floor division: one nanosecond before 1970 is -1 s and 999,999,999 ns.
	const rest = ((ns % billion) + billion) % billion;
	out.writeBigInt64LE(BigInt.asIntN(64, (ns - rest) / billion), at);
	out.writeBigInt64LE(rest, at + 8);
}

function writeStatxTime(out: Buffer, ns: bigint, at: number): void {
	const rest = ((ns % billion) + billion) % billion;
	out.writeBigInt64LE(BigInt.asIntN(64, (ns - rest) / billion), at);
	out.writeUInt32LE(Number(rest), at + 8);
}

/** Splits a dev_t as gnu_dev_major and gnu_dev_minor do. */
function writeDevice(out: Buffer, dev: bigint, at: number): void {
	const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
	const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
	out.writeUInt32LE(Number(BigInt.asUintN(32, major)), at);
	out.writeUInt32LE(Number(BigInt.asUintN(32, minor)), at + 4);
}
