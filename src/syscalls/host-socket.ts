/** A server of the machine that is reached through AF_UNIX (docker's, a database's): an effect like any host. unix(7) */
import { encodeName } from '../abi/bytes.ts';
import { SysError } from '../abi/errno.ts';
import { InetSocket } from '../kernel/inet-socket.ts';
import { type Outcome, waitFor } from '../kernel/outcome.ts';
import type { UnixEnd } from '../kernel/unix-end.ts';
import { effectOf, refuse } from './connecting.ts';
import type { Context } from './context.ts';
import { startNetwork } from './inet-network.ts';
import { judge, secretsOf } from './judging.ts';
import { AF_UNIX } from './socket-address.ts';

const longestPath = 108;
/** Where the C library asks for users and hosts before it looks itself: a script that calls getpwnam(3) wants to reach nobody. */
const libraryServices =
	/^\/(?:var\/)?run\/(?:nscd\/socket|systemd\/resolve\/io\.systemd\.Resolve|systemd\/userdb\/[^/]+|avahi-daemon\/socket)$/;

/**
 * connect(2) to a path of the machine, or `\0` and an abstract name. Approved, a real socket takes the place of this one under all of its
 * numbers. No open files go over it. A question is waited for also where the socket does not block: AF_UNIX has no EINPROGRESS.
 */
export function connectHost(c: Context, file: UnixEnd, path: string): Outcome {
	const effect = effectOf(path);
	const verdict = c.kernel.world.decide(effect);
	if (verdict.decision === 'deny' && libraryServices.test(path)) throw new SysError('ENOENT');
	if (verdict.decision === 'deny') return refuse(c, effect);
	const name = encodeName(path);
	if (name.length >= longestPath) throw new SysError('ENAMETOOLONG');
	const raw = Buffer.concat([Buffer.from([AF_UNIX, 0]), name, Buffer.alloc(path.startsWith('\0') ? 0 : 1)]);
	return waitFor(() => {
		const network = startNetwork(c);
		if (network === undefined) return undefined;
		const judgement = judge(c, { effect, verdict });
		return waitFor(() => {
			if (judgement.approval === undefined) return undefined;
			if (!judgement.approval.approved) throw new SysError('ECONNREFUSED');
			const kind = { family: AF_UNIX, type: file.type, protocol: 0 };
			const real = new InetSocket(network, file.stat(), kind, { side: 'host' });
			try {
				real.connect(raw);
			} catch (error) {
				real.abandon();
				throw error;
			}
			real.flags = file.flags;
			real.traffic = network.trafficOf(judgement.id);
			real.dialed.dial(raw, secretsOf(c, real.traffic, [effect]));
			c.kernel.replaced(file, real);
			return 0;
		});
	});
}
