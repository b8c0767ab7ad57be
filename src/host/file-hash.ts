/** SHA-256 of files of ours and of an interpreter, and a stamp that tells whether one has changed since. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** In hex; undefined where it cannot be read. */
export function sha256OfFile(path: string): string | undefined {
	let fd: number;
	try {
		fd = openSync(path, 'r');
	} catch {
		return undefined;
	}
	try {
		const hash = createHash('sha256');
		const buffer = Buffer.allocUnsafe(1 << 20);
		for (let got = readSync(fd, buffer); got > 0; got = readSync(fd, buffer)) hash.update(buffer.subarray(0, got));
		return hash.digest('hex');
	} catch {
		return undefined;
	} finally {
		closeSync(fd);
	}
}

/** Differs whenever a file is another one or was written to: its inode, size and times (ctime cannot be set back). */
export function stampText(path: string): string | undefined {
	const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
	return stat === undefined
		? undefined
		: `${path} ${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
}
