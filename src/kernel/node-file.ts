/** An open file of the file system, with its offset. */
import { SysError } from '../abi/errno.ts';
import type { DirectoryEntry, OpenNode, Stat } from '../fs/api.ts';
import { OpenFile, POLLIN, POLLOUT } from './open-file.ts';

const SEEK_SET = 0;
const SEEK_CUR = 1;
const SEEK_END = 2;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;

export class NodeFile extends OpenFile {
	readonly kind = 'node';
	readonly node: OpenNode;
	/** Where it is now: it may have been renamed since it was opened. */
	path: string;
	offset = 0;
	/** A directory as it was when it was first read, so that a reader sees each name once. getdents64(2). */
	#listing: readonly DirectoryEntry[] | undefined;

	constructor(node: OpenNode, flags: number) {
		super(flags);
		this.node = node;
		this.path = node.path;
	}

	get label(): string {
		return this.removed ? `${this.path} (deleted)` : this.path;
	}

	/** Open, but without a name. */
	get removed(): boolean {
		return this.node.type === 'file' && this.node.stat().nlink === 0;
	}

	read(into: Buffer): number {
		const got = this.readAt(into, this.offset);
		this.offset += got;
		return got;
	}

	write(bytes: Buffer): number {
		if (this.appending && this.node.type === 'file') this.offset = this.node.stat().size;
		const put = this.writeAt(bytes, this.offset);
		this.offset += put;
		return put;
	}

	override readAt(into: Buffer, position: number): number {
		if (this.node.type === 'directory') throw new SysError('EISDIR');
		if (position < 0) throw new SysError('EINVAL');
		// Beyond what a JavaScript number counts there is no file of ours.
		return position > Number.MAX_SAFE_INTEGER - into.length ? 0 : this.node.read(into, position);
	}

	override writeAt(bytes: Buffer, position: number): number {
		if (position < 0) throw new SysError('EINVAL');
		if (position > Number.MAX_SAFE_INTEGER - bytes.length) throw new SysError('EFBIG');
		return this.node.write(bytes, this.appending ? this.node.stat().size : position);
	}

	/** lseek(2). A directory may only be rewound or moved to a place it told. */
	override seek(offset: number, whence: number): number {
		const target = this.#target(offset, whence);
		if (target < 0 || target > Number.MAX_SAFE_INTEGER) throw new SysError('EINVAL');
		if (this.node.type === 'directory' && target === 0) this.#listing = undefined;
		this.offset = target;
		return target;
	}

	/** The entries from the offset on. */
	entries(): readonly DirectoryEntry[] {
		if (this.node.type !== 'directory') throw new SysError('ENOTDIR');
		this.#listing ??= this.node.list();
		return this.#listing.slice(this.offset);
	}

	poll(): number {
		return POLLIN | POLLOUT;
	}

	stat(): Stat {
		return this.node.stat();
	}

	protected dispose(): void {
		this.node.close();
	}

	#target(offset: number, whence: number): number {
		const size = (): number => this.node.stat().size;
		switch (whence) {
			case SEEK_SET:
				return offset;
			case SEEK_CUR:
				return this.offset + offset;
			case SEEK_END:
				return size() + offset;
			case SEEK_DATA:
			case SEEK_HOLE: {
				// A file system may say that all of a file is data, with one hole at its end. lseek(2).
				if (offset < 0 || offset >= size()) throw new SysError('ENXIO');
				return whence === SEEK_DATA ? offset : size();
			}
			default:
				throw new SysError('EINVAL');
		}
	}
}
