/** Details of review items, each loaded once while it stays among the last used. */

import type { Detail } from '../model/review.ts';

export interface DetailCache {
	/** Never rejects: a detail that cannot be loaded is `failed`. */
	get(id: number, version: string | undefined): Promise<Detail>;
	/** The detail, if it was loaded and is of this version. */
	peek(id: number, version: string | undefined): Detail | undefined;
	forget(id: number): void;
}

type Entry = { readonly version: string | undefined; readonly promise: Promise<Detail>; detail?: Detail };

export function createDetailCache(load: (id: number) => Promise<Detail>, capacity: number): DetailCache {
	// A Map keeps the order of insertion: its first key is the one that was used longest ago.
	const entries = new Map<number, Entry>();
	return {
		get(id, version) {
			const known = entries.get(id);
			entries.delete(id);
			const entry = known !== undefined && known.version === version ? known : start(id, version);
			entries.set(id, entry);
			for (const oldest of entries.keys()) {
				if (entries.size <= capacity) break;
				entries.delete(oldest);
			}
			return entry.promise;
		},
		peek(id, version) {
			const entry = entries.get(id);
			return entry?.version === version ? entry?.detail : undefined;
		},
		forget(id) {
			entries.delete(id);
		},
	};

	function start(id: number, version: string | undefined): Entry {
		const promise = loadSafely(id).then((detail) => {
			entry.detail = detail;
			return detail;
		});
		const entry: Entry = { version, promise };
		return entry;
	}

	async function loadSafely(id: number): Promise<Detail> {
		try {
			return await load(id);
		} catch (error) {
			return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
		}
	}
}
