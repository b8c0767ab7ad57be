/** A process's table of descriptors. */
import { SysError } from '../abi/errno.ts';
import type { OpenFile } from './open-file.ts';

type Slot = { readonly file: OpenFile; closeOnExec: boolean };

export class Descriptors {
	readonly #slots: (Slot | undefined)[] = [];
	/** RLIMIT_NOFILE: one more than the highest descriptor; and what it may be raised to. */
	limit: number;
	most: number;
	/** Told of each file that loses a number here, before it does. */
	onClose: ((file: OpenFile) => void) | undefined;

	constructor(limit: number, most = limit) {
		this.limit = limit;
		this.most = most;
	}

	get(fd: number): OpenFile {
		const slot = this.#slots[fd];
		if (slot === undefined) throw new SysError('EBADF');
		return slot.file;
	}

	find(fd: number): OpenFile | undefined {
		return this.#slots[fd]?.file;
	}

	/** Whether there is a free number. */
	get free(): boolean {
		for (let fd = 0; fd < this.limit; fd++) if (this.#slots[fd] === undefined) return true;
		return false;
	}

	/** Puts a file at the lowest free number from `from` on. EMFILE when the table is full. */
	add(file: OpenFile, closeOnExec: boolean, from = 0): number {
		let fd = from;
		while (this.#slots[fd] !== undefined) fd += 1;
		if (fd >= this.limit) throw new SysError(from >= this.limit ? 'EINVAL' : 'EMFILE');
		this.#slots[fd] = { file: file.hold(), closeOnExec };
		return fd;
	}

	/** Puts a file at exactly `fd`; what was there is closed. */
	replace(fd: number, file: OpenFile, closeOnExec: boolean): void {
		if (!(fd >= 0 && fd < this.limit)) throw new SysError('EBADF');
		const before = this.#slots[fd];
		this.#slots[fd] = { file: file.hold(), closeOnExec };
		if (before !== undefined) this.#release(before.file);
	}

	close(fd: number): void {
		const slot = this.#slots[fd];
		if (slot === undefined) throw new SysError('EBADF');
		this.#slots[fd] = undefined;
		this.#release(slot.file);
	}

	closesOnExec(fd: number): boolean {
		this.get(fd);
		return this.#slots[fd]?.closeOnExec ?? false;
	}

	setCloseOnExec(fd: number, closeOnExec: boolean): void {
		this.get(fd);
		const slot = this.#slots[fd];
		if (slot !== undefined) slot.closeOnExec = closeOnExec;
	}

	/** The open numbers, rising. */
	numbers(): number[] {
		return [...this.#slots.keys()].filter((fd) => this.#slots[fd] !== undefined);
	}

	/** fork(2): the same open files under the same numbers. */
	copy(): Descriptors {
		const table = new Descriptors(this.limit, this.most);
		this.#slots.forEach((slot, fd) => {
			if (slot !== undefined) table.#slots[fd] = { file: slot.file.hold(), closeOnExec: slot.closeOnExec };
		});
		return table;
	}

	/** execve(2): closes what is marked so. */
	closeOnExec(): void {
		for (const fd of this.numbers()) if (this.#slots[fd]?.closeOnExec) this.close(fd);
	}

	closeAll(): void {
		for (const fd of this.numbers()) this.close(fd);
	}

	#release(file: OpenFile): void {
		this.onClose?.(file);
		file.release();
	}
}
