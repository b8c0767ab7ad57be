/** syncfs(2), which node has no binding for. */
import { spawnSync } from 'node:child_process';
import { SysError } from '../abi/errno.ts';

/**
 * Writes out the file system of an open directory through coreutils' `sync -f`: for 10,000 files one of these takes
 * 0.1 s where fsync(2) of each takes several. Where `-f` fails (a directory that may not be read) everything is synced.
 */
export function syncFileSystemOf(fd: number): void {
	const run = (args: string[]) => spawnSync('sync', args, { stdio: ['ignore', 'ignore', 'ignore', fd] }).status === 0;
	if (!run(['-f', '/proc/self/fd/3']) && !run([])) throw new SysError('EIO', 'the command `sync` failed');
}
