/** ioctl(2) of pseudo-terminals: settings, size, whose terminal it is. ioctl_tty(2) */
import { SysError } from '../abi/errno.ts';
import { O_ACCMODE, O_CLOEXEC, O_NOCTTY, O_NONBLOCK } from '../abi/open-flags.ts';
import { signals } from '../abi/signals.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { type Terminal, type TerminalMaster, TerminalSlave } from '../kernel/terminal.ts';
import { Termios, termiosBytes } from '../kernel/termios.ts';
import type { Context } from './context.ts';
import { inBackground } from './job-control.ts';

const request = {
	TCGETS: 0x5401,
	TCSETS: 0x5402,
	TCSETSW: 0x5403,
	TCSETSF: 0x5404,
	TCSBRK: 0x5409,
	TCXONC: 0x540a,
	TCFLSH: 0x540b,
	TIOCEXCL: 0x540c,
	TIOCNXCL: 0x540d,
	TIOCSCTTY: 0x540e,
	TIOCGPGRP: 0x540f,
	TIOCSPGRP: 0x5410,
	TIOCOUTQ: 0x5411,
	TIOCGWINSZ: 0x5413,
	TIOCSWINSZ: 0x5414,
	TIOCNOTTY: 0x5422,
	TCSBRKP: 0x5425,
	TIOCGSID: 0x5429,
	TIOCGPTN: 0x80045430,
	TIOCSPTLCK: 0x40045431,
	TIOCGPTLCK: 0x80045439,
	TIOCGPTPEER: 0x5441,
} as const;

export function terminalControl(c: Context, file: TerminalMaster | TerminalSlave, number: number): Outcome {
	const { pty } = file;
	const address = c.long(2);
	const slave = file instanceof TerminalSlave;
	if (slave && pty.hungUp) throw new SysError('EIO');
	switch (number) {
		case request.TCGETS:
			c.link.write(address, pty.line.termios.bytes);
			return 0;
		case request.TCSETS:
		case request.TCSETSW:
		case request.TCSETSF: {
			const stopped = inBackground(c, file, signals.SIGTTOU, true);
			if (stopped !== undefined) return stopped;
			pty.line.set(new Termios(c.link.read(address, termiosBytes)));
			if (number === request.TCSETSF) pty.line.flushInput();
			pty.happened();
			return 0;
		}
		case request.TCFLSH:
			return flush(c, pty, slave);
		case request.TCSBRK:
		case request.TCSBRKP:
		case request.TCXONC:
		case request.TIOCEXCL:
		case request.TIOCNXCL:
			return 0;
		case request.TIOCOUTQ:
			return giveInt(c, address, 0);
		case request.TIOCGWINSZ: {
			const bytes = Buffer.alloc(8);
			[pty.size.rows, pty.size.columns, ...pty.size.pixels].forEach(
				(value, i) => void bytes.writeUInt16LE(value, i * 2),
			);
			c.link.write(address, bytes);
			return 0;
		}
		case request.TIOCSWINSZ: {
			const bytes = c.link.read(address, 8);
			const [rows = 0, columns = 0, x = 0, y = 0] = [0, 2, 4, 6].map((at) => bytes.readUInt16LE(at));
			const { size } = pty;
			pty.size = { rows, columns, pixels: [x, y] };
			if (size.rows !== rows || size.columns !== columns) pty.signalForeground(signals.SIGWINCH);
			return 0;
		}
		case request.TIOCGPTN:
			return slave ? notThis() : giveInt(c, address, pty.number);
		case request.TIOCSPTLCK:
			if (slave) return notThis();
			pty.locked = c.link.read(address, 4).readInt32LE(0) !== 0;
			return 0;
		case request.TIOCGPTLCK:
			return slave ? notThis() : giveInt(c, address, pty.locked ? 1 : 0);
		case request.TIOCGPTPEER: {
			if (slave) return notThis();
			const opened = c.kernel.terminals.openSlave(
				pty,
				c.process,
				address & (O_ACCMODE | O_NONBLOCK),
				(address & O_NOCTTY) === 0,
			);
			return c.process.descriptors.add(opened, (address & O_CLOEXEC) !== 0);
		}
		default:
			return controlling(c, pty, number, slave);
	}
}

/** Whose terminal it is. */
function controlling(c: Context, pty: Terminal, number: number, slave: boolean): Outcome {
	const { process, kernel } = c;
	const own = pty.session !== 0 && pty.session === process.sid;
	switch (number) {
		case request.TIOCSCTTY:
			if (own) return 0;
			if (process.sid !== process.pid || kernel.terminals.ofSession(process.sid) !== undefined || pty.session !== 0)
				throw new SysError('EPERM');
			kernel.terminals.control(pty, process);
			return 0;
		case request.TIOCNOTTY:
			if (!own) throw new SysError('ENOTTY');
			if (process.sid === process.pid) pty.hangUp();
			return 0;
		case request.TIOCGSID:
			if (slave ? !own : pty.session === 0) throw new SysError('ENOTTY');
			return giveInt(c, c.long(2), pty.session);
		case request.TIOCGPGRP:
			if (slave && !own) throw new SysError('ENOTTY');
			return giveInt(c, c.long(2), pty.foreground);
		case request.TIOCSPGRP: {
			if (!own) throw new SysError('ENOTTY');
			const group = c.link.read(c.long(2), 4).readInt32LE(0);
			if (group < 0) throw new SysError('EINVAL');
			const members = [...kernel.processes.values()].filter(({ pgid }) => pgid === group);
			if (members.length === 0) throw new SysError('ESRCH');
			if (members.every(({ sid }) => sid !== process.sid)) throw new SysError('EPERM');
			const stopped = process.pgid === pty.foreground ? undefined : stopInBackground(c, pty);
			if (stopped !== undefined) return stopped;
			pty.foreground = group;
			return 0;
		}
		default:
			throw new SysError('ENOTTY');
	}
}

function stopInBackground(c: Context, pty: Terminal): Outcome | undefined {
	const file = c.file(0);
	return file instanceof TerminalSlave && file.pty === pty ? inBackground(c, file, signals.SIGTTOU, true) : undefined;
}

/** tcflush(3): 0 what came and was not read, 1 what was written and not sent, 2 both; the other end's names are the other way round. */
function flush(c: Context, pty: Terminal, slave: boolean): number {
	const queue = c.int(2);
	if (queue < 0 || queue > 2) throw new SysError('EINVAL');
	if (queue === 2 || queue === (slave ? 0 : 1)) pty.line.flushInput();
	if (queue === 2 || queue === (slave ? 1 : 0)) pty.line.output.shift(Buffer.alloc(pty.line.output.length));
	pty.happened();
	return 0;
}

function giveInt(c: Context, address: number, value: number): number {
	const bytes = Buffer.alloc(4);
	bytes.writeInt32LE(value);
	c.link.write(address, bytes);
	return 0;
}

function notThis(): never {
	throw new SysError('ENOTTY');
}
