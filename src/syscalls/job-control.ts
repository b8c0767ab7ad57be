/** Who may use a terminal: process groups in the foreground and in the background. credentials(7), setpgid(2), termios(3) TOSTOP */
import { SysError } from '../abi/errno.ts';
import { signals } from '../abi/signals.ts';
import type { OpenFile } from '../kernel/open-file.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { Process } from '../kernel/task.ts';
import { TerminalSlave } from '../kernel/terminal.ts';
import { lflag } from '../kernel/termios.ts';
import type { Context } from './context.ts';

/** A call of a process in the background: it is stopped, and the call made again when it goes on. undefined: it may. */
export function inBackground(c: Context, file: OpenFile, signal: number, always = false): Outcome | undefined {
	if (!(file instanceof TerminalSlave)) return undefined;
	const { session, foreground, line } = file.pty;
	const { process } = c;
	if (session !== process.sid || process.pgid === foreground || foreground === 0) return undefined;
	if (signal === signals.SIGTTOU && !always && !line.termios.local(lflag.TOSTOP)) return undefined;
	// Whoever handles or ignores the signal is let through, or refused: jobctl in drivers/tty/tty_jobctl.c
	if (process.handlesStop.has(signal)) {
		if (signal === signals.SIGTTOU) return undefined;
		throw new SysError('EIO');
	}
	if (isOrphaned(c, process.pgid)) throw new SysError('EIO');
	c.kernel.signalGroup(process.pgid, signal);
	return -ERESTARTSYS;
}

const ERESTARTSYS = 512;

/** Nobody of the session outside of the group is the parent of one inside: so nobody could continue it. */
function isOrphaned(c: Context, group: number): boolean {
	const cares = ({ parent, sid }: Process): boolean =>
		parent !== undefined && parent.ended === undefined && parent.pgid !== group && parent.sid === sid;
	return ![...c.kernel.processes.values()].some((process) => process.pgid === group && cares(process));
}
