/** Puts the trees together: the machine with its upper layer, runtime folders, scratch, /dev and /proc. */
import { SysError } from '../abi/errno.ts';
import { createDevices } from './devices.ts';
import { openLog, type TreeLog } from './log.ts';
import { Lower } from './lower.ts';
import { S_IFDIR } from './mode.ts';
import { type Mount, Mounts } from './mounts.ts';
import type { FileSystemOptions } from './options.ts';
import { Overlay } from './overlay.ts';
import { OverlayVnode } from './overlay-vnode.ts';
import { join } from './path.ts';
import { createQuota, type Quota } from './quota.ts';
import { contentFolder, logPath, restoreTree } from './restore.ts';
import { createScratch } from './scratch.ts';
import { type SpecialFiles, SpecialVnode } from './special.ts';
import { Tree } from './tree.ts';
import type { Vnode } from './vnode.ts';
import { walk } from './walker.ts';

/** Bytes that the log of a session may have, however small its limit on disk is. */
const leastLog = 16 * 1024 * 1024;

export type Assembled = {
	readonly mounts: Mounts;
	/** The machine's tree with the guest's changes. */
	readonly machine: Overlay;
	readonly lower: Lower;
	readonly quota: Quota;
	readonly log: TreeLog;
	readonly upperFolder: string;
	readonly scratchFolder: string;
};

export function assemble(options: FileSystemOptions): Assembled {
	const { host, identity, now } = options;
	const upperFolder = join(options.sessionFolder, 'upper');
	const scratchFolder = join(options.sessionFolder, 'scratch');
	const restored = restoreTree(host, upperFolder);
	const quota = createQuota({ ...options.limits, onLimit: options.onLimit }, restored.used);
	const lower = new Lower(host, now);
	// The log is not counted with the files, and may grow to what they may.
	const room = { bytes: leastLog + options.limits.disk, onFull: () => options.onLimit('disk') };
	const log = openLog(host, logPath(upperFolder), restored.logSize, room);
	const shared = { host, lower, quota, identity, now };
	const machine = new Overlay({
		...shared,
		domain: 'host',
		readOnly: false,
		tree: restored.tree,
		contentFolder: contentFolder(upperFolder),
		log,
		firstIno: firstIno(0),
	});
	const real = (path: string) => canonical(machine, path);
	const exposed = unique(options.exposed.map(real));
	const runtime = unique(options.runtime.map(real)).filter((path) => !exposed.includes(path));
	const scratch = unique([...options.scratch.map(real), '/dev/shm']).filter((path) => !exposed.includes(path));

	const atRuntime = new Overlay({
		...shared,
		domain: 'runtime',
		readOnly: true,
		tree: new Tree('/', { ...restored.tree.root }, now()),
		contentFolder: upperFolder,
		firstIno: firstIno(1),
	});
	const made = (domain: 'device' | 'proc', files: SpecialFiles, path: string): Mount => ({
		path,
		enter: () => enterSpecial({ domain, files, identity }, path),
	});
	const devices = createDevices({ kernel: options.device, random: options.random, atNs: now() });
	const mounts: Mount[] = [
		{ path: '/', enter: () => rootOf(machine) },
		made('device', devices, '/dev'),
		made('proc', options.proc, '/proc'),
		...exposed.filter((path) => path !== '/').map((path) => ({ path, enter: () => enterLower(machine, path) })),
		...runtime.map((path) => ({ path, enter: () => enterLower(atRuntime, path) })),
	];
	const mounted = mounts.map((mount) => mount.path);
	host.removeSession(scratchFolder);
	for (const [index, path] of scratch.entries()) {
		const folder = join(scratchFolder, String(index));
		const overlay = createScratch({
			...shared,
			path,
			folder,
			dev: scratchDev(index),
			firstIno: firstIno(2 + index),
			mounted,
		});
		mounts.push({ path, enter: () => rootOf(overlay) });
	}
	return { mounts: new Mounts(mounts, options.hidden), machine, lower, quota, log, upperFolder, scratchFolder };
}

/** Inode numbers of new nodes lie above those of any real file system, and apart for each overlay. */
function firstIno(overlay: number): bigint {
	return BigInt(overlay + 1) << 48n;
}

/** makedev(0, 0xf00 + n): trees without a disk have major 0, and no machine mounts that many. */
function scratchDev(index: number): bigint {
	return (0xf00n << 12n) | BigInt(index);
}

function rootOf(overlay: Overlay): Vnode {
	return new OverlayVnode(overlay, { kind: 'upper', node: overlay.tree.root });
}

/** The directory `path` of an overlay, as it is now. */
function enterLower(overlay: Overlay, path: string): Vnode {
	let vnode = new OverlayVnode(overlay, { kind: 'upper', node: overlay.tree.root });
	for (const name of path.split('/')) {
		if (name === '') continue;
		const next = vnode.format === S_IFDIR ? vnode.lookup(name, false) : undefined;
		if (next === undefined) throw new SysError('ENOENT', path);
		vnode = next;
	}
	return vnode;
}

function enterSpecial(
	tree: { domain: 'device' | 'proc'; files: SpecialFiles; identity: FileSystemOptions['identity'] },
	path: string,
): Vnode {
	const stat = tree.files.stat(path);
	if (stat === undefined) throw new SysError('ENOENT', path);
	return new SpecialVnode(tree, path, stat);
}

/** The path without symlinks; one that leads nowhere stays as it is. */
function canonical(machine: Overlay, path: string): string {
	const alone = new Mounts([{ path: '/', enter: () => rootOf(machine) }]);
	try {
		return walk(alone, machine.identity, path, '/', { follow: true, followOnTheWay: true, naming: false }).path;
	} catch (error) {
		if (error instanceof SysError) return path;
		throw error;
	}
}

function unique(paths: readonly string[]): string[] {
	return [...new Set(paths)];
}
