/** The terminal of this process, wherever its standard streams lead. */
import * as fs from 'node:fs';
import tty from 'node:tty';

export type Terminal = {
	readonly input: tty.ReadStream;
	readonly output: tty.WriteStream;
	/** Closes what was opened for it: a terminal that is still open keeps the process. */
	close(): void;
};

/** Standard input and output where they are the terminal, else /dev/tty; undefined where there is none. */
export function openTerminal(): Terminal | undefined {
	const { stdin, stdout } = process;
	if (stdin.isTTY && stdout.isTTY) return { input: stdin, output: stdout, close: () => {} };
	try {
		const input = stdin.isTTY ? stdin : new tty.ReadStream(fs.openSync('/dev/tty', fs.constants.O_RDONLY));
		const output = stdout.isTTY ? stdout : new tty.WriteStream(fs.openSync('/dev/tty', fs.constants.O_WRONLY));
		return {
			input,
			output,
			close() {
				if (input !== stdin) input.destroy();
				if (output !== stdout) output.destroy();
			},
		};
	} catch {
		return undefined;
	}
}

/** Lets go of a terminal that was closed: node sets its modes back at the end, and aborts where that fails with EIO. */
export function releaseGoneTerminal(): void {
	for (const fd of [0, 1, 2]) {
		try {
			const stat = fs.fstatSync(fd);
			if (stat.isCharacterDevice() && stat.nlink === 0) fs.closeSync(fd);
		} catch {
			// It was closed before.
		}
	}
}

/** Whether openTerminal would find one. */
export function hasTerminal(): boolean {
	if (process.stdin.isTTY && process.stdout.isTTY) return true;
	try {
		fs.closeSync(fs.openSync('/dev/tty', fs.constants.O_RDWR));
		return true;
	} catch {
		return false;
	}
}

/** The name of the terminal that openTerminal would find, such as /dev/pts/3; undefined where it has none. */
export function terminalName(): string | undefined {
	try {
		if (process.stdin.isTTY) return fs.readlinkSync('/proc/self/fd/0');
		return process.stdout.isTTY ? fs.readlinkSync('/proc/self/fd/1') : undefined;
	} catch {
		return undefined;
	}
}

/** One line for the person: to the terminal where there is one that is not the script's, else standard error. */
export function sayToPerson(text: string): void {
	try {
		const fd = process.stderr.isTTY ? 2 : fs.openSync('/dev/tty', fs.constants.O_WRONLY);
		fs.writeSync(fd, text);
		if (fd !== 2) fs.closeSync(fd);
	} catch {
		process.stderr.write(text);
	}
}
