/** The bytes of upper files: which descriptor of ours a node reads and writes through. */
import type { HostFiles } from './api.ts';
import type { FileNode } from './node.ts';
import { join } from './path.ts';

type Descriptors = { lower: number | undefined; content: number | undefined };

export class Content {
	readonly #host: HostFiles;
	readonly #folder: string;
	readonly #open = new Map<number, Descriptors>();

	/** `folder`: where the contents lie, each under its name. */
	constructor(host: HostFiles, folder: string) {
		this.#host = host;
		this.#folder = folder;
	}

	path(content: string): string {
		return join(this.#folder, content);
	}

	/** Opens the machine's file now, so that it stays readable whatever happens to its name. */
	openLower(node: FileNode): void {
		const known = this.#descriptors(node);
		if (node.lower !== undefined) known.lower ??= this.#host.openRead(node.lower);
	}

	read(node: FileNode, into: Uint8Array, position: number): number {
		if (node.lower === undefined) return this.#host.read(this.#content(node), into, position);
		this.openLower(node);
		const fd = this.#descriptors(node).lower;
		return fd === undefined ? 0 : this.#host.read(fd, into, position);
	}

	write(node: FileNode, bytes: Uint8Array, position: number): number {
		return this.#host.write(this.#content(node), bytes, position);
	}

	resize(node: FileNode, size: number): void {
		this.#host.ftruncate(this.#content(node), size);
	}

	/** Makes an empty content for node `id`. */
	create(id: number, content: string): void {
		this.#descriptors({ id }).content = this.#host.openSession(this.path(content), 'create');
	}

	/** Makes a content with the bytes of the lower file. Its size. */
	copy(node: FileNode, content: string): number {
		return node.lower === undefined ? node.size : this.#host.copyIn(node.lower, this.path(content));
	}

	/** The open lower file, if it is open. */
	lowerDescriptor(node: FileNode): number | undefined {
		return this.#open.get(node.id)?.lower;
	}

	closeLower(node: { readonly id: number }): void {
		const known = this.#open.get(node.id);
		if (known?.lower === undefined) return;
		this.#host.close(known.lower);
		known.lower = undefined;
	}

	close(node: { readonly id: number }): void {
		this.closeLower(node);
		const known = this.#open.get(node.id);
		if (known?.content !== undefined) this.#host.close(known.content);
		this.#open.delete(node.id);
	}

	remove(node: FileNode): void {
		this.close(node);
		if (node.content !== undefined) this.#host.removeSession(this.path(node.content));
	}

	#descriptors(node: { readonly id: number }): Descriptors {
		const known = this.#open.get(node.id);
		if (known !== undefined) return known;
		const fresh: Descriptors = { lower: undefined, content: undefined };
		this.#open.set(node.id, fresh);
		return fresh;
	}

	#content(node: FileNode): number {
		const known = this.#descriptors(node);
		if (known.content === undefined) {
			if (node.content === undefined) throw new Error(`node ${node.id} has no content`);
			known.content = this.#host.openSession(this.path(node.content), 'write');
		}
		return known.content;
	}
}
