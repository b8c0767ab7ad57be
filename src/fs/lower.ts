/** The machine's tree as the overlay looks at it: directories and symlinks on the way are remembered for a moment. */
import type { HostFiles, Stat } from './api.ts';
import { formatOf, S_IFDIR, S_IFLNK, X_OK } from './mode.ts';

/**
 * How long a directory on the way is taken to be still one, in nanoseconds. Without this a path of five parts costs
 * five lstat calls of 2 µs each. The end of a path is always looked up afresh, and openRead checks the whole way again.
 */
const lifetimeNs = 100_000_000n;
const capacity = 8192;

type Known = { readonly stat: Stat; readonly until: bigint; link: string | undefined; searchable: boolean };

export class Lower {
	readonly #host: HostFiles;
	readonly #now: () => bigint;
	readonly #known = new Map<string, Known>();

	constructor(host: HostFiles, now: () => bigint) {
		this.#host = host;
		this.#now = now;
	}

	/** Fresh. */
	lstat(path: string): Stat | undefined {
		return this.#host.lstat(path);
	}

	/** For a part on the way: may be as old as the lifetime above. */
	passing(path: string): Stat | undefined {
		return this.#recall(path)?.stat ?? this.#learn(path);
	}

	/** Throws EACCES where the user may not search that directory. */
	search(path: string): void {
		const known = this.#recall(path);
		if (known?.searchable) return;
		this.#host.access(path, X_OK);
		if (known !== undefined) known.searchable = true;
	}

	readlink(path: string): string {
		const known = this.#recall(path);
		if (known?.link !== undefined) return known.link;
		const link = this.#host.readlink(path);
		if (known !== undefined) known.link = link;
		return link;
	}

	/** After anything but the guest may have changed the machine. */
	forget(): void {
		this.#known.clear();
	}

	#recall(path: string): Known | undefined {
		const known = this.#known.get(path);
		return known !== undefined && known.until > this.#now() ? known : undefined;
	}

	#learn(path: string): Stat | undefined {
		const stat = this.#host.lstat(path);
		if (stat === undefined) return undefined;
		const format = formatOf(stat);
		if (format !== S_IFDIR && format !== S_IFLNK) return stat;
		if (this.#known.size >= capacity) this.#known.clear();
		this.#known.set(path, { stat, until: this.#now() + lifetimeNs, link: undefined, searchable: false });
		return stat;
	}
}
