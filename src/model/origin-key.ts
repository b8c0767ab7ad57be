import type { Effect } from './effect.ts';

/** Names what an effect is about, so that its origin is found again. */
export function originKey(effect: Effect): string {
	switch (effect.kind) {
		case 'read':
		case 'write':
		case 'delete':
			return effect.path;
		case 'run':
			return `run ${JSON.stringify(effect.argv)}`;
		case 'connect':
		case 'listen':
			return `${effect.kind} ${effect.host}:${effect.port}`;
	}
}
