/** The two FIFOs to a translated interpreter, with blocking reads and writes. */
import * as fs from 'node:fs';
import { join } from 'node:path';

export type SandboxFifos = {
	/** Blocks for at least one byte; 0 when the interpreter has ended. */
	receive(into: Buffer, offset: number, length: number): number;
	/** Writes all; what an interpreter that has ended does not read is lost. */
	send(bytes: Uint8Array): void;
	close(): void;
};

/** Opens what the launcher made in `folder`; it holds both ends until it is told to go on, so that nothing waits here. */
export function openSandboxFifos(folder: string): SandboxFifos {
	const call = fs.openSync(join(folder, 'call'), fs.constants.O_RDONLY);
	const answer = fs.openSync(join(folder, 'answer'), fs.constants.O_WRONLY);
	return {
		receive: (into, offset, length) => fs.readSync(call, into, offset, length, null),
		send(bytes) {
			try {
				for (let sent = 0; sent < bytes.length; ) sent += fs.writeSync(answer, bytes, sent);
			} catch (error) {
				// The next receive tells of it.
				if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
			}
		},
		close() {
			for (const fd of [call, answer]) fs.closeSync(fd);
		},
	};
}
