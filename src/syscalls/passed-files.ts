/** Open files that travel with a message: SCM_RIGHTS in its control data. cmsg(3), unix(7). */
import { SysError } from '../abi/errno.ts';
import { readInt64, writeInt64 } from '../abi/structs.ts';
import type { OpenFile } from '../kernel/open-file.ts';
import type { Context } from './context.ts';

const MSG_CMSG_CLOEXEC = 0x40000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
/** SCM_MAX_FD: include/net/scm.h. */
const mostFiles = 253;

/** The open files in a message's control data. cmsg(3), unix(7). */
export function passedFiles(c: Context, header: Buffer): OpenFile[] {
	const [at, length] = [readInt64(header, 32), readInt64(header, 40)];
	if (at === 0 || length === 0) return [];
	if (length < 16 || length > 4096) throw new SysError('EINVAL');
	const control = c.link.read(at, length);
	const files: OpenFile[] = [];
	for (let from = 0; from + 16 <= control.length; ) {
		const size = readInt64(control, from);
		if (size < 16 || from + size > control.length) throw new SysError('EINVAL');
		if (control.readInt32LE(from + 8) !== SOL_SOCKET || control.readInt32LE(from + 12) !== SCM_RIGHTS)
			throw new SysError('EINVAL');
		for (let fd = from + 16; fd + 4 <= from + size; fd += 4)
			files.push(c.process.descriptors.get(control.readInt32LE(fd)));
		from += (size + 7) & ~7;
	}
	if (files.length > mostFiles) throw new SysError('EINVAL');
	return files;
}

/** Gives files numbers in the receiver, as many as its control buffer has room for; the others are closed. */
export function giveFiles(
	c: Context,
	header: Buffer,
	files: readonly OpenFile[],
): { readonly length: number; readonly truncated: boolean } {
	const [at, room] = [readInt64(header, 32), readInt64(header, 40)];
	const fits = at === 0 ? 0 : Math.max(0, Math.floor((room - 16) / 4));
	const onExec = (c.int(2) & MSG_CMSG_CLOEXEC) !== 0;
	const numbers: number[] = [];
	for (const file of files) {
		if (numbers.length < fits && c.process.descriptors.free) numbers.push(c.process.descriptors.add(file, onExec));
		file.release();
	}
	const truncated = numbers.length < files.length;
	if (numbers.length === 0) return { length: 0, truncated };
	const control = Buffer.alloc(16 + ((numbers.length * 4 + 7) & ~7));
	writeInt64(control, 16 + numbers.length * 4, 0);
	control.writeInt32LE(SOL_SOCKET, 8);
	control.writeInt32LE(SCM_RIGHTS, 12);
	numbers.forEach((fd, i) => void control.writeInt32LE(fd, 16 + i * 4));
	const length = Math.min(control.length, room);
	c.link.write(at, control.subarray(0, length));
	return { length, truncated };
}
