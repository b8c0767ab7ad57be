/** What the walker and the calls see of anything that has a path: overlay, device or made-up file. Lives for one call. */
import { SysError } from '../abi/errno.ts';
import type { DirectoryEntry, Domain, OpenNode, OpenOptions, Stat } from './api.ts';
import type { Attributes } from './attributes.ts';

export type RenameFlags = { readonly noReplace: boolean; readonly exchange: boolean };

export interface Vnode {
	readonly domain: Domain;
	/** Type bits (S_IFMT). */
	readonly format: number;
	/** The machine's path where this came from, moved or not; undefined for what the guest made. */
	readonly origin: string | undefined;
	stat(): Stat;
	/** Throws EACCES or EROFS. */
	access(want: number): void;
	readlink(): string;
	/** A link that leads to an object without a path (a pipe in /proc/self/fd): that object. */
	magic(): Vnode | undefined;
	/** The child of that name. `last`: the end of the path, so nothing may come from a cache. */
	lookup(name: string, last: boolean): Vnode | undefined;
	/** Without `.` and `..`. */
	list(): DirectoryEntry[];
	/** `parent`: the directory it is in. */
	open(path: string, options: OpenOptions, parent: Vnode): OpenNode;
	chmod(mode: number): void;
	chown(uid: number, gid: number): void;
	/** EOPNOTSUPP, EACCES. */
	attributes(write: boolean): Attributes;
	utimes(atimeNs: bigint | undefined, mtimeNs: bigint | undefined, touch: boolean): void;
	truncate(size: number): void;

	/* Of a directory. The caller has looked up the names; `child` is what stands there. */
	create(name: string, mode: number, path: string): OpenNode;
	mkdir(name: string, mode: number): void;
	special(name: string, kind: 'fifo' | 'socket', mode: number): void;
	symlink(name: string, target: string): void;
	link(name: string, source: Vnode): void;
	unlink(name: string, child: Vnode): void;
	rmdir(name: string, child: Vnode): void;
	rename(name: string, child: Vnode, to: Vnode, toName: string, target: Vnode | undefined, flags: RenameFlags): void;
}

/** For a tree of made-up files: every change is refused with the same errno. */
export abstract class Unchangeable {
	chmod(): never {
		return refuse();
	}
	chown(): never {
		return refuse();
	}
	attributes(): never {
		throw new SysError('EOPNOTSUPP');
	}
	utimes(): never {
		return refuse();
	}
	truncate(): void {
		refuse();
	}
	create(): never {
		return refuse();
	}
	mkdir(): never {
		return refuse();
	}
	special(): never {
		return refuse();
	}
	symlink(): never {
		return refuse();
	}
	link(): never {
		return refuse();
	}
	unlink(): never {
		return refuse();
	}
	rmdir(): never {
		return refuse();
	}
	rename(): never {
		return refuse();
	}
}

function refuse(): never {
	throw new SysError('EACCES', 'a made-up file system');
}
