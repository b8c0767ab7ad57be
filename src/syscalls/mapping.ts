/** mmap(2) of files: the launcher mapped anonymous memory at the address; it is filled here. munmap(2), msync(2). */
import { SysError } from '../abi/errno.ts';
import type { Region } from '../kernel/arena.ts';
import { NodeFile } from '../kernel/node-file.ts';
import { PageHashes, pageBytes } from '../kernel/page-hashes.ts';
import { pieceBytes } from '../wire/guest-link.ts';
import type { Context, Handler } from './context.ts';
import { beforeReading, mappingOf, noteFile, pageUp, writeBack } from './shared-memory.ts';

const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_TYPE = 0xf;
const MAP_SHARED_VALIDATE = 3;
/** As Linux has it: Documentation/admin-guide/sysctl/vm.rst, max_map_count. */
const mostMappings = 65_530;
/** Of one mapping, 64 GiB: a guest that forges the call maps what it has no memory for, and we keep a hash of each page. */
const mostBytes = 2 ** 36;

/**
 * Arguments: address, length, prot, flags, fd, offset. A result above 0 is where that part of the file lies in memory already: in the
 * arena, which all processes share. Where the arena is full, only forked children share the memory.
 */
export const mmap: Handler = (c) => {
	const [address, length, offset] = [c.long(0), c.long(1), c.long(5)];
	const file = c.file(4);
	const type = c.int(3) & MAP_TYPE;
	const shared = type === MAP_SHARED || type === MAP_SHARED_VALIDATE;
	const writesBack = shared && (c.int(2) & PROT_WRITE) !== 0;
	if (!file.readable || (writesBack && !file.writable)) throw new SysError('EACCES');
	if (!(file instanceof NodeFile) || file.node.type === 'directory') throw new SysError('ENODEV');
	if (length <= 0 || offset < 0 || offset % pageBytes !== 0) throw new SysError('EINVAL');
	if (writesBack && (length > mostBytes || c.process.mappings.size >= mostMappings)) throw new SysError('ENOMEM');
	return map(c, { file, address, length, offset, shared, writesBack });
};

type Wanted = {
	readonly file: NodeFile;
	readonly address: number;
	readonly length: number;
	readonly offset: number;
	readonly shared: boolean;
	readonly writesBack: boolean;
};

function map(c: Context, { file, address, length, offset, shared, writesBack }: Wanted): number {
	const region = shared ? regionOf(c, file, offset + length, writesBack) : undefined;
	const there = region === undefined && shared ? mappingOf(c, file, offset, length) : undefined;
	// Memory that another mapping of it changed belongs to the file, for a private mapping too.
	if (region === undefined && c.kernel.hasSharedMappings) beforeReading(c, file, offset, length);
	if (region === undefined && there === undefined) fill(c, file, address, length, offset);
	if (writesBack) {
		const pages = region?.pages ?? new PageHashes(length);
		const mapping = { address, length, offset, file, pages, region };
		if (region === undefined) noteFile(mapping, 0, Math.min(length, Math.max(0, file.stat().size - offset)));
		c.kernel.mapped(c.process, mapping);
	} else if (region !== undefined) region.pinned = true;
	if (region !== undefined) return region.address + offset;
	return there?.[1] ?? 0;
}

/** Implements mremap(2) for a shared file mapping that gets longer; the launcher makes it shorter, and moves all others. */
export const mremap: Handler = (c) => {
	const mapping = c.process.mappings.get(c.long(0));
	const [length, address] = [c.long(2), c.long(4)];
	if (mapping === undefined || c.long(1) <= 0) throw new SysError('EFAULT');
	if (length > mostBytes) throw new SysError('ENOMEM');
	const { file, offset } = mapping;
	writeBack(c, c.long(0), mapping.length);
	file.hold();
	try {
		c.kernel.unmapped(c.process, mapping);
		return map(c, { file, address, length, offset, shared: true, writesBack: true });
	} finally {
		file.release();
	}
};

/** Where the file lies in the arena; it is brought there for a mapping that may be written. undefined: it has no place there. */
function regionOf(c: Context, file: NodeFile, end: number, bring: boolean): Region | undefined {
	const there = c.kernel.arena.find(file);
	if (there !== undefined) return end <= there.length ? there : undefined;
	const region = bring ? c.kernel.arena.place(file, end) : undefined;
	if (region === undefined) return undefined;
	if (region.used) clear(c, region);
	fill(c, file, region.address, region.length, 0);
	noteFile(region, 0, Math.min(region.length, file.stat().size));
	return region;
}

/** Implements msync(2) for shared file mappings. */
export const msync: Handler = (c) => {
	const flags = c.int(2);
	if (c.long(0) % pageBytes !== 0 || (flags & ~7) !== 0 || (flags & 5) === 5) throw new SysError('EINVAL');
	writeBack(c, c.long(0), c.long(1));
	return 0;
};

/** Implements munmap(2) for shared file mappings: writes them back. The launcher unmaps. */
export const munmap: Handler = (c) => {
	const mapping = c.process.mappings.get(c.long(0));
	writeBack(c, c.long(0), c.long(1));
	if (mapping !== undefined && pageUp(c.long(1)) >= mapping.length) c.kernel.unmapped(c.process, mapping);
	return 0;
};

/** What another file left there. */
function clear(c: Context, { address, length }: Region): void {
	const zeros = Buffer.alloc(Math.min(length, pieceBytes));
	for (let done = 0; done < length; done += zeros.length)
		c.link.write(address + done, zeros.subarray(0, Math.min(zeros.length, length - done)));
}

function fill(c: Context, file: NodeFile, address: number, length: number, offset: number): void {
	const bytes = Buffer.allocUnsafe(Math.min(length, pieceBytes));
	const zeros = Buffer.alloc(bytes.length);
	for (let done = 0; done < length; ) {
		const got = file.readAt(bytes.subarray(0, Math.min(bytes.length, length - done)), offset + done);
		if (got === 0) break;
		// Fresh memory is zero: the holes of a large file cost none.
		const isZero = got === bytes.length && bytes.equals(zeros);
		if (!isZero) c.link.write(address + done, bytes.subarray(0, got));
		done += got;
	}
}
