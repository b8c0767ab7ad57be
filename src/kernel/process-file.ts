/** pidfd_open(2): a process as a file, which can be read from when it has ended. */
import { SysError } from '../abi/errno.ts';
import { O_RDWR } from '../abi/open-flags.ts';
import type { Stat } from '../fs/api.ts';
import { OpenFile, POLLIN } from './open-file.ts';
import type { Process } from './task.ts';

export class ProcessFile extends OpenFile {
	readonly kind = 'event';
	readonly process: Process;
	readonly #stat: Stat;

	constructor(process: Process, stat: Stat, flags: number) {
		super(O_RDWR | flags);
		this.process = process;
		this.#stat = stat;
	}

	read(): number {
		throw new SysError('EINVAL');
	}

	write(): number {
		throw new SysError('EINVAL');
	}

	poll(): number {
		return this.process.ended === undefined ? 0 : POLLIN;
	}

	stat(): Stat {
		return this.#stat;
	}

	get label(): string {
		return 'anon_inode:[pidfd]';
	}

	protected dispose(): void {}
}
