/** A small file read as a whole for a person to look at, whatever stands at its path. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

export type SmallFile =
	| { readonly kind: 'bytes'; readonly bytes: Buffer }
	/** `missing`: it is not there, cannot be read, or is no regular file. */
	| { readonly kind: 'large' | 'missing' };

/** `most`: bytes. What is no regular file is not waited for. */
export function readSmallFile(path: string, most: number): SmallFile {
	let fd: number;
	try {
		fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
	} catch {
		return { kind: 'missing' };
	}
	try {
		const stat = fstatSync(fd);
		if (!stat.isFile()) return { kind: 'missing' };
		if (stat.size > most) return { kind: 'large' };
		const bytes = Buffer.alloc(stat.size);
		let size = 0;
		for (let got = 1; got > 0 && size < bytes.length; size += got)
			got = readSync(fd, bytes, size, bytes.length - size, size);
		return { kind: 'bytes', bytes: bytes.subarray(0, size) };
	} catch {
		return { kind: 'missing' };
	} finally {
		closeSync(fd);
	}
}
