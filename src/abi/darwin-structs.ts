/**
 * Structs of darwin with 64-bit inode numbers: the only ones of arm64, and those of x86-64 too. Source: xnu, bsd/sys/stat.h
 * (__DARWIN_STRUCT_STAT64), dirent.h (__DARWIN_STRUCT_DIRENTRY), statvfs.h, utsname.h, _types/_timeval.h. Its struct timespec, fd_set, tms and
 * gid_t are as on Linux; its struct rusage too, but that ru_maxrss is in bytes.
 */
import { type FileSystemFields, packTimespec, type StatFields, writeInt64 } from './structs.ts';

/** struct stat, 144 bytes. */
export function packDarwinStat(stat: StatFields): Buffer {
	const out = Buffer.alloc(144);
	out.writeInt32LE(Number(BigInt.asIntN(32, stat.dev)), 0);
	out.writeUInt16LE(stat.mode & 0xffff, 4);
	out.writeUInt16LE(Math.min(stat.nlink, 0xffff), 6);
	out.writeBigUInt64LE(BigInt.asUintN(64, stat.ino), 8);
	out.writeUInt32LE(stat.uid, 16);
	out.writeUInt32LE(stat.gid, 20);
	out.writeInt32LE(Number(BigInt.asIntN(32, stat.rdev)), 24);
	// st_birthtimespec is last: who has none has the time of the last change there.
	for (const [i, ns] of [stat.atimeNs, stat.mtimeNs, stat.ctimeNs, stat.ctimeNs].entries())
		packTimespec(ns).copy(out, 32 + i * 16);
	writeInt64(out, stat.size, 96);
	writeInt64(out, stat.blocks, 104);
	out.writeInt32LE(stat.blksize, 112);
	return out;
}

/** Bytes of struct dirent: its name has room for MAXPATHLEN bytes. */
export const darwinDirentBytes = 1048;

/** struct dirent as far as its name goes. */
export function packDarwinDirent(
	entry: { readonly ino: bigint; readonly type: number },
	name: Uint8Array,
	next: number,
): Buffer {
	const out = Buffer.alloc((21 + name.length + 1 + 3) & ~3);
	out.writeBigUInt64LE(BigInt.asUintN(64, entry.ino), 0);
	writeInt64(out, next, 8);
	out.writeUInt16LE(out.length, 16);
	out.writeUInt16LE(name.length, 18);
	out.writeUInt8(entry.type, 20);
	out.set(name, 21);
	return out;
}

/** struct statvfs, 64 bytes: its counts have 32 bits. */
export function packDarwinStatvfs(fields: FileSystemFields): Buffer {
	const out = Buffer.alloc(64);
	const { blockSize, blocks, free, available, files, filesFree } = fields;
	writeInt64(out, blockSize, 0);
	writeInt64(out, blockSize, 8);
	for (const [i, count] of [blocks, free, available, files, filesFree, filesFree].entries())
		out.writeUInt32LE(Math.min(count, 0xffffffff), 16 + i * 4);
	writeInt64(out, 255, 56);
	return out;
}

/** struct utsname: five fields of 256 bytes. */
export function packDarwinUtsname(fields: readonly string[]): Buffer {
	const out = Buffer.alloc(256 * 5);
	fields.slice(0, 5).forEach((text, i) => void out.write(text.slice(0, 255), i * 256, 'latin1'));
	return out;
}

/** A struct timeval as Linux has it: there tv_usec has eight bytes, and here four and padding that may hold anything. */
export function linuxTimeval(bytes: Buffer): Buffer {
	const out = Buffer.alloc(16);
	bytes.copy(out, 0, 0, 8);
	writeInt64(out, bytes.readInt32LE(8), 8);
	return out;
}
