/** All pseudo-terminals of the guest, and whose controlling terminal each is. */
import { SysError } from '../abi/errno.ts';
import type { Stat } from '../fs/api.ts';
import type { Process } from './task.ts';
import { Terminal, TerminalMaster, TerminalSlave, type TerminalWorld } from './terminal.ts';

/** /proc/sys/kernel/pty/max is 4096; each of ours can hold 64 KiB. */
const most = 256;

export class Terminals {
	readonly #terminals = new Map<number, Terminal>();
	readonly #world: TerminalWorld;

	constructor(world: TerminalWorld) {
		this.#world = world;
	}

	get numbers(): Iterable<number> {
		return this.#terminals.keys();
	}

	find(number: number): Terminal | undefined {
		return this.#terminals.get(number);
	}

	/** The terminal of a session. */
	ofSession(session: number): Terminal | undefined {
		for (const terminal of this.#terminals.values()) if (terminal.session === session) return terminal;
		return undefined;
	}

	/** open(2) of /dev/ptmx. */
	openMaster(stat: Stat, flags: number): TerminalMaster {
		let number = 0;
		while (this.#terminals.has(number)) number += 1;
		if (number >= most) throw new SysError('ENOSPC');
		const terminal = new Terminal(number, stat, this.#world);
		this.#terminals.set(number, terminal);
		return new TerminalMaster(terminal, flags, () => this.#terminals.delete(number));
	}

	/** open(2) of /dev/pts/N or TIOCGPTPEER: becomes the controlling terminal of a session leader that has none, but for O_NOCTTY. */
	openSlave(terminal: Terminal, process: Process, flags: number, takes: boolean): TerminalSlave {
		if (terminal.locked) throw new SysError('EIO');
		const slave = new TerminalSlave(terminal, flags);
		if (takes && process.sid === process.pid && terminal.session === 0 && this.ofSession(process.sid) === undefined)
			this.control(terminal, process);
		return slave;
	}

	/** Makes it the controlling terminal of a session leader. */
	control(terminal: Terminal, leader: Process): void {
		terminal.session = leader.sid;
		terminal.foreground = leader.pgid;
	}

	/** The leader of a session ended: its terminal is nobody's any more. */
	leaderEnded(process: Process): void {
		if (process.sid === process.pid) this.ofSession(process.sid)?.hangUp();
	}
}
