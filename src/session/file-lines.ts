/** The lines of a file of ours, read piece by piece: a record may be larger than the memory that is there for it. */
import type { SessionFiles } from '../host/session-files.ts';

/** Without its line end. `isWhole` is false for what stands behind the last one. */
export type FileLine = { readonly bytes: Buffer; readonly isWhole: boolean };

const pieceBytes = 1024 * 1024;

/** None where there is no such file. The file is closed when the last line was taken, or the loop is left. */
export function* linesOf(files: SessionFiles, path: string): Generator<FileLine, void, void> {
	if (!files.exists(path)) return;
	const fd = files.openRead(path);
	try {
		let begun: Buffer[] = [];
		for (;;) {
			const piece = Buffer.allocUnsafe(pieceBytes);
			const got = files.read(fd, piece);
			if (got === 0) break;
			let at = 0;
			for (let end = piece.subarray(0, got).indexOf(10); end >= 0; end = piece.subarray(0, got).indexOf(10, at)) {
				const part = piece.subarray(at, end);
				yield { bytes: begun.length === 0 ? part : Buffer.concat([...begun, part]), isWhole: true };
				begun = [];
				at = end + 1;
			}
			if (at < got) begun.push(piece.subarray(at, got));
		}
		if (begun.length > 0) yield { bytes: Buffer.concat(begun), isWhole: false };
	} finally {
		files.close(fd);
	}
}
