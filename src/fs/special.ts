/** Trees of made-up files (/proc, /dev): what their owner has to answer, and how the walker sees them. */
import { SysError } from '../abi/errno.ts';
import type { DirectoryEntry, Domain, OpenNode, OpenOptions, Stat } from './api.ts';
import { formatOf, type Identity, permits, S_IFLNK } from './mode.ts';
import { join } from './path.ts';
import { Unchangeable, type Vnode } from './vnode.ts';

/** Made-up files, by absolute path (`/proc/self/status`). Every method may throw SysError. */
export interface SpecialFiles {
	/** As lstat: a symlink is S_IFLNK. Undefined: nothing is there. */
	stat(path: string): Stat | undefined;
	/** Names in a directory, without `.` and `..`. */
	list(path: string): DirectoryEntry[];
	/** What the link says. The walker follows it as text, unless `through` answers. */
	readlink(path: string): string;
	/** For a link that leads to an object and not to a path (/proc/self/fd/3 that is a pipe): the object's stat. */
	through?(path: string): Stat | undefined;
	/** Opens what stat (or through) told of. Permission bits were checked. */
	open(path: string, options: OpenOptions): OpenNode;
}

export type SpecialTree = { readonly domain: Domain; readonly files: SpecialFiles; readonly identity: Identity };

export class SpecialVnode extends Unchangeable implements Vnode {
	readonly domain: Domain;
	readonly origin = undefined;
	readonly format: number;
	readonly #tree: SpecialTree;
	readonly #path: string;
	readonly #stat: Stat;

	constructor(tree: SpecialTree, path: string, stat: Stat) {
		super();
		this.domain = tree.domain;
		this.format = formatOf(stat);
		this.#tree = tree;
		this.#path = path;
		this.#stat = stat;
	}

	stat(): Stat {
		return this.#stat;
	}

	access(want: number): void {
		if (!permits(this.#tree.identity, this.#stat, want)) throw new SysError('EACCES');
	}

	readlink(): string {
		if (this.format !== S_IFLNK) throw new SysError('EINVAL');
		return this.#tree.files.readlink(this.#path);
	}

	magic(): SpecialVnode | undefined {
		const stat = this.#tree.files.through?.(this.#path);
		return stat === undefined ? undefined : new SpecialVnode(this.#tree, this.#path, stat);
	}

	lookup(name: string): Vnode | undefined {
		const path = join(this.#path, name);
		const stat = this.#tree.files.stat(path);
		return stat === undefined ? undefined : new SpecialVnode(this.#tree, path, stat);
	}

	list(): DirectoryEntry[] {
		return this.#tree.files.list(this.#path);
	}

	open(path: string, options: OpenOptions): OpenNode {
		if (this.format === S_IFLNK) {
			// The path of an object behind a link is the link's own: whoever resolved it has followed it.
			const magic = this.magic();
			if (magic === undefined) throw new SysError('ELOOP');
			return magic.open(path, options);
		}
		this.access((options.read ? 4 : 0) | (options.write ? 2 : 0));
		return this.#tree.files.open(this.#path, options);
	}

	/** Opening a device with O_TRUNC, as `> /dev/null` does, changes nothing. */
	override truncate(): void {}
}
