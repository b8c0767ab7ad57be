/** /dev: null, zero, full, random and urandom; what belongs to the guest's terminal and descriptors is the kernel's. */
import { SysError } from '../abi/errno.ts';
import type { DirectoryEntry, OpenNode, OpenOptions, Stat } from './api.ts';
import { entryType, formatOf, S_IFCHR, S_IFDIR } from './mode.ts';
import type { SpecialFiles } from './special.ts';

export type DeviceOptions = {
	/** Answers for /dev/tty, ptmx, stdin, stdout, stderr, fd and pts, and for what is below the last two. */
	readonly kernel: SpecialFiles;
	/** Fills with random bytes. */
	readonly random: (into: Uint8Array) => void;
	/** When the run began, nanoseconds since the epoch. */
	readonly atNs: bigint;
};

/** Names that the kernel answers for; one of which it knows nothing is not there. */
const delegated = ['fd', 'ptmx', 'pts', 'stderr', 'stdin', 'stdout', 'tty'];

/** Minor numbers under major 1: Documentation/admin-guide/devices.txt. */
const minors = { null: 3, zero: 5, full: 7, random: 8, urandom: 9 } as const;

type DeviceName = keyof typeof minors;

export function createDevices(options: DeviceOptions): SpecialFiles {
	const { kernel } = options;
	return {
		stat: (path) => {
			if (path === '/dev') return directoryStat(options);
			const device = deviceName(path);
			return device === undefined ? (isDelegated(path) ? kernel.stat(path) : undefined) : deviceStat(options, device);
		},
		list: (path) => (path === '/dev' ? listDevices(options) : kernel.list(path)),
		readlink: (path) => kernel.readlink(path),
		through: (path) => kernel.through?.(path),
		open: (path, how) => open(options, path, how),
	};
}

function open(options: DeviceOptions, path: string, how: OpenOptions): OpenNode {
	if (path === '/dev') {
		if (how.write || how.create) throw new SysError('EISDIR');
		return new DevDirectory(options);
	}
	const device = deviceName(path);
	if (device === undefined) return options.kernel.open(path, how);
	if (how.directory) throw new SysError('ENOTDIR');
	return new Device(options, device);
}

abstract class Fixed {
	readonly domain = 'device';
	truncate(): void {}
	chmod(): void {
		throw new SysError('EPERM');
	}
	chown(): void {
		throw new SysError('EPERM');
	}
	utimes(): void {
		throw new SysError('EPERM');
	}
	close(): void {}
}

class Device extends Fixed implements OpenNode {
	readonly path: string;
	readonly type = 'device';
	readonly #options: DeviceOptions;
	readonly #name: DeviceName;

	constructor(options: DeviceOptions, name: DeviceName) {
		super();
		this.path = `/dev/${name}`;
		this.#options = options;
		this.#name = name;
	}

	read(into: Uint8Array): number {
		switch (this.#name) {
			case 'null':
				return 0;
			case 'zero':
			case 'full':
				into.fill(0);
				return into.length;
			case 'random':
			case 'urandom':
				this.#options.random(into);
				return into.length;
		}
	}

	write(bytes: Uint8Array): number {
		if (this.#name === 'full') throw new SysError('ENOSPC');
		return bytes.length;
	}

	stat(): Stat {
		return deviceStat(this.#options, this.#name);
	}

	list(): DirectoryEntry[] {
		throw new SysError('ENOTDIR');
	}
}

class DevDirectory extends Fixed implements OpenNode {
	readonly path = '/dev';
	readonly type = 'directory';
	readonly #options: DeviceOptions;

	constructor(options: DeviceOptions) {
		super();
		this.#options = options;
	}

	read(): number {
		throw new SysError('EISDIR');
	}

	write(): number {
		throw new SysError('EBADF');
	}

	stat(): Stat {
		return directoryStat(this.#options);
	}

	list(): DirectoryEntry[] {
		const dots = ['.', '..'].map((name) => ({ name, ino: directoryIno, type: entryType(S_IFDIR) }));
		return [...dots, ...listDevices(this.#options)];
	}
}

const directoryIno = 1n;

/** devtmpfs and other trees without a disk have major 0. */
const device = 5n;

function listDevices(options: DeviceOptions): DirectoryEntry[] {
	const own: DirectoryEntry[] = deviceNames.map((name) => ({ name, ino: inoOf(name), type: entryType(S_IFCHR) }));
	for (const name of delegated) {
		const stat = options.kernel.stat(`/dev/${name}`);
		if (stat !== undefined) own.push({ name, ino: stat.ino, type: entryType(formatOf(stat)) });
	}
	return own;
}

const deviceNames: readonly DeviceName[] = ['full', 'null', 'random', 'urandom', 'zero'];

function deviceName(path: string): DeviceName | undefined {
	return deviceNames.find((name) => path === `/dev/${name}`);
}

function isDelegated(path: string): boolean {
	return delegated.includes(path.split('/', 3)[2] ?? '');
}

function inoOf(name: DeviceName): bigint {
	return BigInt(minors[name]) + 1n;
}

function deviceStat(options: DeviceOptions, name: DeviceName): Stat {
	// makedev(1, minor)
	return { ...common(options), ino: inoOf(name), mode: S_IFCHR | 0o666, nlink: 1, rdev: 0x100n | BigInt(minors[name]) };
}

function directoryStat(options: DeviceOptions): Stat {
	return { ...common(options), ino: directoryIno, mode: S_IFDIR | 0o755, nlink: 4, rdev: 0n };
}

function common({ atNs }: DeviceOptions) {
	const times = { atimeNs: atNs, mtimeNs: atNs, ctimeNs: atNs };
	return { dev: device, uid: 0, gid: 0, size: 0, blksize: 4096, blocks: 0, ...times };
}
