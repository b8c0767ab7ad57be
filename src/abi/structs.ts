/**
 * Structs as the kernel lays them out, and those that only the C library knows. Sources are named at each. glibc's struct stat and
 * struct dirent are the kernel's own on x86-64 and aarch64.
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

/** Bytes of struct stat: arch/x86/include/uapi/asm/stat.h, asm-generic/stat.h. */
export function statBytes(architecture: Architecture): number {
	return architecture === 'x64' ? 144 : 128;
}

/** Writes a struct stat at `at`, where all bytes are 0. */
export function putStat(out: DataView, at: number, stat: StatFields, architecture: Architecture): void {
	out.setBigUint64(at, stat.dev, true);
	out.setBigUint64(at + 8, stat.ino, true);
	if (architecture === 'x64') {
		putInt64(out, stat.nlink, at + 16);
		out.setUint32(at + 24, stat.mode, true);
		out.setUint32(at + 28, stat.uid, true);
		out.setUint32(at + 32, stat.gid, true);
		out.setBigUint64(at + 40, stat.rdev, true);
		putInt64(out, stat.size, at + 48);
		putInt64(out, stat.blksize, at + 56);
		putInt64(out, stat.blocks, at + 64);
	} else {
		out.setUint32(at + 16, stat.mode, true);
		out.setUint32(at + 20, stat.nlink, true);
		out.setUint32(at + 24, stat.uid, true);
		out.setUint32(at + 28, stat.gid, true);
		out.setBigUint64(at + 32, stat.rdev, true);
		putInt64(out, stat.size, at + 48);
		out.setInt32(at + 56, stat.blksize, true);
		putInt64(out, stat.blocks, at + 64);
	}
	putTime(out, stat.atimeNs, at + 72);
	putTime(out, stat.mtimeNs, at + 88);
	putTime(out, stat.ctimeNs, at + 104);
}

/** Bytes of struct statx: include/uapi/linux/stat.h. */
export const statxBytes = 256;

/** Writes the basic fields of a struct statx at `at`, where all bytes are 0. */
export function putStatx(out: DataView, at: number, stat: StatFields): void {
	out.setUint32(at, 0x7ff, true); // STATX_BASIC_STATS
	out.setUint32(at + 4, stat.blksize, true);
	out.setUint32(at + 16, stat.nlink, true);
	out.setUint32(at + 20, stat.uid, true);
	out.setUint32(at + 24, stat.gid, true);
	out.setUint16(at + 28, stat.mode, true);
	out.setBigUint64(at + 32, stat.ino, true);
	putInt64(out, stat.size, at + 40);
	putInt64(out, stat.blocks, at + 48);
	putTime(out, stat.atimeNs, at + 64);
	putTime(out, stat.ctimeNs, at + 96);
	putTime(out, stat.mtimeNs, at + 112);
	putDevice(out, stat.rdev, at + 128);
	putDevice(out, stat.dev, at + 136);
}

/** struct timespec, 16 bytes. */
export function packTimespec(ns: bigint): Buffer {
	const out = Buffer.alloc(16);
	putTime(new DataView(out.buffer, out.byteOffset, 16), ns, 0);
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

/** Sizes are in blocks of `blockSize` bytes. */
export type FileSystemFields = {
	readonly type: number;
	readonly blockSize: number;
	readonly blocks: number;
	readonly free: number;
	readonly available: number;
	readonly files: number;
	readonly filesFree: number;
};

/** struct statvfs of glibc (bits/statvfs.h), 112 bytes. */
export function packStatvfs(fields: FileSystemFields): Buffer {
	const out = Buffer.alloc(112);
	const { blockSize, blocks, free, available, files, filesFree } = fields;
	const words = [blockSize, blockSize, blocks, free, available, files, filesFree, filesFree, 0, 0, 255];
	for (const [i, word] of words.entries()) writeInt64(out, word, i * 8);
	return out;
}

/** struct statfs: asm-generic/statfs.h, 120 bytes. */
export function packStatfs(fields: FileSystemFields): Buffer {
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

function putInt64(out: DataView, value: number, at: number): void {
	out.setUint32(at, value >>> 0, true);
	out.setInt32(at + 4, Math.floor(value / 2 ** 32) | 0, true);
}

/** Seconds and nanoseconds; also struct statx_timestamp, whose nanoseconds have four bytes and are followed by four of padding. */
function putTime(out: DataView, ns: bigint, at: number): void {
	// Floor division: one nanosecond before 1970 is -1 s and 999,999,999 ns.
	const rest = ((ns % billion) + billion) % billion;
	out.setBigInt64(at, (ns - rest) / billion, true);
	out.setBigInt64(at + 8, rest, true);
}

/** Splits a dev_t as gnu_dev_major and gnu_dev_minor do. */
function putDevice(out: DataView, dev: bigint, at: number): void {
	const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
	const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
	out.setUint32(at, Number(BigInt.asUintN(32, major)), true);
	out.setUint32(at + 4, Number(BigInt.asUintN(32, minor)), true);
}
