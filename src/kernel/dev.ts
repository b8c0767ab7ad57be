/** The part of /dev that is the kernel's: links to the caller's own descriptors, pseudo-terminals, and a /dev/tty. */
import { SysError } from '../abi/errno.ts';
import { S_IFCHR, S_IFDIR, S_IFLNK } from '../abi/file-mode.ts';
import type { Stat } from '../fs/api.ts';
import type { SpecialFiles } from '../fs/special.ts';
import type { Kernel } from './kernel.ts';
import { fixedNode } from './proc-node.ts';

const links: Readonly<Record<string, string>> = {
	'/dev/fd': '/proc/self/fd',
	'/dev/stdin': '/proc/self/fd/0',
	'/dev/stdout': '/proc/self/fd/1',
	'/dev/stderr': '/proc/self/fd/2',
};

export function createKernelDevices(kernel: () => Kernel): SpecialFiles {
	const stat = (path: string): Stat | undefined => {
		if (Object.hasOwn(links, path)) return { ...kernel().anonymousStat(), mode: S_IFLNK | 0o777, dev: 6n };
		if (path === '/dev/tty') return { ...kernel().anonymousStat(), mode: S_IFCHR | 0o666, dev: 6n, rdev: 0x500n };
		if (path === '/dev/pts') return { ...kernel().anonymousStat(), mode: S_IFDIR | 0o755, dev: 25n, nlink: 2 };
		if (path === '/dev/ptmx' || path === '/dev/pts/ptmx')
			return { ...kernel().anonymousStat(), mode: S_IFCHR | 0o666, dev: 5n, ino: 2n, rdev: 0x502n };
		const number = /^\/dev\/pts\/(0|[1-9]\d{0,3})$/.exec(path)?.[1];
		return number === undefined ? undefined : kernel().terminals.find(Number(number))?.stat;
	};
	return {
		stat,
		list: () =>
			[...kernel().terminals.numbers].map((number) => ({ name: `${number}`, type: 2, ino: BigInt(number + 3) })),
		readlink(path) {
			const target = links[path];
			if (target === undefined) throw new SysError('EINVAL');
			return target;
		},
		open(path) {
			const facts = stat(path);
			// A process without a controlling terminal: descriptors 0 to 2 may be one, and are all it has. Others never come here.
			if (path === '/dev/tty') throw new SysError('ENXIO');
			if (facts === undefined || path !== '/dev/pts') throw new SysError('ENOENT');
			return fixedNode(path, 'device', facts, '', () => this.list(path));
		},
	};
}
