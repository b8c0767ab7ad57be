/** Extended attributes of one file: xattr(7). Files in scratch have them, as long as they live; no others can. */
import { SysError } from '../abi/errno.ts';

/** Of names and values together: what a file system of 4 KiB blocks has room for, and no more of the controller's memory. */
const mostBytes = 4096;

export class Attributes {
	readonly #values = new Map<string, Buffer>();

	get(name: string): Buffer | undefined {
		return this.#values.get(name);
	}

	/** EEXIST, ENODATA; ENOSPC where there is no room. */
	set(name: string, value: Buffer, how: 'create' | 'replace' | 'either'): void {
		const old = this.#values.get(name);
		if (how === 'create' && old !== undefined) throw new SysError('EEXIST');
		if (how === 'replace' && old === undefined) throw new SysError('ENODATA');
		let bytes = 0;
		for (const [other, held] of this.#values) if (other !== name) bytes += other.length + held.length;
		if (bytes + name.length + value.length > mostBytes) throw new SysError('ENOSPC');
		this.#values.set(name, value);
	}

	/** ENODATA. */
	remove(name: string): void {
		if (!this.#values.delete(name)) throw new SysError('ENODATA');
	}

	names(): string[] {
		return [...this.#values.keys()];
	}
}
