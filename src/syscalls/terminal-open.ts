/** open(2) of terminals: /dev/ptmx, /dev/pts/N, and /dev/tty for whatever terminal the session has. tty(4), pts(4) */
import { O_ACCMODE } from '../abi/open-flags.ts';
import type { OpenFile } from '../kernel/open-file.ts';
import type { Context } from './context.ts';

/** undefined where `path` leads to no terminal. ENOSPC, EIO where a slave is locked. `takes`: not O_NOCTTY. */
export function openTerminal(c: Context, path: string, flags: number, takes: boolean): OpenFile | undefined {
	if (!path.startsWith('/dev/')) return undefined;
	const { terminals } = c.kernel;
	if (path === '/dev/ptmx' || path === '/dev/pts/ptmx')
		return terminals.openMaster(c.kernel.anonymousStat(), flags & ~O_ACCMODE);
	if (path === '/dev/tty') {
		const own = terminals.ofSession(c.process.sid);
		return own === undefined ? undefined : terminals.openSlave(own, c.process, flags, false);
	}
	const number = /^\/dev\/pts\/(\d{1,4})$/.exec(path)?.[1];
	const terminal = number === undefined ? undefined : terminals.find(Number(number));
	return terminal === undefined ? undefined : terminals.openSlave(terminal, c.process, flags, takes);
}
