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
			return `connect ${effect.host}:${effect.port}`;
	}
}
