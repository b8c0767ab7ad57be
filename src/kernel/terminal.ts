/** Pseudo-terminals of the guest: a master and a slave with a line discipline between them. pty(7) */
import { SysError } from '../abi/errno.ts';
import { S_IFCHR } from '../abi/file-mode.ts';
import { O_RDWR } from '../abi/open-flags.ts';
import { signals } from '../abi/signals.ts';
import type { Stat } from '../fs/api.ts';
import { LineDiscipline } from './line-discipline.ts';
import { OpenFile, POLLERR, POLLHUP, POLLIN, POLLOUT } from './open-file.ts';

export type WindowSize = {
	readonly rows: number;
	readonly columns: number;
	readonly pixels: readonly [number, number];
};

/** Unix98 slaves have this major number: Documentation/admin-guide/devices.txt */
const slaveMajor = 136n;

export type TerminalWorld = {
	/** To each process of a group. */
	readonly signalGroup: (group: number, signal: number) => void;
	readonly changed: () => void;
};

export class Terminal {
	readonly number: number;
	readonly line: LineDiscipline;
	size: WindowSize = { rows: 0, columns: 0, pixels: [0, 0] };
	/** unlockpt(3) was called. */
	locked = true;
	/** The session whose controlling terminal it is, and its foreground process group; 0: none. */
	session = 0;
	foreground = 0;
	/** The master is gone, or the session's leader: the slave is of no use any more. */
	hungUp = false;
	slaves = 0;
	slaveWasOpen = false;
	masterOpen = true;
	activity = 0;
	readonly stat: Stat;
	readonly #world: TerminalWorld;

	constructor(number: number, stat: Stat, world: TerminalWorld) {
		this.number = number;
		this.#world = world;
		const mode = S_IFCHR | 0o620;
		this.stat = { ...stat, dev: 25n, ino: BigInt(number + 3), mode, rdev: (slaveMajor << 8n) | BigInt(number) };
		this.line = new LineDiscipline((signal) => this.signalForeground(signal));
	}

	get path(): string {
		return `/dev/pts/${this.number}`;
	}

	signalForeground(signal: number): void {
		if (this.foreground > 0) this.#world.signalGroup(this.foreground, signal);
	}

	happened(): void {
		this.activity += 1;
		this.#world.changed();
	}

	/** vhangup(2): what is open of the slave gives its end, and the processes in the foreground are told. */
	hangUp(): void {
		if (this.hungUp) return;
		this.hungUp = true;
		this.signalForeground(signals.SIGHUP);
		this.signalForeground(signals.SIGCONT);
		this.session = 0;
		this.foreground = 0;
		this.happened();
	}
}

export class TerminalMaster extends OpenFile {
	readonly kind = 'terminal';
	readonly pty: Terminal;
	readonly #closed: () => void;

	constructor(pty: Terminal, flags: number, closed: () => void) {
		super(O_RDWR | flags);
		this.pty = pty;
		this.#closed = closed;
	}

	override get pending(): number {
		return this.pty.line.output.length;
	}

	override get activity(): number {
		return this.pty.activity;
	}

	read(into: Buffer): number | undefined {
		const { output } = this.pty.line;
		if (output.length === 0) {
			if (this.#deserted) throw new SysError('EIO');
			return undefined;
		}
		const got = output.shift(into);
		this.pty.happened();
		return got;
	}

	write(bytes: Buffer): number | undefined {
		const { line } = this.pty;
		const room = Math.min(bytes.length, line.termios.local(2 /* ICANON */) ? bytes.length : line.roomForInput);
		if (room <= 0) return undefined;
		line.type(bytes.subarray(0, room));
		this.pty.happened();
		return room;
	}

	poll(): number {
		const { line } = this.pty;
		const gone = this.#deserted;
		return (line.output.length > 0 ? POLLIN : 0) | (line.roomForInput > 0 ? POLLOUT : 0) | (gone ? POLLHUP : 0);
	}

	stat(): Stat {
		return { ...this.pty.stat, dev: 5n, ino: 2n, mode: S_IFCHR | 0o666, rdev: 0x502n };
	}

	override get terminal(): boolean {
		return true;
	}

	get label(): string {
		return '/dev/ptmx';
	}

	/** Whoever had the slave open is gone. */
	get #deserted(): boolean {
		return this.pty.slaveWasOpen && (this.pty.slaves === 0 || this.pty.hungUp);
	}

	protected dispose(): void {
		this.pty.masterOpen = false;
		this.pty.hangUp();
		this.#closed();
	}
}

export class TerminalSlave extends OpenFile {
	readonly kind = 'terminal';
	readonly pty: Terminal;

	constructor(pty: Terminal, flags: number) {
		super(flags);
		this.pty = pty;
		pty.slaves += 1;
		pty.slaveWasOpen = true;
		// A slave that is opened again after a hang-up of its session is a good one.
		if (pty.masterOpen) pty.hungUp = false;
		pty.happened();
	}

	override get pending(): number {
		return this.pty.line.pending;
	}

	override get activity(): number {
		return this.pty.activity;
	}

	/** VTIME without VMIN: how long a read waits, in nanoseconds. */
	override get patienceNs(): bigint | undefined {
		const { termios } = this.pty.line;
		if (termios.local(2 /* ICANON */) || termios.character('min') > 0) return undefined;
		return BigInt(termios.character('time')) * 100_000_000n;
	}

	read(into: Buffer): number | undefined {
		if (this.pty.hungUp) return 0;
		const got = this.pty.line.read(into);
		if (got !== undefined) this.pty.happened();
		return got;
	}

	write(bytes: Buffer): number | undefined {
		if (this.pty.hungUp) throw new SysError('EIO');
		const put = this.pty.line.print(bytes);
		if (put !== undefined) this.pty.happened();
		return put === 0 ? undefined : put;
	}

	poll(): number {
		const { hungUp, line } = this.pty;
		if (hungUp) return POLLIN | POLLOUT | POLLERR | POLLHUP;
		return (line.readable ? POLLIN : 0) | (!line.stopped && line.output.room >= 8 ? POLLOUT : 0);
	}

	stat(): Stat {
		return this.pty.stat;
	}

	override get terminal(): boolean {
		return true;
	}

	get label(): string {
		return this.pty.path;
	}

	protected dispose(): void {
		this.pty.slaves -= 1;
		this.pty.happened();
	}
}
