/** Keeps files and the memory they are mapped to alike. mmap(2). */
import { NodeFile } from '../kernel/node-file.ts';
import type { OpenFile } from '../kernel/open-file.ts';
import { pageBytes } from '../kernel/page-hashes.ts';
import type { MappedFile } from '../kernel/task.ts';
import { GuestFault, pieceBytes } from '../wire/guest-link.ts';
import type { Context } from './context.ts';

/** Writes what changed in memory back to the files: of the mappings that overlap a stretch of addresses. */
export function writeBack(c: Context, address: number, length: number): void {
	for (const mapping of c.process.mappings.values()) {
		const from = Math.max(address, mapping.address) - mapping.address;
		const to = Math.min(address + length, mapping.address + mapping.length) - mapping.address;
		if (from >= to) continue;
		const { region, offset } = mapping;
		if (region === undefined) writeBackPart(c, mapping, from, to);
		else writeBackPart(c, region, offset + from, offset + to);
	}
}

/** The same for all that the process has mapped; memory that several mappings name is looked at once. */
export function writeBackAll(c: Context): void {
	const parts = new Map<MappedFile, [from: number, to: number][]>();
	for (const mapping of c.process.mappings.values()) {
		const { region, length } = mapping;
		const from = region === undefined ? 0 : mapping.offset;
		const known = parts.get(region ?? mapping);
		if (known === undefined) parts.set(region ?? mapping, [[from, from + length]]);
		else known.push([from, from + length]);
	}
	for (const [mapping, ranges] of parts) {
		let done = 0;
		for (const [from, to] of ranges.sort((one, other) => one[0] - other[0])) {
			if (to > done) writeBackPart(c, mapping, Math.max(from, done), to);
			done = Math.max(done, to);
		}
	}
}

/** Before a file is read: what its mappings hold of these bytes is written back. */
export function beforeReading(c: Context, file: OpenFile, position: number, length: number): void {
	for (const [mapping, from, to] of overlapping(c, file, position, length)) writeBackPart(c, mapping, from, to);
}

/** After a file was written: its mappings get the bytes. */
export function afterWriting(c: Context, file: OpenFile, position: number, bytes: Buffer): void {
	for (const [mapping, from, to] of overlapping(c, file, position, bytes.length)) {
		const start = mapping.offset + from - position;
		c.link.write(mapping.address + from, bytes.subarray(start, start + to - from));
		noteFile(mapping, from, to);
	}
}

/** The mapping that has all of this part of a file in memory already. */
export function mappingOf(
	c: Context,
	file: NodeFile,
	offset: number,
	length: number,
): readonly [MappedFile, number] | undefined {
	for (const [mapping, from] of overlapping(c, file, offset, length)) {
		const end = mapping.offset + pageUp(mapping.length);
		if (mapping.offset <= offset && offset + pageUp(length) <= end) return [mapping, mapping.address + from];
	}
	return undefined;
}

/** Notes the pages `from`..`to` of a mapping as what the file holds there. */
export function noteFile(mapping: MappedFile, from: number, to: number): void {
	const first = Math.floor(from / pageBytes);
	const last = Math.ceil(to / pageBytes);
	const page = Buffer.alloc(pageBytes);
	for (let at = first; at < last; at++) {
		page.fill(0);
		mapping.file.node.read(page, mapping.offset + at * pageBytes);
		mapping.pages.note(at, page);
	}
}

function writeBackPart(c: Context, mapping: MappedFile, from: number, to: number): void {
	const size = mapping.file.node.stat().size - mapping.offset;
	const first = Math.floor(from / pageBytes) * pageBytes;
	// Bytes past the end of the file are not written back. mmap(2), NOTES.
	const end = Math.min(pageUp(to), pageUp(Math.max(size, 0)));
	for (let at = first; at < end; at += pieceBytes) {
		const piece = readPiece(c, mapping.address + at, Math.min(pieceBytes, end - at));
		for (let page = 0; page < piece.length; page += pageBytes) {
			const bytes = piece.subarray(page, page + pageBytes);
			const number = (at + page) / pageBytes;
			if (!mapping.pages.differs(number, bytes)) continue;
			const keep = Math.min(pageBytes, size - at - page);
			mapping.file.node.write(bytes.subarray(0, keep), mapping.offset + at + page);
			mapping.pages.note(number, bytes);
		}
	}
}

/** Nothing where the guest has unmapped it in a way that we were not told of. */
function readPiece(c: Context, address: number, length: number): Buffer {
	try {
		return c.link.read(address, length);
	} catch (error) {
		if (error instanceof GuestFault) return Buffer.alloc(0);
		throw error;
	}
}

/** Where bytes of a file from `position` on are in memory: its place in the arena, and the process's own mappings of it. */
function* overlapping(
	c: Context,
	file: OpenFile,
	position: number,
	length: number,
): Iterable<readonly [mapping: MappedFile, from: number, to: number]> {
	if (!(file instanceof NodeFile)) return;
	const region = c.kernel.arena.find(file);
	const last = Math.min(position + length, region?.length ?? 0);
	if (region !== undefined && position < last) yield [region, position, last];
	if (c.process.mappings.size === 0) return;
	const { dev, ino } = file.stat();
	for (const mapping of c.process.mappings.values()) {
		if (mapping.region !== undefined) continue;
		const from = Math.max(position, mapping.offset) - mapping.offset;
		const to = Math.min(position + length, mapping.offset + mapping.length) - mapping.offset;
		if (from >= to) continue;
		const own = mapping.file.stat();
		if (own.ino === ino && own.dev === dev) yield [mapping, from, to];
	}
}

export function pageUp(length: number): number {
	return Math.ceil(length / pageBytes) * pageBytes;
}
