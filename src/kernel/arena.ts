/** The memory that all guest processes have at the same address: what files are mapped shared and writable lies there. */
import type { NodeFile } from './node-file.ts';
import { PageHashes, pageBytes } from './page-hashes.ts';
import type { MappedFile } from './task.ts';

/** As the launcher maps it: pypy/launcher/launcher.h, SHARED_BASE and ARENA_BYTES. */
export const arenaBase = 0x6000_0000_0000;
export const arenaBytes = 128 * 1024 * 1024;

/** One file in the arena, from its first byte on. */
export type Region = MappedFile & {
	/** Mappings of it, in all processes. */
	users: number;
	/** Mapped for reading alone too, of which nobody tells when it ends: the memory is not used again. */
	pinned: boolean;
	/** Another file lay there before. */
	readonly used: boolean;
};

type Gap = { start: number; end: number };

export class Arena {
	readonly #regions = new Map<string, Region>();
	readonly #gaps: Gap[] = [{ start: 0, end: arenaBytes }];
	/** Up to here the memory was somebody's. */
	#usedEnd = 0;

	find(file: NodeFile): Region | undefined {
		return this.#regions.get(keyOf(file));
	}

	/** Room for a file that is not here yet, up to `length` bytes of it. undefined: there is no such room. */
	place(file: NodeFile, length: number): Region | undefined {
		const size = Math.ceil(Math.max(length, file.stat().size) / pageBytes) * pageBytes;
		const gap = this.#gaps.find(({ start, end }) => end - start >= size);
		if (gap === undefined) return undefined;
		const address = arenaBase + gap.start;
		const used = gap.start < this.#usedEnd;
		this.#usedEnd = Math.max(this.#usedEnd, gap.start + size);
		gap.start += size;
		const pages = new PageHashes(size);
		const region: Region = { address, length: size, offset: 0, file, pages, users: 0, pinned: false, used };
		file.hold();
		this.#regions.set(keyOf(file), region);
		return region;
	}

	/** One mapping less. */
	leave(region: Region): void {
		region.users -= 1;
		if (region.users > 0 || region.pinned) return;
		this.#regions.delete(keyOf(region.file));
		region.file.release();
		const start = region.address - arenaBase;
		this.#gaps.push({ start, end: start + region.length });
		this.#join();
	}

	#join(): void {
		const sorted = this.#gaps.splice(0).sort((one, other) => one.start - other.start);
		for (const gap of sorted) {
			const before = this.#gaps.at(-1);
			if (before?.end === gap.start) before.end = gap.end;
			else if (gap.end > gap.start) this.#gaps.push(gap);
		}
	}
}

function keyOf(file: NodeFile): string {
	const { dev, ino } = file.stat();
	return `${dev}:${ino}`;
}
