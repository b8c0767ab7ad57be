/** Processes as files: pidfd_open(2), pidfd_send_signal(2). */
import { SysError } from '../abi/errno.ts';
import { O_NONBLOCK } from '../abi/open-flags.ts';
import { ProcessFile } from '../kernel/process-file.ts';
import { sentBy } from '../kernel/signaling.ts';
import type { Process } from '../kernel/task.ts';
import type { Context, Handler } from './context.ts';
import { checkSignal, infoAt, sendToProcess } from './sending.ts';

/** Implements pidfd_open(2) of processes, not of threads. */
export const pidfdOpen: Handler = (c) => {
	const [pid, flags] = [c.int(0), c.int(1)];
	if ((flags & ~O_NONBLOCK) !== 0 || pid <= 0) throw new SysError('EINVAL');
	const process = c.kernel.processes.get(pid);
	if (process === undefined) throw new SysError('ESRCH');
	return c.process.descriptors.add(new ProcessFile(process, c.kernel.anonymousStat(), flags), true);
};

/** Implements pidfd_send_signal(2) without flags. */
export const pidfdSendSignal: Handler = (c) => {
	if (c.int(3) !== 0) throw new SysError('EINVAL');
	const { process } = processFile(c, c.int(0));
	const address = c.long(2);
	if (address !== 0 && c.link.read(address, 4).readInt32LE(0) !== c.int(1)) throw new SysError('EINVAL');
	const info = address === 0 ? sentBy(c.process, c.kernel) : infoAt(c, address, process.pid);
	const signal = checkSignal(c.int(1));
	return sendToProcess(c, isKnown(c, process) ? process : undefined, signal, info);
};

/** The open file of a process. EBADF */
export function processFile(c: Context, fd: number): ProcessFile {
	const file = c.process.descriptors.get(fd);
	if (!(file instanceof ProcessFile)) throw new SysError('EBADF');
	return file;
}

/** Whether nobody has waited for it yet. */
function isKnown(c: Context, process: Process): boolean {
	return c.kernel.processes.get(process.pid) === process;
}
