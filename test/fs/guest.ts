/** A file system over a fresh directory of this machine, for tests; and calls on it as a script would make them. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import path from 'node:path';
import { SysError } from '../../src/abi/errno.ts';
import { forReading, type OpenNode } from '../../src/fs/api.ts';
import { createFileSystem, type SessionFileSystem } from '../../src/fs/file-system.ts';
import type { FileSystemOptions } from '../../src/fs/options.ts';
import type { SpecialFiles } from '../../src/fs/special.ts';
import { createHostFiles } from '../../src/host/host-files.ts';

export type Guest = Caller & {
	readonly session: string;
	readonly limits: string[];
};

/** Who makes calls, and from which directory (a real one of the machine). */
export type Caller = { readonly fs: SessionFileSystem; readonly work: string };

export function temporary(): string {
	return fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'approve-run-fs-')));
}

export function guest(options: Partial<FileSystemOptions> = {}, top = temporary()): Guest {
	const work = path.join(top, 'work');
	const session = options.sessionFolder ?? path.join(top, 'session');
	fs.mkdirSync(work, { recursive: true });
	fs.mkdirSync(session, { recursive: true });
	const limits: string[] = [];
	let last = 0n;
	const system = createFileSystem({
		host: createHostFiles(session),
		sessionFolder: session,
		scratch: [],
		exposed: [work],
		runtime: [],
		limits: { disk: 1 << 30, files: 10_000 },
		onLimit: (limit) => limits.push(limit),
		proc: noSpecialFiles,
		device: noSpecialFiles,
		random: (into) => into.fill(4),
		now: () => {
			const now = BigInt(Date.now()) * 1_000_000n;
			last = now > last ? now : last + 1n;
			return last;
		},
		identity: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, groups: process.getgroups?.() ?? [] },
		...options,
	});
	return { fs: system, work, session, limits };
}

export function openFile(g: Caller, name: string, flags: 'r' | 'r+' | 'w' | 'a' | 'wx', mode = 0o644): OpenNode {
	const place = g.fs.resolve(name, g.work, { follow: flags !== 'wx' });
	const make = flags === 'w' || flags === 'a' || flags === 'wx';
	return g.fs.open(place.path, {
		...forReading,
		write: flags !== 'r',
		create: make,
		exclusive: flags === 'wx',
		truncate: flags === 'w',
		mode,
	});
}

export function write(g: Caller, name: string, text: string | Uint8Array, flags: 'w' | 'a' | 'r+' | 'wx' = 'w'): void {
	const node = openFile(g, name, flags);
	try {
		node.write(Buffer.from(text), flags === 'a' ? node.stat().size : 0);
	} finally {
		node.close();
	}
}

export function readNode(node: OpenNode): string {
	const into = new Uint8Array(1 << 16);
	let text = '';
	for (let at = 0; ; ) {
		const count = node.read(into, at);
		if (count === 0) return text;
		text += Buffer.from(into.subarray(0, count)).toString('latin1');
		at += count;
	}
}

export function read(g: Caller, name: string): string {
	const node = openFile(g, name, 'r');
	try {
		return readNode(node);
	} finally {
		node.close();
	}
}

/** The path as an acting call gets it: resolved, the last part not followed. */
export function at(g: Caller, name: string): string {
	return g.fs.resolve(name, g.work, { follow: false }).path;
}

export function names(g: Caller, name: string): string[] {
	return g.fs
		.list(g.fs.resolve(name, g.work).path)
		.map((entry) => entry.name)
		.filter((entry) => entry !== '.' && entry !== '..')
		.sort();
}

/** No made-up file at all. */
const noSpecialFiles: SpecialFiles = {
	stat: () => undefined,
	list: () => [],
	readlink: () => {
		throw new SysError('EINVAL');
	},
	open: () => {
		throw new SysError('ENOENT');
	},
};
