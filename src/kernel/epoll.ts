/** epoll(7): an interest list over open files. Level and edge triggered, one-shot. */
import { SysError } from '../abi/errno.ts';
import { O_RDWR } from '../abi/open-flags.ts';
import type { Stat } from '../fs/api.ts';
import { firstReady, OpenFile, POLLERR, POLLHUP, POLLIN } from './open-file.ts';

export const EPOLLET = 0x80000000;
const EPOLLONESHOT = 0x40000000;
const eventMask = 0x3fff;

type Interest = {
	readonly file: OpenFile;
	events: number;
	data: bigint;
	/** What was told last, and the file's activity then. */
	reported: number;
	seen: number;
};

export class Epoll extends OpenFile {
	readonly kind = 'epoll';
	readonly #interests = new Map<number, Interest>();
	readonly #stat: Stat;

	constructor(stat: Stat) {
		super(O_RDWR);
		this.#stat = stat;
	}

	add(fd: number, file: OpenFile, events: number, data: bigint): void {
		if (file === this) throw new SysError('EINVAL');
		if (file.kind === 'node') throw new SysError('EPERM');
		if (this.#live(fd, file) !== undefined) throw new SysError('EEXIST');
		this.#interests.set(fd, { file, events, data, reported: 0, seen: 0 });
	}

	modify(fd: number, file: OpenFile, events: number, data: bigint): void {
		const interest = this.#live(fd, file);
		if (interest === undefined) throw new SysError('ENOENT');
		Object.assign(interest, { events, data, reported: 0 });
	}

	remove(fd: number, file: OpenFile): void {
		if (this.#live(fd, file) === undefined) throw new SysError('ENOENT');
		this.#interests.delete(fd);
	}

	/** Up to `max` events that hold now. `open` tells which file a descriptor is now: a closed one drops out. */
	ready(max: number, open: (fd: number) => OpenFile | undefined): { readonly events: number; readonly data: bigint }[] {
		const list: { events: number; data: bigint }[] = [];
		for (const [fd, interest] of this.#interests) {
			if (open(fd) !== interest.file) {
				this.#interests.delete(fd);
				continue;
			}
			if (list.length >= max) break;
			const now = interest.file.poll() & ((interest.events & eventMask) | POLLERR | POLLHUP);
			const { activity } = interest.file;
			const edge = (interest.events & EPOLLET) !== 0;
			const fresh = edge && activity === interest.seen ? now & ~interest.reported : now;
			interest.reported = now;
			interest.seen = activity;
			if (fresh === 0) continue;
			list.push({ events: now, data: interest.data });
			if ((interest.events & EPOLLONESHOT) !== 0) interest.events &= ~eventMask;
		}
		return list;
	}

	override get readyAt(): bigint | undefined {
		return firstReady([...this.#interests.values()].map(({ file }) => file));
	}

	read(): number {
		throw new SysError('EINVAL');
	}

	write(): number {
		throw new SysError('EINVAL');
	}

	poll(): number {
		for (const interest of this.#interests.values()) {
			if ((interest.file.poll() & ((interest.events & eventMask) | POLLERR | POLLHUP)) !== 0) return POLLIN;
		}
		return 0;
	}

	stat(): Stat {
		return this.#stat;
	}

	get label(): string {
		return 'anon_inode:[eventpoll]';
	}

	protected dispose(): void {
		this.#interests.clear();
	}

	#live(fd: number, file: OpenFile): Interest | undefined {
		const interest = this.#interests.get(fd);
		return interest?.file === file ? interest : undefined;
	}
}
