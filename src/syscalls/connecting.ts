/** An attempt to reach somebody outside: judged, recorded, and in this version refused. */
import { SysError } from '../abi/errno.ts';
import type { SocketAddress } from '../kernel/socket.ts';
import type { ConnectEffect } from '../model/effect.ts';
import type { Context } from './context.ts';
import { questionName } from './dns-question.ts';

/** ECONNREFUSED: also what a closed port answers, so that a script goes on at once instead of waiting. */
export function refuse(c: Context, effect: ConnectEffect): never {
	const verdict = c.kernel.world.decide(effect);
	if (verdict.decision === 'deny') {
		const because = verdict.because === undefined ? {} : { because: verdict.because };
		c.kernel.world.record(effect, { approved: false, by: verdict.by, ...because });
	} else {
		c.kernel.world.record(effect, {
			approved: false,
			by: { built: 'kernel' },
			because: 'this version cannot reach the network',
		});
	}
	throw new SysError('ECONNREFUSED');
}

/** The effect that sending `bytes` to an address (none: to connect) would have. */
export function effectOf(to: SocketAddress, bytes?: Buffer): ConnectEffect {
	if (to.family === 'unix') return { kind: 'connect', host: `unix:${to.path.replace(/^\0/, '@')}`, port: 0 };
	// A question to a name server is an attempt to reach the host that it names.
	const name = to.port === 53 && bytes !== undefined ? questionName(bytes) : undefined;
	return { kind: 'connect', host: name ?? to.host, port: to.port };
}
