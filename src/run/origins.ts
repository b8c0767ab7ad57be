/** Where in the script effects come from, as the guest said. */
import type { Effect } from '../model/effect.ts';
import { originKey } from '../model/origin-key.ts';
import type { Origin } from '../model/review.ts';

export type Origins = { set(key: string, origin: Origin): void; of(effect: Effect): Origin | undefined };

/** A file below `cwd` is told without it. */
export function createOrigins(cwd: string): Origins {
	const known = new Map<string, Origin>();
	return {
		set(key, origin) {
			const { file } = origin;
			known.set(key, file.startsWith(`${cwd}/`) ? { ...origin, file: file.slice(cwd.length + 1) } : origin);
		},
		of: (effect) => known.get(originKey(effect)),
	};
}
