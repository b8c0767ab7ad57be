/** The terminal's own state: taken over for the review, and given back on every way out. */

/** Alternate screen, no cursor, no automatic wrap, bracketed paste, no reordering of right-to-left text (ECMA-48 BDSM). */
export const enterScreen = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[8l\x1b[0m\x1b[2J';
export const leaveScreen = '\x1b[0m\x1b[8h\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l';

const signals = ['SIGHUP', 'SIGTERM', 'SIGINT', 'SIGQUIT'] as const;

/** What is needed of a tty.ReadStream. */
export interface TerminalInput {
	readonly isTTY?: boolean;
	setRawMode(raw: boolean): unknown;
	resume(): unknown;
	pause(): unknown;
	on(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
	on(event: 'end' | 'close' | 'error', listener: () => void): unknown;
	off(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
	off(event: 'end' | 'close', listener: () => void): unknown;
}

/** What is needed of a tty.WriteStream. */
export interface TerminalOutput {
	readonly columns?: number;
	readonly rows?: number;
	readonly writable: boolean;
	readonly destroyed: boolean;
	write(text: string): unknown;
	on(event: 'resize' | 'error', listener: () => void): unknown;
	off(event: 'resize', listener: () => void): unknown;
}

export type TerminalHooks = {
	readonly onInput: (text: string) => void;
	/** The terminal has another size, or was given back to us: all is to be written again. */
	readonly onResize: () => void;
	/** The terminal is gone, or the process was told to end: the screen is given back already. */
	readonly onGone: () => void;
};

export interface HeldTerminal {
	write(text: string): void;
	/** Gives the terminal to somebody else (an editor) until `resume`; nothing is written or read meanwhile. */
	suspend(): void;
	resume(): void;
	/** Gives the terminal back; a second call does nothing. */
	release(): void;
}

export function holdTerminal(input: TerminalInput, output: TerminalOutput, hooks: TerminalHooks): HeldTerminal {
	let held = true;
	let suspended = false;
	const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

	const onData = (chunk: Buffer | string) => {
		hooks.onInput(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
	};
	const gone = () => {
		release();
		hooks.onGone();
	};
	const onContinue = () => {
		if (suspended) return;
		// Stopped and continued from outside: the shell had the terminal meanwhile.
		take();
		hooks.onResize();
	};
	const onWindow = () => {
		// Only process.stdout and process.stderr look at their size again by themselves.
		if ('_refreshSize' in output && typeof output._refreshSize === 'function') output._refreshSize();
		hooks.onResize();
	};
	const onSignal = (signal: NodeJS.Signals) => {
		gone();
		// Nobody else listens: the signal does what it would have done without us.
		if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
	};

	function write(text: string): void {
		if (!held || suspended || text === '' || output.destroyed || !output.writable) return;
		try {
			output.write(text);
		} catch {
			gone();
		}
	}

	function take(): void {
		if (input.isTTY === true) input.setRawMode(true);
		write(enterScreen);
	}

	function release(): void {
		if (!held) return;
		held = false;
		try {
			if (!suspended) output.write(leaveScreen);
		} catch {
			// The terminal is gone: there is nobody left to see it.
		}
		for (const signal of signals) process.off(signal, onSignal);
		process.off('SIGCONT', onContinue);
		process.off('SIGWINCH', onWindow);
		process.off('exit', release);
		output.off('resize', hooks.onResize);
		input.off('data', onData);
		input.off('end', gone);
		input.off('close', gone);
		input.pause();
		try {
			if (input.isTTY === true) input.setRawMode(false);
		} catch {
			// The terminal is gone: there is nothing left to set.
		}
		// The listeners for errors stay: a late EIO of a lost terminal must not end the process.
	}

	function suspend(): void {
		if (!held || suspended) return;
		write(leaveScreen);
		suspended = true;
		input.off('data', onData);
		input.pause();
		if (input.isTTY === true) input.setRawMode(false);
	}

	function resume(): void {
		if (!held || !suspended) return;
		suspended = false;
		take();
		input.on('data', onData);
		input.resume();
		hooks.onResize();
	}

	input.on('error', gone);
	output.on('error', gone);
	input.on('end', gone);
	input.on('close', gone);
	output.on('resize', hooks.onResize);
	for (const signal of signals) process.on(signal, onSignal);
	process.on('SIGCONT', onContinue);
	process.on('SIGWINCH', onWindow);
	// An exception that nobody catches, process.exit: the last chance. Writing to a terminal is synchronous.
	process.on('exit', release);
	try {
		take();
	} catch (error) {
		release();
		throw error;
	}
	input.on('data', onData);
	input.resume();

	return { write, suspend, resume, release };
}
