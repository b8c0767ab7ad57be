/** Bytes, open files and credentials between sockets of AF_UNIX: sendto(2), sendmsg(2), recvfrom(2), recvmsg(2). unix(7). */
import { SysError } from '../abi/errno.ts';
import type { Credentials, Taken } from '../kernel/messages.ts';
import type { OpenFile } from '../kernel/open-file.ts';
import { type Outcome, waitFor } from '../kernel/outcome.ts';
import { raiseSigpipe } from '../kernel/signaling.ts';
import { UnixDatagrams } from '../kernel/unix-datagrams.ts';
import { SOCK_STREAM } from '../kernel/unix-end.ts';
import type { UnixSocket } from '../kernel/unix-socket.ts';
import { pieceBytes } from '../wire/guest-link.ts';
import { effectOf, refuse } from './connecting.ts';
import type { Context } from './context.ts';
import { timeout } from './inet-sockets.ts';
import { scatter } from './scatter.ts';
import { readUnixPath } from './socket-address.ts';
import { unixAt } from './sockets.ts';
import type { Stretch } from './transfer.ts';

const MSG_PEEK = 0x2;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const MSG_WAITALL = 0x100;
const MSG_NOSIGNAL = 0x4000;

export type UnixMessage = {
	readonly total: number;
	/** Reads bytes from the guest. */
	readonly piece: (from: number, max: number) => Buffer;
	/** Address and length of the name; 0: none. */
	readonly name: number;
	readonly nameLength: number;
	/** They travel with its first bytes. */
	readonly files: readonly OpenFile[];
	readonly by: Credentials;
	readonly flags: number;
};

/** A stream sends all of it before a blocking call ends; a message goes whole. */
export function sendUnix(c: Context, file: UnixSocket | UnixDatagrams, message: UnixMessage): Outcome {
	const { total, piece, files, by, flags } = message;
	const stream = file.type === SOCK_STREAM;
	if (stream && message.name !== 0) throw new SysError(file.connected ? 'EISCONN' : 'EOPNOTSUPP');
	const to = file instanceof UnixDatagrams && message.name !== 0 ? receiver(c, message) : undefined;
	if (stream && total === 0) return 0;
	if (!stream && total > file.sendBuffer) throw new SysError('EMSGSIZE');
	const put = (bytes: Buffer, first: boolean): number | undefined =>
		file instanceof UnixDatagrams ? file.send(bytes, files, by, to) : file.send(bytes, first ? files : [], by);
	const waits = file.blocking && (flags & MSG_DONTWAIT) === 0;
	let done = 0;
	const step = (): number | undefined => {
		do {
			const bytes = piece(done, stream ? Math.min(total - done, pieceBytes) : total);
			const taken = attempt(c, () => put(bytes, done === 0), stream && (flags & MSG_NOSIGNAL) === 0, done);
			if (taken === undefined) return waits || done === 0 ? undefined : done;
			if (taken < 0) return done;
			done += taken;
		} while (stream && done < total);
		return done;
	};
	// What has gone out is told: sent again by a call that is made again it would come twice.
	if (waits)
		return waitFor(
			step,
			timeout(file.sendTimeoutNs, () => (done > 0 ? done : undefined)),
		);
	const sent = step();
	if (sent === undefined) throw new SysError('EAGAIN');
	return sent;
}

/** What a receive gives once it has put the bytes where they belong. `taken`: what came with them. */
type Give = (count: number, taken: Taken) => number;

const nothingMore: Taken = { bytes: 0, length: 0, files: [], from: '' };

export function receiveUnix(
	c: Context,
	file: UnixSocket | UnixDatagrams,
	targets: readonly Stretch[],
	flags: number,
	give: Give,
): Outcome {
	const total = targets.reduce((sum, { length }) => sum + length, 0);
	const peek = (flags & MSG_PEEK) !== 0;
	const all = (flags & MSG_WAITALL) !== 0 && !peek && file.type === SOCK_STREAM;
	const waits = file.blocking && (flags & MSG_DONTWAIT) === 0;
	let done = 0;
	const step = (): number | undefined => {
		for (;;) {
			const into = Buffer.allocUnsafe(Math.min(total - done, pieceBytes));
			const taken = file.receive(into, peek);
			if (taken === undefined) {
				return done > 0 && !waits ? give(done, nothingMore) : undefined;
			}
			scatter(c, targets, done, into.subarray(0, taken.bytes));
			done += taken.bytes;
			if (all && taken.bytes > 0 && done < total && taken.files.length === 0) continue;
			const whole = taken.length > taken.bytes && (flags & MSG_TRUNC) !== 0;
			return give(whole ? taken.length : done, taken);
		}
	};
	if (waits)
		return waitFor(
			step,
			timeout(file.receiveTimeoutNs, () => (done > 0 ? give(done, nothingMore) : undefined)),
		);
	const got = step();
	if (got === undefined) throw new SysError('EAGAIN');
	return got;
}

/** Whom a datagram is sent to by name. One of the machine's own hears nothing that nobody decided about. */
function receiver(c: Context, { name, nameLength }: UnixMessage): UnixDatagrams {
	const found = unixAt(c, readUnixPath(c, name, nameLength));
	if (typeof found === 'string') return refuse(c, effectOf(found));
	if (!(found instanceof UnixDatagrams)) throw new SysError('EPROTOTYPE');
	return found;
}

/** -1 where it failed after something was sent already, which is then the result. */
function attempt(c: Context, send: () => number | undefined, signals: boolean, done: number): number | undefined {
	try {
		return send();
	} catch (error) {
		if (!(error instanceof SysError)) throw error;
		if (error.code === 'EPIPE' && signals) raiseSigpipe(c.kernel, c.task);
		if (done > 0) return -1;
		throw error;
	}
}
