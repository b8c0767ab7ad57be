/** ioctl(2): what isatty(3), the terminal's size and a few file questions need. ioctl_tty(2). */
import { SysError } from '../abi/errno.ts';
import { OutsideInput, OutsideOutput } from '../kernel/outside.ts';
import { TerminalMaster, TerminalSlave } from '../kernel/terminal.ts';
import { usualTermios } from '../kernel/termios.ts';
import type { Handler } from './context.ts';
import { interfaceControl } from './interfaces.ts';
import { terminalControl } from './terminal-control.ts';

const TCGETS = 0x5401;
const TCSETS = 0x5402;
const TCSETSW = 0x5403;
const TCSETSF = 0x5404;
const TIOCGPGRP = 0x540f;
const TIOCGWINSZ = 0x5413;
const FIONREAD = 0x541b;
const FIONBIO = 0x5421;
const FIONCLEX = 0x5450;
const FIOCLEX = 0x5451;
const O_NONBLOCK = 0o4000;

/** Implements ioctl(2). Settings of the terminal are accepted and kept from it: the review draws on it. */
export const ioctl: Handler = (c) => {
	const fd = c.int(0);
	const file = c.file(0);
	const request = c.long(1) >>> 0;
	switch (request) {
		case FIOCLEX:
		case FIONCLEX:
			c.process.descriptors.setCloseOnExec(fd, request === FIOCLEX);
			return 0;
		case FIONBIO: {
			const on = c.link.read(c.long(2), 4).readInt32LE(0) !== 0;
			file.flags = on ? file.flags | O_NONBLOCK : file.flags & ~O_NONBLOCK;
			return 0;
		}
		case FIONREAD: {
			const bytes = Buffer.alloc(4);
			bytes.writeInt32LE(file.kind === 'node' ? Math.max(0, file.stat().size - file.seek(0, 1)) : file.pending);
			c.link.write(c.long(2), bytes);
			return 0;
		}
		default:
			break;
	}
	if (file.kind === 'socket') {
		const done = interfaceControl(c, request);
		if (done !== undefined) return done;
	}
	if (file instanceof TerminalMaster || file instanceof TerminalSlave) return terminalControl(c, file, request);
	if (!file.terminal || !(file instanceof OutsideInput || file instanceof OutsideOutput)) throw new SysError('ENOTTY');
	switch (request) {
		case TCGETS:
			c.link.write(c.long(2), usualTermios());
			return 0;
		case TCSETS:
		case TCSETSW:
		case TCSETSF:
			return 0;
		case TIOCGWINSZ: {
			const size = Buffer.alloc(8);
			size.writeUInt16LE(file.facts.rows, 0);
			size.writeUInt16LE(file.facts.columns, 2);
			c.link.write(c.long(2), size);
			return 0;
		}
		case TIOCGPGRP: {
			const bytes = Buffer.alloc(4);
			bytes.writeInt32LE(c.process.pgid);
			c.link.write(c.long(2), bytes);
			return 0;
		}
		default:
			throw new SysError('EINVAL');
	}
};
