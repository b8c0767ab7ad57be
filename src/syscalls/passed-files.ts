/** What travels beside the bytes of a message over AF_UNIX: open files and who sent it. cmsg(3), unix(7). */
import { SysError } from '../abi/errno.ts';
import { readInt64, writeInt64 } from '../abi/structs.ts';
import type { Credentials, Taken } from '../kernel/messages.ts';
import type { OpenFile } from '../kernel/open-file.ts';
import type { UnixEnd } from '../kernel/unix-end.ts';
import type { Context } from './context.ts';
import { whoCalls } from './sockets.ts';

const MSG_CMSG_CLOEXEC = 0x40000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const SCM_CREDENTIALS = 2;
const headBytes = 16;
/** SCM_MAX_FD: include/net/scm.h. */
const mostFiles = 253;

/** SCM_RIGHTS and SCM_CREDENTIALS of a message's control data. EINVAL, EBADF; EPERM for the credentials of others. */
export function readControl(
	c: Context,
	at: number,
	length: number,
): { readonly files: readonly OpenFile[]; readonly by: Credentials } {
	const own = whoCalls(c);
	const files: OpenFile[] = [];
	if (at === 0 || length === 0) return { files, by: own };
	if (length < headBytes || length > 4096) throw new SysError('EINVAL');
	const control = c.link.read(at, length);
	for (let from = 0; from + headBytes <= control.length; ) {
		const size = readInt64(control, from);
		if (size < headBytes || from + size > control.length) throw new SysError('EINVAL');
		if (control.readInt32LE(from + 8) !== SOL_SOCKET) throw new SysError('EINVAL');
		const body = control.subarray(from + headBytes, from + size);
		switch (control.readInt32LE(from + 12)) {
			case SCM_RIGHTS:
				for (let at = 0; at + 4 <= body.length; at += 4) files.push(c.process.descriptors.get(body.readInt32LE(at)));
				break;
			case SCM_CREDENTIALS:
				if (body.length !== 12) throw new SysError('EINVAL');
				if (!body.equals(credentialBytes(own))) throw new SysError('EPERM');
				break;
			default:
				throw new SysError('EINVAL');
		}
		from += (size + 7) & ~7;
	}
	if (files.length > mostFiles) throw new SysError('EINVAL');
	return { files, by: own };
}

/** Gives the receiver what came with a message, as far as its control buffer has room; files that it has none for are closed. */
export function giveControl(
	c: Context,
	header: Buffer,
	receiver: UnixEnd,
	{ files, by }: Taken,
): { readonly length: number; readonly truncated: boolean } {
	const [at, room] = [readInt64(header, 32), readInt64(header, 40)];
	const parts: Buffer[] = [];
	let left = at === 0 ? 0 : Math.max(0, room);
	let truncated = false;
	const add = (type: number, body: Buffer): void => {
		const part = Buffer.alloc(headBytes + ((body.length + 7) & ~7));
		writeInt64(part, Math.min(headBytes + body.length, left), 0);
		part.writeInt32LE(SOL_SOCKET, 8);
		part.writeInt32LE(type, 12);
		body.copy(part, headBytes);
		parts.push(part.subarray(0, left));
		left -= Math.min(left, part.length);
	};
	if (receiver.passesCredentials) {
		const body = credentialBytes(by ?? nobody);
		truncated ||= left < headBytes + body.length;
		if (left >= headBytes) add(SCM_CREDENTIALS, body);
	}
	const fits = Math.floor((left - headBytes) / 4);
	const onExec = (c.int(2) & MSG_CMSG_CLOEXEC) !== 0;
	const numbers: number[] = [];
	for (const file of files) {
		if (numbers.length < fits && c.process.descriptors.free) numbers.push(c.process.descriptors.add(file, onExec));
		file.release();
	}
	truncated ||= numbers.length < files.length;
	const body = Buffer.alloc(numbers.length * 4);
	numbers.forEach((fd, i) => void body.writeInt32LE(fd, i * 4));
	if (numbers.length > 0) add(SCM_RIGHTS, body);
	const control = Buffer.concat(parts);
	if (control.length > 0) c.link.write(at, control);
	return { length: control.length, truncated };
}

/** Whose credentials are not known: DEFAULT_OVERFLOWUID of the kernel. */
const nobody: Credentials = { pid: 0, uid: 65_534, gid: 65_534 };

function credentialBytes({ pid, uid, gid }: Credentials): Buffer {
	const bytes = Buffer.alloc(12);
	bytes.writeInt32LE(pid, 0);
	bytes.writeUInt32LE(uid, 4);
	bytes.writeUInt32LE(gid, 8);
	return bytes;
}
