/** An overlay as the walker sees it: a path that is in the upper tree, or on the machine alone. */
import { SysError } from '../abi/errno.ts';
import type { DirectoryEntry, Domain, OpenNode, OpenOptions, Stat } from './api.ts';
import type { Attributes } from './attributes.ts';
import { formatOf, permits, R_OK, S_IFDIR, S_IFLNK, S_IFREG, S_IFSOCK, W_OK, X_OK } from './mode.ts';
import { type DirectoryNode, type FileNode, lowerOf, type Node, type SpecialNode } from './node.ts';
import { formats } from './node-stat.ts';
import type { Overlay } from './overlay.ts';
import { changeMode, changeOwner, changeTimes } from './overlay-attributes.ts';
import { type DirectorySpot, listDirectory, OverlayDirectory } from './overlay-directory.ts';
import { OverlayFifo } from './overlay-fifo.ts';
import { OverlayFile, truncateFile } from './overlay-file.ts';
import {
	createFile,
	linkFile,
	makeDirectory,
	makeSpecial,
	makeSymlink,
	removeDirectory,
	unlinkFile,
} from './overlay-names.ts';
import { renameEntry } from './overlay-rename.ts';
import { join } from './path.ts';
import type { RenameFlags, Vnode } from './vnode.ts';

/** What a vnode stands for. `passing`: the stat may be a moment old. */
type Subject =
	| { readonly kind: 'upper'; readonly node: Node }
	| { readonly kind: 'lower'; readonly path: string; readonly stat: Stat; readonly passing: boolean };

export class OverlayVnode implements Vnode {
	readonly overlay: Overlay;
	readonly subject: Subject;
	readonly format: number;

	constructor(overlay: Overlay, subject: Subject) {
		this.overlay = overlay;
		this.subject = subject;
		this.format = subject.kind === 'lower' ? formatOf(subject.stat) : formats[subject.node.kind];
	}

	get domain(): Domain {
		return this.overlay.domain;
	}

	get origin(): string | undefined {
		return this.subject.kind === 'lower' ? this.subject.path : this.subject.node.origin;
	}

	stat(): Stat {
		const subject = this.subject;
		if (subject.kind === 'upper') return this.overlay.statOf(subject.node);
		if (!subject.passing) return subject.stat;
		return this.overlay.lower.lstat(subject.path) ?? subject.stat;
	}

	access(want: number): void {
		if (want === 0 || this.format === S_IFLNK) return;
		const { overlay } = this;
		const path = this.#machinePath();
		if (path === undefined) {
			if (!permits(overlay.identity, this.stat(), want)) throw new SysError('EACCES');
		} else if (want === X_OK && this.format === S_IFDIR) overlay.lower.search(path);
		else overlay.host.access(path, want);
		if (overlay.readOnly && (want & W_OK) !== 0) throw new SysError('EROFS');
	}

	readlink(): string {
		const subject = this.subject;
		if (this.format !== S_IFLNK) throw new SysError('EINVAL');
		if (subject.kind === 'upper') return subject.node.kind === 'symlink' ? subject.node.target : '';
		return subject.passing ? this.overlay.lower.readlink(subject.path) : this.overlay.host.readlink(subject.path);
	}

	magic(): undefined {
		return undefined;
	}

	lookup(name: string, last: boolean): OverlayVnode | undefined {
		const { overlay } = this;
		const spot = this.spot();
		if (typeof spot !== 'string') {
			const entry = spot.children.get(name);
			if (entry?.kind === 'hidden') return undefined;
			if (entry !== undefined) return new OverlayVnode(overlay, { kind: 'upper', node: entry.node });
		}
		const directory = typeof spot === 'string' ? spot : spot.lower;
		if (directory === undefined) return undefined;
		const path = join(directory, name);
		const stat = last ? overlay.lower.lstat(path) : overlay.lower.passing(path);
		return stat === undefined ? undefined : new OverlayVnode(overlay, { kind: 'lower', path, stat, passing: !last });
	}

	list(): DirectoryEntry[] {
		return listDirectory(this.overlay, this.spot());
	}

	open(path: string, options: OpenOptions, parent: Vnode): OpenNode {
		const changes = options.write || options.truncate;
		if (this.format === S_IFLNK) throw new SysError('ELOOP');
		if (this.format === S_IFDIR) {
			if (changes || options.create) throw new SysError('EISDIR');
			this.access(R_OK);
			return new OverlayDirectory(this.overlay, this.spot(), path, this.stat(), parent.stat().ino);
		}
		if (options.directory) throw new SysError('ENOTDIR');
		if (this.format === S_IFSOCK) throw new SysError('ENXIO');
		this.access((options.read ? R_OK : 0) | (changes ? W_OK : 0));
		if (this.subject.kind === 'upper' && this.subject.node.kind === 'fifo')
			return new OverlayFifo(this.overlay, this.subject.node, path);
		if (this.format !== S_IFREG) throw new SysError('EACCES', 'a FIFO or device of the machine');
		const node = this.#file();
		try {
			const file = new OverlayFile(this.overlay, node, path, options.read);
			if (options.truncate) file.truncate(0);
			return file;
		} finally {
			this.overlay.release(node);
		}
	}

	chmod(mode: number): void {
		if (this.format === S_IFLNK) throw new SysError('EOPNOTSUPP');
		changeMode(this.overlay, this.upper(), mode);
	}

	chown(uid: number, gid: number): void {
		changeOwner(this.overlay, this.upper(), uid, gid);
	}

	attributes(write: boolean): Attributes {
		if (this.overlay.domain === 'scratch') this.access(write ? W_OK : R_OK);
		if (this.subject.kind === 'lower') throw new SysError('EOPNOTSUPP');
		return this.overlay.attributesOf(this.subject.node);
	}

	utimes(atimeNs: bigint | undefined, mtimeNs: bigint | undefined, touch: boolean): void {
		changeTimes(this.overlay, this.upper(), atimeNs, mtimeNs, touch);
	}

	truncate(size: number): void {
		if (this.format === S_IFDIR) throw new SysError('EISDIR');
		if (this.format !== S_IFREG) throw new SysError('EINVAL');
		this.access(W_OK);
		const node = this.#file();
		try {
			truncateFile(this.overlay, node, size);
		} finally {
			if (node.opens === 0) this.overlay.content.close(node);
			this.overlay.release(node);
		}
	}

	create(name: string, mode: number, path: string): OpenNode {
		return new OverlayFile(this.overlay, createFile(this, name, mode), path, false);
	}

	mkdir(name: string, mode: number): void {
		makeDirectory(this, name, mode);
	}

	special(name: string, kind: SpecialNode['kind'], mode: number): void {
		makeSpecial(this, name, kind, mode);
	}

	symlink(name: string, target: string): void {
		makeSymlink(this, name, target);
	}

	link(name: string, source: Vnode): void {
		linkFile(this, name, this.#same(source));
	}

	unlink(name: string, child: Vnode): void {
		unlinkFile(this, name, this.#same(child));
	}

	rmdir(name: string, child: Vnode): void {
		removeDirectory(this, name, this.#same(child));
	}

	rename(name: string, child: Vnode, to: Vnode, toName: string, target: Vnode | undefined, flags: RenameFlags): void {
		const old = target === undefined ? undefined : this.#same(target);
		renameEntry({ from: this, name, child: this.#same(child), to: this.#same(to), toName, target: old }, flags);
	}

	/** This directory, for looking at. */
	spot(): DirectorySpot {
		if (this.subject.kind === 'lower') {
			if (this.format === S_IFDIR) return this.subject.path;
		} else if (this.subject.node.kind === 'directory') return this.subject.node;
		throw new SysError('ENOTDIR');
	}

	/** This directory's node, for changing a name in it. */
	directory(): DirectoryNode {
		const spot = this.spot();
		return typeof spot === 'string' ? this.overlay.directoryAt(spot) : spot;
	}

	/** The node in the tree (a file's: with its name). EPERM for a FIFO, socket or device of the machine. */
	upper(): Node {
		const subject = this.subject;
		if (subject.kind === 'upper') return subject.node;
		if (this.overlay.readOnly) throw new SysError('EROFS');
		switch (this.format) {
			case S_IFDIR:
				return this.overlay.directoryAt(subject.path);
			case S_IFLNK:
				return this.overlay.symlinkAt(subject.path, this.stat());
			case S_IFREG: {
				const node = this.#file();
				this.overlay.insertFile(node);
				return node;
			}
			default:
				throw new SysError('EPERM', 'a FIFO, socket or device of the machine');
		}
	}

	#file(): FileNode {
		const subject = this.subject;
		if (subject.kind === 'lower') return this.overlay.fileAt(subject.path, this.stat());
		if (subject.node.kind !== 'file') throw new SysError('EINVAL');
		return subject.node;
	}

	/** The machine's own path, as long as its permissions are still the ones that count. */
	#machinePath(): string | undefined {
		const subject = this.subject;
		if (subject.kind === 'lower') return subject.path;
		const { node } = subject;
		return node.modeSet ? undefined : lowerOf(node);
	}

	#same(other: Vnode): OverlayVnode {
		if (other instanceof OverlayVnode && other.overlay === this.overlay) return other;
		throw new SysError('EXDEV');
	}
}
