/** bind(2), listen(2) and accept(2) of the internet families: the guest's own servers, and who else may connect to them. */
import { SysError } from '../abi/errno.ts';
import type { InetSocket } from '../kernel/inet-socket.ts';
import { operation } from '../kernel/network.ts';
import { type Outcome, waitFor } from '../kernel/outcome.ts';
import type { Decision } from '../model/decision.ts';
import { hostText, type ListenEffect } from '../model/effect.ts';
import type { Context } from './context.ts';
import { addressText, type InetAddress, inetAddress, isLoopback, readInetAddress } from './inet-address.ts';
import { networkOf } from './inet-network.ts';
import { ownPort, timeout } from './inet-sockets.ts';
import { judge } from './judging.ts';
import { giveAddress } from './socket-address.ts';

/** net.ipv4.ip_unprivileged_port_start. */
const firstFreePort = 1024;
/** How often a free port of the machine is looked for that is free inside too. */
const mostTries = 8;
const [IPPROTO_IP, IP_FREEBIND] = [0, 15];
const SHUT_RD = 0;

/**
 * Implements bind(2). Below port 1024 it is for root alone, also on a loopback of our own. Where a rule lets others connect, a stream takes its port of
 * the machine here, so that EADDRINUSE comes where a script looks for it; where somebody is asked, at listen(2).
 */
export function bindInet(c: Context, file: InetSocket): Outcome {
	const to = readInetAddress(c, c.long(1), c.int(2)) ?? inetAddress(unspecified(c, file));
	if (to.port > 0 && to.port < firstFreePort && c.kernel.identity.uid !== 0) throw new SysError('EACCES');
	if (file.side === 'host') throw new SysError('EACCES');
	if (file.bound || file.datagrams) file.bind(to.raw);
	else bindStream(file, to, c.kernel.world.decide(wishOf(to, to.port)).decision);
	file.anyPort = to.port === 0;
	ownPort(c, file);
	return 0;
}

/**
 * Implements listen(2). The guest's own end listens on its loopback, whatever is decided: denied, nobody else connects, and the script
 * goes on as it would on a machine without a network.
 */
export function listenInet(c: Context, file: InetSocket): Outcome {
	if (file.side === 'host') throw new SysError('EACCES');
	const backlog = c.int(1);
	file.perform({ operation: operation.listen, a: backlog });
	file.listening = true;
	ownPort(c, file);
	const { heard } = file.outer;
	if (heard !== undefined) return listenOutside(c, file, backlog, heard.decision);
	const at = inetAddress(file.name);
	const effect = wishOf(at, file.anyPort ? 0 : at.port);
	const verdict = c.kernel.world.decide(effect);
	if (verdict.decision === 'deny') {
		if (!file.anyPort) c.kernel.world.alone(hostText(effect));
		return 0;
	}
	const judgement = judge(c, { effect, verdict });
	const open = (): number => {
		// Closed or shut down while the answer was waited for.
		if (!file.listening) return 0;
		if (judgement.approval?.approved === true) return listenOutside(c, file, backlog, judgement.id);
		file.outer.close();
		return 0;
	};
	return waitFor(() => (judgement.approval === undefined ? undefined : open()), {
		// It listens inside, and outside once that is allowed: listen(2) knows no EINTR.
		onInterrupt: () => {
			judgement.later.push(() => unlessRefused(open));
			return 0;
		},
	});
}

/** Implements accept(2). What comes from outside is counted under the decision that lets it. */
export function acceptInet(c: Context, file: InetSocket, add: (file: InetSocket) => number): Outcome {
	const take = (): number | undefined => {
		const next = file.accept(c.kernel.anonymousStat());
		if (next === undefined) return undefined;
		try {
			if (next.decision !== undefined)
				next.file.traffic = networkOf(c).trafficOf(next.decision, inetAddress(next.peer).host);
			giveAddress(c, c.long(1), c.long(2), next.peer);
			return add(next.file);
		} catch (error) {
			next.file.abandon();
			throw error;
		}
	};
	if (file.blocking) return waitFor(take, timeout(file.receiveTimeoutNs));
	const taken = take();
	if (taken === undefined) throw new SysError('EAGAIN');
	return taken;
}

function wishOf({ raw }: InetAddress, port: number): ListenEffect {
	return { kind: 'listen', host: addressText(raw), port };
}

function bindStream(file: InetSocket, to: InetAddress, decision: Decision): void {
	const near = isLoopback(to.host);
	if (decision === 'allow') return bindBoth(file, to, near);
	// Whether an address is the machine's own is told only where others may be let in there.
	if (decision === 'ask' && !near) {
		file.outer.take(withPort(to.raw, 0));
		file.outer.close();
		bindAnywhere(file, to.raw);
	} else file.bind(to.raw);
}

/** The machine's port first: where that is taken, the socket has no name yet, and the script may try another one. */
function bindBoth(file: InetSocket, to: InetAddress, near: boolean): void {
	for (let tries = 1; ; tries += 1) {
		const { port } = inetAddress(file.outer.take(to.raw));
		try {
			const name = withPort(to.raw, port);
			if (near) file.bind(name);
			else bindAnywhere(file, name);
			return;
		} catch (error) {
			file.outer.close();
			const taken = error instanceof SysError && error.code === 'EADDRINUSE';
			if (!taken || to.port !== 0 || tries === mostTries) throw error;
		}
	}
}

/** The guest's own network has the loopback's addresses alone; this one is another address of the machine. ip(7), IP_FREEBIND */
function bindAnywhere(file: InetSocket, name: Buffer): void {
	const value = Buffer.from([1, 0, 0, 0]);
	file.perform({ operation: operation.setOption, a: IPPROTO_IP, b: IP_FREEBIND, bytes: [value] });
	file.bind(name);
}

/** Where the machine's port can not be had, nothing listens: listen(2) has failed. */
function listenOutside(c: Context, file: InetSocket, backlog: number, decision: number): number {
	try {
		file.outer.listen(file.name, backlog, decision);
		const at = inetAddress(file.name);
		c.kernel.world.heard(decision, hostText(wishOf(at, at.port)));
		file.news();
		return 0;
	} catch (error) {
		file.outer.close();
		if (error instanceof SysError) unlessRefused(() => file.perform({ operation: operation.shutdown, a: SHUT_RD }));
		file.listening = false;
		throw error;
	}
}

function unlessRefused(act: () => unknown): void {
	try {
		act();
	} catch (error) {
		if (!(error instanceof SysError)) throw error;
	}
}

function withPort(name: Buffer, port: number): Buffer {
	const changed = Buffer.from(name);
	changed.writeUInt16BE(port, 2);
	return changed;
}

/** bind(2) to AF_UNSPEC is one to any address, of AF_INET alone. ip(7) */
function unspecified(c: Context, file: InetSocket): Buffer {
	const raw = Buffer.from(c.link.read(c.long(1), c.int(2)));
	if (file.family !== 2 || raw.length < 16 || raw.readUInt32LE(4) !== 0) throw new SysError('EAFNOSUPPORT');
	raw.writeUInt16LE(2, 0);
	return raw;
}
