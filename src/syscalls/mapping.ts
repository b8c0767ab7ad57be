/** mmap(2) of files: the launcher mapped anonymous memory at the address; it is filled here. munmap(2), msync(2). */
import { SysError } from '../abi/errno.ts';
import { NodeFile } from '../kernel/node-file.ts';
import { PageHashes, pageBytes } from '../kernel/page-hashes.ts';
import { pieceBytes } from '../wire/guest-link.ts';
import type { Context, Handler } from './context.ts';
import { mappingOf, noteFile, writeBack } from './shared-memory.ts';

const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_TYPE = 0xf;
const MAP_SHARED_VALIDATE = 3;

/**
 * Arguments: address, length, prot, flags, fd, offset. A result above 0 is where the same part of the file is mapped already.
 * Other processes' writes are seen where they were forked with the mapping; else not until the file is mapped again.
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
	const there = shared ? mappingOf(c, file, offset, length) : undefined;
	// Memory that another mapping of it changed belongs to the file, for a private mapping too.
	if (c.process.mappings.size > 0)
		for (const { address: at, length: size } of c.process.mappings.values()) writeBack(c, at, size);
	if (there === undefined) fill(c, file, address, length, offset);
	if (writesBack) {
		const mapping = { address, length, offset, file, pages: new PageHashes(length) };
		noteFile(mapping, 0, Math.min(length, Math.max(0, file.stat().size - offset)));
		c.kernel.mapped(c.process, mapping);
	}
	return there?.[1] ?? 0;
};

/** Implements msync(2) for shared file mappings. */
export const msync: Handler = (c) => {
	writeBack(c, c.long(0), c.long(1));
	return 0;
};

/** Implements munmap(2) for shared file mappings: writes them back. The launcher unmaps. */
export const munmap: Handler = (c) => {
	const mapping = c.process.mappings.get(c.long(0));
	writeBack(c, c.long(0), c.long(1));
	if (mapping !== undefined && c.long(1) >= mapping.length) c.kernel.unmapped(c.process, mapping);
	return 0;
};

function fill(c: Context, file: NodeFile, address: number, length: number, offset: number): void {
	const bytes = Buffer.allocUnsafe(Math.min(length, pieceBytes));
	for (let done = 0; done < length; ) {
		const got = file.readAt(bytes.subarray(0, Math.min(bytes.length, length - done)), offset + done);
		if (got === 0) break;
		c.link.write(address + done, bytes.subarray(0, got));
		done += got;
	}
}
