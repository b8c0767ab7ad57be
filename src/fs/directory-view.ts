/** An open directory that is another one but for the names in it. */
import { SysError } from '../abi/errno.ts';
import type { DirectoryEntry, Domain, OpenNode, Stat } from './api.ts';
import type { Attributes } from './attributes.ts';

export abstract class DirectoryView implements OpenNode {
	readonly path: string;
	readonly domain: Domain;
	readonly type = 'directory';
	protected readonly node: OpenNode;

	constructor(node: OpenNode) {
		this.path = node.path;
		this.domain = node.domain;
		this.node = node;
	}

	abstract list(): DirectoryEntry[];

	read(into: Uint8Array, position: number): number {
		return this.node.read(into, position);
	}

	write(bytes: Uint8Array, position: number): number {
		return this.node.write(bytes, position);
	}

	truncate(size: number): void {
		this.node.truncate(size);
	}

	stat(): Stat {
		return this.node.stat();
	}

	chmod(mode: number): void {
		this.node.chmod(mode);
	}

	chown(uid: number, gid: number): void {
		this.node.chown(uid, gid);
	}

	attributes(): Attributes {
		const attributes = this.node.attributes?.();
		if (attributes === undefined) throw new SysError('EOPNOTSUPP');
		return attributes;
	}

	utimes(atimeNs: bigint | undefined, mtimeNs: bigint | undefined, touch?: boolean): void {
		this.node.utimes(atimeNs, mtimeNs, touch);
	}

	close(): void {
		this.node.close();
	}
}
