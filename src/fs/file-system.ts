/** The guest's file system: every call walks to its path, checks what Linux checks, and acts on the tree that is there. */
import { SysError } from '../abi/errno.ts';
import type { Change } from '../model/change.ts';
import type { DirectoryEntry, FileSystem, OpenNode, OpenOptions, Place, ResolveOptions, Stat } from './api.ts';
import { type Assembled, assemble } from './assemble.ts';
import type { Attributes } from './attributes.ts';
import { changesOf } from './change-set.ts';
import { HidingDirectory } from './hiding-directory.ts';
import { keepChanges } from './kept-changes.ts';
import { entryType, S_IFDIR } from './mode.ts';
import { addMounted, MountedDirectory } from './mounted-directory.ts';
import type { FileSystemOptions } from './options.ts';
import { isBelow } from './path.ts';
import { rebaseTree } from './rebase.ts';
import type { RenameFlags, Vnode } from './vnode.ts';
import { type Found, type WalkOptions, walk } from './walker.ts';

/** The file system with what its session needs of it. */
export interface SessionFileSystem extends FileSystem {
	/** What the guest wants of the machine's files so far, in program order. */
	changeSet(): Change[];
	/** The same with revisions: what a person approved of it is then never taken for what the script wrote later. */
	revisedChanges(): Change[];
	/** These changes are on the machine now: they are none any more, and the guest sees the machine's own files there. */
	rebase(applied: readonly Change[]): void;
	/** The next place in the program's order, for an effect that is no change: no change will have it. */
	takeOrder(): number;
	/** After a command ran on the machine: nothing that was remembered of it holds. */
	forget(): void;
	/** Closes the log and throws scratch away. `changes`: the change set at the end, to be kept so that it need not be made again. */
	close(changes?: readonly Change[]): void;
}

export function createFileSystem(options: FileSystemOptions): SessionFileSystem {
	return new GuestFileSystem(options);
}

/** For the acting calls: the path is resolved, so a symlink on the way has come in between. */
const exact: WalkOptions = { follow: false, followOnTheWay: false, naming: true };

class GuestFileSystem implements SessionFileSystem {
	readonly #options: FileSystemOptions;
	readonly #parts: Assembled;

	constructor(options: FileSystemOptions) {
		this.#options = options;
		this.#parts = assemble(options);
	}

	takeOrder(): number {
		return this.#parts.machine.tree.nextOrder++;
	}

	resolve(path: string, cwd: string, options: ResolveOptions = {}): Place {
		const naming = options.naming ?? false;
		const follow = options.follow ?? !naming;
		const found = this.#walk(path, cwd, { follow, followOnTheWay: true, naming });
		const { vnode, slash } = found;
		const origin = vnode?.origin;
		return {
			path: found.path,
			domain: (vnode ?? found.parent).domain,
			stat: vnode?.stat(),
			...(origin === undefined || origin === found.path ? {} : { origin }),
			...(slash ? { slash } : {}),
		};
	}

	open(path: string, options: OpenOptions): OpenNode {
		const found = this.#find(path);
		if (found.vnode !== undefined) {
			if (options.create && options.exclusive) throw new SysError('EEXIST');
			const node = found.vnode.open(found.path, options, found.parent);
			const mount = node.type === 'directory' ? this.#parts.mounts.at(found.path) : undefined;
			const { hidden } = this.#options;
			const whole = mount === undefined ? node : new MountedDirectory(node, mount);
			return hidden === undefined || node.type !== 'directory' || node.domain !== 'host'
				? whole
				: new HidingDirectory(whole, hidden);
		}
		if (!options.create) throw new SysError('ENOENT');
		if (found.slash) throw new SysError('EISDIR');
		if (options.directory) throw new SysError('EINVAL');
		return found.parent.create(found.name, options.mode, found.path);
	}

	stat(path: string): Stat {
		return this.#there(path).vnode.stat();
	}

	list(path: string): DirectoryEntry[] {
		const found = this.#there(path);
		const { vnode, parent } = found;
		if (vnode.format !== S_IFDIR) throw new SysError('ENOTDIR');
		vnode.access(4);
		const type = entryType(S_IFDIR);
		const dots = [
			{ name: '.', ino: vnode.stat().ino, type },
			{ name: '..', ino: parent.stat().ino, type },
		];
		return addMounted(this.#parts.mounts.at(found.path), [...dots, ...vnode.list()]);
	}

	readlink(path: string): string {
		return this.#there(path).vnode.readlink();
	}

	access(path: string, mode: number): void {
		this.#there(path).vnode.access(mode);
	}

	mkdir(path: string, mode: number): void {
		const { parent, name } = this.#free(path);
		parent.mkdir(name, mode);
	}

	rmdir(path: string): void {
		const { parent, name, vnode } = this.#there(path);
		this.#notBusy(path);
		parent.rmdir(name, vnode);
	}

	unlink(path: string): void {
		const { parent, name, vnode, slash } = this.#there(path);
		if (slash || name === '') throw new SysError(vnode.format === S_IFDIR ? 'EISDIR' : 'ENOTDIR');
		parent.unlink(name, vnode);
	}

	special(path: string, kind: 'fifo' | 'socket', mode: number): void {
		const found = this.#free(path);
		if (found.slash) throw new SysError('ENOENT');
		found.parent.special(found.name, kind, mode);
	}

	symlink(target: string, path: string): void {
		const found = this.#free(path);
		if (found.slash) throw new SysError('ENOENT');
		found.parent.symlink(found.name, target);
	}

	link(from: string, to: string): void {
		const source = this.#there(from);
		const found = this.#free(to);
		if (found.slash) throw new SysError('ENOENT');
		found.parent.link(found.name, source.vnode);
	}

	rename(from: string, to: string, flags: RenameFlags): void {
		if (flags.noReplace && flags.exchange) throw new SysError('EINVAL');
		const source = this.#there(from);
		const target = this.#find(to);
		if (flags.noReplace && target.vnode !== undefined) throw new SysError('EEXIST');
		if (flags.exchange && target.vnode === undefined) throw new SysError('ENOENT');
		if (source.name === '' || target.name === '') throw new SysError('EBUSY');
		if (flags.exchange && target.slash && target.vnode?.format !== S_IFDIR) throw new SysError('ENOTDIR');
		if (source.vnode.format !== S_IFDIR && (source.slash || (target.slash && !flags.exchange))) {
			throw new SysError('ENOTDIR');
		}
		if (isBelow(target.path, source.path)) throw new SysError('EINVAL');
		if (isBelow(source.path, target.path)) throw new SysError(flags.exchange ? 'EINVAL' : 'ENOTEMPTY');
		this.#notBusy(source.path);
		this.#notBusy(target.path);
		source.parent.rename(source.name, source.vnode, target.parent, target.name, target.vnode, flags);
	}

	chmod(path: string, mode: number): void {
		this.#there(path).vnode.chmod(mode);
	}

	chown(path: string, uid: number, gid: number): void {
		this.#there(path).vnode.chown(uid, gid);
	}

	attributes(path: string, write: boolean): Attributes {
		return this.#there(path).vnode.attributes(write);
	}

	utimes(path: string, atimeNs: bigint | undefined, mtimeNs: bigint | undefined, touch = false): void {
		this.#there(path).vnode.utimes(atimeNs, mtimeNs, touch);
	}

	truncate(path: string, size: number): void {
		this.#there(path).vnode.truncate(size);
	}

	used(): { readonly disk: number; readonly files: number } {
		return this.#parts.quota.used();
	}

	changeSet(): Change[] {
		const { machine, upperFolder } = this.#parts;
		return changesOf(machine.tree, this.#options.host, upperFolder);
	}

	revisedChanges(): Change[] {
		const { machine, upperFolder } = this.#parts;
		return changesOf(machine.tree, this.#options.host, upperFolder, true);
	}

	rebase(applied: readonly Change[]): void {
		this.forget();
		rebaseTree(this.#parts.machine, applied);
	}

	forget(): void {
		this.#parts.lower.forget();
	}

	close(changes?: readonly Change[]): void {
		const { log, upperFolder } = this.#parts;
		log.close();
		if (changes !== undefined) keepChanges(this.#options.host, upperFolder, changes);
		this.#options.host.removeSession(this.#parts.scratchFolder);
	}

	#walk(path: string, cwd: string, options: WalkOptions): Found {
		return walk(this.#parts.mounts, this.#options.identity, path, cwd, options);
	}

	#find(path: string): Found {
		return this.#walk(path, '/', exact);
	}

	/** ENOENT where nothing is. */
	#there(path: string): Found & { readonly vnode: Vnode } {
		const found = this.#find(path);
		if (found.vnode === undefined) throw new SysError('ENOENT');
		return { ...found, vnode: found.vnode };
	}

	/** EEXIST where something is. */
	#free(path: string): Found {
		const found = this.#find(path);
		if (found.vnode !== undefined) throw new SysError('EEXIST');
		return found;
	}

	#notBusy(path: string): void {
		if (this.#parts.mounts.isBusy(path)) throw new SysError('EBUSY');
	}
}
