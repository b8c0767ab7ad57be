/** Where in the script effects come from, as the guest said. */
import type { Change } from '../model/change.ts';
import type { Effect } from '../model/effect.ts';
import { originKey } from '../model/origin-key.ts';
import type { Origin } from '../model/review.ts';
import type { KeptOrigins } from '../session/session-record.ts';

export type Origins = {
	set(key: string, origin: Origin): void;
	of(effect: Effect): Origin | undefined;
	/** Those of the changes, for a review in another process. */
	keep(changes: readonly Change[]): KeptOrigins;
};

/** A file below `cwd` is told without it. */
export function createOrigins(cwd: string): Origins {
	const known = new Map<string, Origin>();
	return {
		set(key, origin) {
			const { file } = origin;
			known.set(key, file.startsWith(`${cwd}/`) ? { ...origin, file: file.slice(cwd.length + 1) } : origin);
		},
		of: (effect) => known.get(originKey(effect)),
		keep(changes) {
			return changes.flatMap(({ path }) => {
				const origin = known.get(path);
				return origin === undefined ? [] : [[path, origin.file, origin.line]];
			});
		},
	};
}

/** As they were kept. */
export function keptOrigins(kept: KeptOrigins): Origins['of'] {
	const known = new Map(kept.map(([path, file, line]) => [path, { file, line }] as const));
	return (effect) => known.get(originKey(effect));
}
