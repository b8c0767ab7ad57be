/** What the kernel tells the main thread, as text that two runs can be compared by. */
import { createHash } from 'node:crypto';
import type { Effect } from '../model/effect.ts';
import type { FromWorker } from './messages.ts';

/** Undefined for what is no wish of the script's. Values of the environment are told apart, and not told. */
export function outboundText(message: FromWorker): string | undefined {
	switch (message.kind) {
		case 'ask':
			return JSON.stringify(['ask', withoutEnv(message.effect)]);
		case 'effect':
			return JSON.stringify([message.approval.approved ? 'allowed' : 'denied', withoutEnv(message.effect)]);
		case 'command': {
			const { spec } = message;
			return JSON.stringify(['command', { ...spec, env: hashOf(JSON.stringify(spec.env)) }], (_key, value: unknown) =>
				typeof value === 'bigint' ? String(value) : value,
			);
		}
		case 'command-input':
			return JSON.stringify(['input', message.bytes === undefined ? 'end' : hashOf(message.bytes)]);
		case 'command-signal':
			return JSON.stringify(['signal', message.signal]);
		case 'look-up':
			return JSON.stringify(['look-up', message.name]);
		case 'unsupported':
			return JSON.stringify(['unsupported', message.call]);
		case 'limit':
			return JSON.stringify(['limit', message.limit]);
		default:
			return undefined;
	}
}

function withoutEnv(effect: Effect): unknown {
	return effect.kind === 'run' ? { ...effect, env: hashOf(JSON.stringify(effect.env)) } : effect;
}

function hashOf(bytes: string | Uint8Array): string {
	return createHash('sha256').update(bytes).digest('hex');
}
