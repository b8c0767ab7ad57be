/** The file of `--trace`: opened once before anything runs, and only ever written through that descriptor. */
import * as fs from 'node:fs';

export type TraceFile = { line(text: string): void; flush(): void };

/** So much is gathered before it is written, bytes. */
const gathered = 32 * 1024;
/** Nobody reads more; a script that calls for ever must not fill the disk. */
const largest = 1024 * 1024 * 1024;

/** Makes or empties the file; the descriptor. Throws what node:fs throws. */
export function openTraceFile(path: string): number {
	return fs.openSync(path, 'w', 0o600);
}

/** Whoever has the descriptor writes to it, in whatever thread. An error while writing ends the trace and not the run. */
export function writeTraceFile(fd: number): TraceFile {
	let waiting: string[] = [];
	let size = 0;
	let written = 0;
	let ended = false;
	const flush = (): void => {
		if (waiting.length === 0 || ended) return;
		const bytes = Buffer.from(waiting.join(''));
		waiting = [];
		size = 0;
		try {
			for (let done = 0; done < bytes.length; ) done += fs.writeSync(fd, bytes, done);
			written += bytes.length;
			if (written <= largest) return;
			fs.writeSync(fd, '# the trace ends here: it has 1 GiB\n');
		} catch {
			// A full disk: what was written stays.
		}
		ended = true;
	};
	return {
		line(text) {
			if (ended) return;
			waiting.push(`${text}\n`);
			size += text.length;
			if (size > gathered) flush();
		},
		flush,
	};
}

export function closeTraceFile(fd: number): void {
	fs.closeSync(fd);
}
