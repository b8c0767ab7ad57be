/** An attempt to reach a server of the machine through AF_UNIX that is refused: it is judged and recorded all the same. */
import { SysError } from '../abi/errno.ts';
import type { ConnectEffect } from '../model/effect.ts';
import type { Context } from './context.ts';

/** ECONNREFUSED: also what a server that is gone answers, so that a script goes on at once instead of waiting. */
export function refuse(c: Context, effect: ConnectEffect): never {
	const verdict = c.kernel.world.decide(effect);
	if (verdict.decision === 'deny') {
		const because = verdict.because === undefined ? {} : { because: verdict.because };
		c.kernel.world.record(effect, { approved: false, by: verdict.by, ...because });
	} else {
		c.kernel.world.record(effect, {
			approved: false,
			by: { built: 'kernel' },
			because: 'a message reaches a server of the machine only over a socket that is connected to it',
		});
	}
	throw new SysError('ECONNREFUSED');
}

/** The effect that connecting to a path (or `\0` and an abstract name) would have. */
export function effectOf(path: string): ConnectEffect {
	return { kind: 'connect', host: `unix:${path.replace(/^\0/, '@')}`, port: 0 };
}
