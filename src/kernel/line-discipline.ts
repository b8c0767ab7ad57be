/** What happens between a terminal's two ends: lines, erasing, echo, signals, end of file. N_TTY, drivers/tty/n_tty.c */
import { signals } from '../abi/signals.ts';
import { ByteQueue } from './pipe.ts';
import { iflag, lflag, oflag, Termios } from './termios.ts';

const [newline, carriageReturn, tab, space] = [10, 13, 9, 32];
/** N_TTY_BUF_SIZE less one: what a line can hold, and all that was typed and not read. */
const roomForInput = 4095;

export class LineDiscipline {
	termios = new Termios();
	/** What the slave printed and what was echoed: the master reads it. */
	readonly output = new ByteQueue();
	/** Lines that are whole, or bytes where the terminal is not canonical; a line that VEOF ended has no newline. */
	readonly #ready: Buffer[] = [];
	#pending = 0;
	#line: number[] = [];
	#stopped = false;
	#literal = false;
	readonly #signal: (signal: number) => void;

	/** `signal`: for the foreground process group. */
	constructor(signal: (signal: number) => void) {
		this.#signal = signal;
	}

	get stopped(): boolean {
		return this.#stopped;
	}

	/** Bytes that the slave can read now. */
	get pending(): number {
		return this.#pending;
	}

	/** Whether the slave's read would give something, an end of file too. */
	get readable(): boolean {
		if (this.termios.local(lflag.ICANON)) return this.#ready.length > 0;
		return this.pending >= Math.max(1, this.termios.character('time') > 0 ? 1 : this.termios.character('min'));
	}

	get roomForInput(): number {
		return roomForInput - this.pending - this.#line.length;
	}

	/** What is typed: the master's write. */
	type(bytes: Buffer): void {
		for (const byte of bytes) this.#receive(byte);
	}

	/** The slave's read; undefined: nothing yet. */
	read(into: Buffer): number | undefined {
		if (this.#ready.length === 0 || !this.readable) {
			const polls = !this.termios.local(lflag.ICANON) && this.termios.character('min') === 0;
			return polls && this.termios.character('time') === 0 ? this.#take(into) : undefined;
		}
		return this.#take(into);
	}

	/** The slave's write; how much there was room for, undefined: none, or the output is stopped. */
	print(bytes: Buffer): number | undefined {
		if (this.#stopped || this.output.room < 8) return undefined;
		let done = 0;
		for (const byte of bytes) {
			if (this.output.room < 8) break;
			this.#put(byte);
			done += 1;
		}
		return done;
	}

	/** tcflush(3): what was typed and not read. */
	flushInput(): void {
		this.#ready.length = 0;
		this.#pending = 0;
		this.#line = [];
	}

	/** Settings change: a line that was begun is whole where lines count no more. */
	set(termios: Termios): void {
		const was = this.termios.local(lflag.ICANON);
		this.termios = termios;
		if (was && !termios.local(lflag.ICANON) && this.#line.length > 0) this.#finishLine();
	}

	#take(into: Buffer): number {
		const canonical = this.termios.local(lflag.ICANON);
		let done = 0;
		for (let first = this.#ready[0]; first !== undefined && done < into.length; first = this.#ready[0]) {
			const piece = first.copy(into, done);
			done += piece;
			this.#pending -= piece;
			if (piece < first.length) this.#ready[0] = first.subarray(piece);
			else this.#ready.shift();
			if (canonical) break;
		}
		return done;
	}

	#receive(raw: number): void {
		const { termios } = this;
		let byte = termios.input(iflag.ISTRIP) ? raw & 0x7f : raw;
		if (this.#literal) {
			this.#literal = false;
			return this.#keep(byte);
		}
		if (byte === carriageReturn) {
			if (termios.input(iflag.IGNCR)) return;
			if (termios.input(iflag.ICRNL)) byte = newline;
		} else if (byte === newline && termios.input(iflag.INLCR)) byte = carriageReturn;
		if (termios.input(iflag.IXON)) {
			if (termios.is(byte, 'stop')) {
				this.#stopped = true;
				return;
			}
			const started = termios.is(byte, 'start');
			if (started || (this.#stopped && termios.input(iflag.IXANY))) this.#stopped = false;
			if (started) return;
		}
		if (termios.local(lflag.ISIG)) {
			if (termios.is(byte, 'intr')) return this.#interrupt(byte, signals.SIGINT);
			if (termios.is(byte, 'quit')) return this.#interrupt(byte, signals.SIGQUIT);
			if (termios.is(byte, 'susp')) return this.#interrupt(byte, signals.SIGTSTP);
		}
		if (termios.local(lflag.ICANON)) this.#edit(byte);
		else this.#keep(byte);
	}

	#interrupt(byte: number, signal: number): void {
		if (!this.termios.local(lflag.NOFLSH)) {
			this.flushInput();
			this.output.shift(Buffer.alloc(this.output.length));
		}
		this.#stopped = false;
		if (this.termios.local(lflag.ECHO)) this.#echo(byte);
		this.#signal(signal);
	}

	#edit(byte: number): void {
		const { termios } = this;
		const extended = termios.local(lflag.IEXTEN);
		if (termios.is(byte, 'erase')) return this.#erase();
		if (termios.is(byte, 'kill')) return this.#eraseLine();
		if (extended && termios.is(byte, 'werase')) return this.#eraseWord();
		if (extended && termios.is(byte, 'lnext')) {
			this.#literal = true;
			if (termios.local(lflag.ECHO) && termios.local(lflag.ECHOCTL)) for (const one of [0x5e, 8]) this.#put(one);
			return;
		}
		if (termios.is(byte, 'eof')) return this.#finishLine();
		if (byte === newline || termios.is(byte, 'eol') || (extended && termios.is(byte, 'eol2'))) {
			if (termios.local(lflag.ECHO) || (byte === newline && termios.local(lflag.ECHONL))) this.#echo(byte);
			this.#line.push(byte);
			return this.#finishLine();
		}
		this.#keep(byte);
	}

	#keep(byte: number): void {
		if (this.roomForInput <= 0) return;
		if (this.termios.local(lflag.ECHO)) this.#echo(byte);
		if (this.termios.local(lflag.ICANON)) this.#line.push(byte);
		else this.#push(Buffer.of(byte));
	}

	#finishLine(): void {
		this.#push(Buffer.from(this.#line));
		this.#line = [];
	}

	#push(bytes: Buffer): void {
		this.#ready.push(bytes);
		this.#pending += bytes.length;
	}

	#erase(): void {
		const byte = this.#line.pop();
		if (byte === undefined || !this.termios.local(lflag.ECHO)) return;
		if (this.termios.local(lflag.ECHOE)) this.#rubOut(byte);
		else this.#echo(this.termios.character('erase'));
	}

	#rubOut(byte: number): void {
		const width = isControl(byte) ? (this.termios.local(lflag.ECHOCTL) ? 2 : 0) : 1;
		for (let i = 0; i < width; i++) for (const one of [8, space, 8]) this.#put(one);
	}

	#eraseLine(): void {
		const line = this.#line.splice(0).reverse();
		if (!this.termios.local(lflag.ECHO)) return;
		if (this.termios.local(lflag.ECHOK) && this.termios.local(lflag.ECHOKE) && this.termios.local(lflag.ECHOE))
			for (const byte of line) this.#rubOut(byte);
		else {
			this.#echo(this.termios.character('kill'));
			if (this.termios.local(lflag.ECHOK)) this.#put(newline);
		}
	}

	#eraseWord(): void {
		const isWord = (byte: number | undefined): boolean =>
			byte !== undefined && (byte > 127 || /\w/.test(String.fromCharCode(byte)));
		while (this.#line.length > 0 && !isWord(this.#line.at(-1))) this.#erase();
		while (isWord(this.#line.at(-1))) this.#erase();
	}

	/** ECHOCTL shows a control character as ^X. */
	#echo(byte: number): void {
		if (isControl(byte) && byte !== newline && byte !== tab && this.termios.local(lflag.ECHOCTL)) {
			this.#put(0x5e);
			this.#put(byte ^ 0x40);
		} else this.#put(byte);
	}

	/** One byte on its way out. c_oflag */
	#put(byte: number): void {
		const post = this.termios.output(oflag.OPOST);
		if (post && byte === newline && this.termios.output(oflag.ONLCR)) {
			this.output.push(Buffer.of(carriageReturn, newline));
			return;
		}
		const given = post && byte === carriageReturn && this.termios.output(oflag.OCRNL) ? newline : byte;
		this.output.push(Buffer.of(given));
	}
}

function isControl(byte: number): boolean {
	return byte < space || byte === 127;
}
