/** connect(2) of the internet families: where an address leads, who decides, and how a task waits for it. */
import { SysError, sysErrorOf } from '../abi/errno.ts';
import type { Judgement } from '../kernel/guest-network.ts';
import type { InetSocket } from '../kernel/inet-socket.ts';
import { POLLERR, POLLHUP, POLLOUT } from '../kernel/open-file.ts';
import { type Outcome, waitFor } from '../kernel/outcome.ts';
import type { Context } from './context.ts';
import { type InetAddress, isLoopback, readInetAddress } from './inet-address.ts';
import { networkOf } from './inet-network.ts';
import { hostsAt, judge, permissive, secretsOf } from './judging.ts';

const over = POLLOUT | POLLERR | POLLHUP;

/** Implements connect(2). */
export function connectInet(c: Context, file: InetSocket): Outcome {
	const to = readInetAddress(c, c.long(1), c.int(2));
	if (to === undefined) return disconnect(c, file);
	if (file.datagrams) return connectDatagrams(c, file, to);
	if (file.listening) throw new SysError('EISCONN');
	if (file.asking) throw new SysError('EALREADY');
	const failed = file.takeError();
	if (failed !== 0) throw sysErrorOf(failed);
	if (isOwn(c, file, to)) {
		file.dialed.dial(to.raw, undefined);
		return start(file, to);
	}
	const verdict = permissive(c, to);
	const judgement = judge(c, verdict);
	if (judgement.approval !== undefined || file.blocking) {
		return waitFor(() => (judgement.approval === undefined ? undefined : begin(c, file, to, judgement)));
	}
	file.asking = true;
	judgement.later.push(() => {
		if (!file.asking) return;
		file.asking = false;
		try {
			begin(c, file, to, judgement);
		} catch (error) {
			if (!(error instanceof SysError)) throw error;
			if (error.code !== 'EINPROGRESS') file.fail(error.errno);
		}
	});
	throw new SysError('EINPROGRESS');
}

/** Whether an address leads to a socket of the guest itself. */
export function isOwn(c: Context, file: InetSocket, to: InetAddress): boolean {
	if (!isLoopback(to.host)) return false;
	const network = networkOf(c);
	const owner = network.ownerOf(file.type, to.port);
	if (owner?.side === 'host') file.moveToHost();
	else if (owner !== undefined && file.side === 'host') throw new SysError('ENETUNREACH');
	if (owner !== undefined) return true;
	// A server of the guest's own that is gone is no host that it wants to reach; where a rule lets it reach one there, that is meant.
	if (file.side === 'host' || !network.owned(file.type, to.port)) return false;
	return permissive(c, to).verdict.decision === 'deny';
}

/** A datagram socket goes to the host's side, and hears those that it may send to. */
export function befriend(c: Context, file: InetSocket, to: InetAddress, judgement: Judgement): void {
	file.moveToHost();
	file.inbox.hear(to.raw);
	file.traffic ??= networkOf(c).trafficOf(judgement.id);
}

/** connect(2) sends no datagram, so nobody is asked yet; and unless a rule allows it, not even a route is looked up. */
function connectDatagrams(c: Context, file: InetSocket, to: InetAddress): Outcome {
	file.peer = undefined;
	if (isOwn(c, file, to)) {
		file.connect(to.raw);
		return 0;
	}
	// The guest's own loopback has a route to itself, and so a true name for this end.
	if (isLoopback(to.host) && file.side === 'guest') file.connect(to.raw);
	file.peer = to.raw;
	if (isNameServer(c, to)) return 0;
	const verdict = permissive(c, to);
	if (verdict.verdict.decision !== 'allow') return 0;
	befriend(c, file, to, judge(c, verdict));
	file.connect(to.raw);
	file.peer = undefined;
	return 0;
}

/** Whether the controller answers there in place of the host's name servers. */
export function isNameServer(c: Context, to: InetAddress): boolean {
	return to.port === 53 && c.kernel.world.nameServers().includes(to.host);
}

function disconnect(c: Context, file: InetSocket): Outcome {
	file.peer = undefined;
	file.connect(c.link.read(c.long(1), c.int(2)));
	file.listening = false;
	file.outer.close();
	return 0;
}

function begin(c: Context, file: InetSocket, to: InetAddress, judgement: Judgement): Outcome {
	if (judgement.approval?.approved !== true) throw new SysError('ECONNREFUSED');
	file.moveToHost();
	file.traffic = networkOf(c).trafficOf(judgement.id);
	file.dialed.dial(to.raw, secretsOf(c, file.traffic, hostsAt(c, to)));
	return start(file, to);
}

function start(file: InetSocket, to: InetAddress): Outcome {
	try {
		file.connect(to.raw);
		return 0;
	} catch (error) {
		if (!(error instanceof SysError) || !file.blocking) throw error;
		// EALREADY: a signal ended the wait, and the call is made again.
		if (error.code !== 'EINPROGRESS' && error.code !== 'EALREADY') throw error;
	}
	const wait = (): number | undefined => {
		if (!file.mayBe(POLLOUT) || (file.poll() & over) === 0) return undefined;
		// Asked again, Linux says how it went.
		file.connect(to.raw);
		return 0;
	};
	if (file.sendTimeoutNs === undefined) return waitFor(wait);
	const onTimeout = (): number => {
		throw new SysError('EINPROGRESS');
	};
	return waitFor(wait, { timeoutNs: file.sendTimeoutNs, onTimeout });
}
