/** What the session's files may use on disk, and how many there may be. */
import { SysError } from '../abi/errno.ts';

export type QuotaOptions = {
	/** Bytes, counted as file sizes: a hole counts too, since it will be read and hashed later. */
	readonly disk: number;
	readonly files: number;
	/** Called each time something is refused. */
	readonly onLimit: (limit: 'disk' | 'files') => void;
};

export interface Quota {
	/** Takes `bytes` (or gives them back, below 0). SysError ENOSPC. */
	disk(bytes: number): void;
	/** Takes `count` files, directories or links. SysError ENOSPC. */
	files(count: number): void;
	used(): { readonly disk: number; readonly files: number };
}

/** `already`: what a session that goes on has used. */
export function createQuota(options: QuotaOptions, already: { readonly disk: number; readonly files: number }): Quota {
	const used = { ...already };
	const take = (limit: 'disk' | 'files', amount: number) => {
		if (amount > 0 && used[limit] + amount > options[limit]) {
			options.onLimit(limit);
			throw new SysError('ENOSPC', `the session's limit on ${limit}`);
		}
		used[limit] += amount;
	};
	return {
		disk: (bytes) => take('disk', bytes),
		files: (count) => take('files', count),
		used: () => ({ ...used }),
	};
}
