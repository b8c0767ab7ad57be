/** opendir(3) and its kin, over open directories of the kernel. */
import { encodeName } from '../../abi/bytes.ts';
import { darwinDirentBytes, packDarwinDirent } from '../../abi/darwin-structs.ts';
import { SysError } from '../../abi/errno.ts';
import { O_CLOEXEC, platformFlags } from '../../abi/open-flags.ts';
import { packDirent } from '../../abi/structs.ts';
import { NodeFile } from '../../kernel/node-file.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import { openat } from '../open.ts';
import { AT_FDCWD } from '../place.ts';
import type { Directory, LibcContext, LibcHandler } from './libc.ts';

/** struct dirent: glibc's has d_ino, d_off, d_reclen, d_type, d_name[256], and is padded. */
const layouts = {
	linux: { bytes: 280, pack: packDirent },
	darwin: { bytes: darwinDirentBytes, pack: packDarwinDirent },
};
const mostDirectories = 4096;

/** Implements opendir(3). */
export const opendir: LibcHandler = (c) => {
	const flags = platformFlags[c.architecture].O_DIRECTORY | O_CLOEXEC;
	const opened = openat(c.as('openat(isii)i', [AT_FDCWD, c.call.args[0] ?? 0, flags, 0]));
	return afterwards(opened, (fd) => remember(c, fd));
};

/** Implements fdopendir(3): the descriptor is the directory's from now on. */
export const fdopendir: LibcHandler = (c) => {
	c.file(0);
	return remember(c, c.int(0));
};

/** Implements readdir(3): the same address each time, NULL at the end. */
export const readdir: LibcHandler = (c) => {
	const { file } = directoryOf(c);
	const [entry] = file.entries();
	if (entry === undefined) return 0;
	file.offset += 1;
	c.link.write(c.long(0), layouts[c.libc.platform].pack(entry, encodeName(entry.name), file.offset));
	return c.long(0);
};

/** Implements rewinddir(3). */
export const rewinddir: LibcHandler = (c) => {
	directoryOf(c).file.seek(0, 0);
	return 0;
};

/** Implements dirfd(3). */
export const dirfd: LibcHandler = (c) => directoryOf(c).fd;

/** Implements closedir(3). */
export const closedir: LibcHandler = (c) => {
	const { fd } = directoryOf(c);
	c.libc.directories.delete(c.long(0));
	c.libc.link.free(c.long(0));
	c.process.descriptors.close(fd);
	return 0;
};

function remember(c: LibcContext, fd: number): number {
	const file = c.process.descriptors.get(fd);
	if (!(file instanceof NodeFile) || file.node.type !== 'directory') throw new SysError('ENOTDIR');
	// fdopendir(3) takes no descriptor of its own, so that the limit of those is none of these.
	if (c.libc.directories.size >= mostDirectories) throw new SysError('ENOMEM');
	const address = c.libc.link.allocate(Buffer.alloc(layouts[c.libc.platform].bytes));
	c.libc.directories.set(address, { file, fd });
	return address;
}

function directoryOf(c: LibcContext): Directory {
	const directory = c.libc.directories.get(c.long(0));
	if (directory === undefined) throw new SysError('EBADF');
	return directory;
}

/** Goes on with a result, at once or when the task has waited for it. (A module that exports `then` could not be imported dynamically.) */
export function afterwards(outcome: Outcome, next: (result: number) => number): Outcome {
	if (typeof outcome === 'number') return next(outcome);
	if (outcome.kind !== 'park') return outcome;
	const retry = (): Outcome | undefined => {
		const now = outcome.retry();
		return now === undefined ? undefined : afterwards(now, next);
	};
	return { ...outcome, retry };
}
