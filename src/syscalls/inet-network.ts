/** The guest's network, which starts when the first socket is made. */
import { SysError } from '../abi/errno.ts';
import { GuestNetwork } from '../kernel/guest-network.ts';
import { InetSocket } from '../kernel/inet-socket.ts';
import { type Outcome, waitFor } from '../kernel/outcome.ts';
import type { Context } from './context.ts';
import { canonical, isLoopback } from './inet-address.ts';

/** A new socket, once there is a network. EAFNOSUPPORT where there can be none. */
export function makeInetSocket(
	c: Context,
	kind: { readonly family: number; readonly type: number; readonly protocol: number },
	add: (file: InetSocket) => number,
): Outcome {
	return waitFor(() => {
		const network = startNetwork(c);
		if (network === undefined) return undefined;
		const file = new InetSocket(network, c.kernel.anonymousStat(), kind);
		try {
			return add(file);
		} catch (error) {
			file.abandon();
			throw error;
		}
	});
}

/** The network, once there is one. EAFNOSUPPORT. */
export function startNetwork(c: Context): GuestNetwork | undefined {
	if (c.kernel.network !== undefined) return c.kernel.network;
	const network = c.kernel.world.network();
	if (network === undefined) return undefined;
	const made = new GuestNetwork(network, c.kernel.changed, (id, client) => c.kernel.world.traffic(id, client));
	for (const { address, names } of c.kernel.world.hostNames()) {
		if (!isLoopback(canonical(address))) for (const name of names) made.learn(name, [canonical(address)]);
	}
	c.kernel.network = made;
	return made;
}

/** There is one: a socket was made. */
export function networkOf(c: Context): GuestNetwork {
	if (c.kernel.network === undefined) throw new SysError('ENETDOWN');
	return c.kernel.network;
}
