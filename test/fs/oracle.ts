/** Random calls on the overlay and, the same ones, on a real directory: Linux says what each must answer. */
import * as fs from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { SysError } from '../../src/abi/errno.ts';
import type { OpenNode } from '../../src/fs/api.ts';
import { at, type Guest, readNode } from './guest.ts';

export type Call =
	| { readonly op: 'write'; readonly path: string; readonly flags: 'w' | 'a' | 'wx' | 'r+'; readonly text: string }
	| { readonly op: 'hold'; readonly path: string; readonly flags: 'r' | 'r+' | 'w' | 'a' }
	| { readonly op: 'heldWrite'; readonly slot: number; readonly text: string; readonly at: number }
	| { readonly op: 'heldRead' | 'heldStat' | 'drop'; readonly slot: number }
	| { readonly op: 'heldTruncate'; readonly slot: number; readonly size: number }
	| { readonly op: 'heldChmod'; readonly slot: number; readonly mode: number }
	| {
			readonly op: 'read' | 'mkdir' | 'rmdir' | 'unlink' | 'list' | 'readlink' | 'stat' | 'lstat';
			readonly path: string;
	  }
	| {
			readonly op: 'rename';
			readonly path: string;
			readonly to: string;
			readonly how: 'plain' | 'noReplace' | 'exchange';
	  }
	| { readonly op: 'link'; readonly path: string; readonly to: string }
	| { readonly op: 'symlink'; readonly path: string; readonly target: string }
	| { readonly op: 'chmod'; readonly path: string; readonly mode: number }
	| { readonly op: 'truncate'; readonly path: string; readonly size: number }
	| { readonly op: 'utimes'; readonly path: string; readonly seconds: number }
	| { readonly op: 'access'; readonly path: string; readonly mode: number };

const name = fc.constantFrom('a', 'b', 'c');
const somePath = fc.oneof(
	{ weight: 4, arbitrary: name },
	{ weight: 6, arbitrary: fc.tuple(name, name).map((parts) => parts.join('/')) },
	{ weight: 4, arbitrary: fc.tuple(name, name, name).map((parts) => parts.join('/')) },
	{ weight: 1, arbitrary: fc.tuple(name, name).map(([a, b]) => `${a}/../${b}`) },
	{ weight: 1, arbitrary: fc.tuple(name, name).map(([a, b]) => `./${a}//${b}`) },
);
const slashed = fc.oneof(
	{ weight: 8, arbitrary: somePath },
	{ weight: 1, arbitrary: somePath.map((one) => `${one}/`) },
);
const text = fc.constantFrom('', 'x', 'hello\n', 'longer text than the others\n');
const slot = fc.integer({ min: 0, max: 2 });
const size = fc.constantFrom(0, 1, 4, 10_000);
const mode = fc.constantFrom(0o755, 0o644, 0o600, 0o700, 0o500, 0o400, 0o555, 0o000, 0o1777, 0o2755);
const target = fc.oneof(somePath, fc.constantFrom('..', '.', '../a', '../b/c', 'nowhere'));

export const anyCall: fc.Arbitrary<Call> = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.record({
			op: fc.constant('write'),
			path: somePath,
			flags: fc.constantFrom('w', 'a', 'wx', 'r+'),
			text,
		}),
	},
	{
		weight: 4,
		arbitrary: fc.record({ op: fc.constant('hold'), path: somePath, flags: fc.constantFrom('r', 'r+', 'w', 'a') }),
	},
	{ weight: 2, arbitrary: fc.record({ op: fc.constant('heldWrite'), slot, text, at: size }) },
	{ weight: 3, arbitrary: fc.record({ op: fc.constantFrom('heldRead', 'heldStat', 'drop'), slot }) },
	{ weight: 1, arbitrary: fc.record({ op: fc.constant('heldTruncate'), slot, size }) },
	{ weight: 1, arbitrary: fc.record({ op: fc.constant('heldChmod'), slot, mode }) },
	{
		weight: 3,
		arbitrary: fc.record({ op: fc.constantFrom('read', 'list', 'readlink', 'stat', 'lstat'), path: slashed }),
	},
	{ weight: 8, arbitrary: fc.record({ op: fc.constantFrom('mkdir', 'rmdir', 'unlink'), path: slashed }) },
	{
		weight: 10,
		arbitrary: fc.record({
			op: fc.constant('rename'),
			path: slashed,
			to: slashed,
			how: fc.constantFrom('plain', 'plain', 'plain', 'noReplace', 'exchange'),
		}),
	},
	{ weight: 3, arbitrary: fc.record({ op: fc.constant('link'), path: somePath, to: slashed }) },
	{ weight: 3, arbitrary: fc.record({ op: fc.constant('symlink'), path: slashed, target }) },
	{ weight: 2, arbitrary: fc.record({ op: fc.constant('chmod'), path: somePath, mode }) },
	{ weight: 2, arbitrary: fc.record({ op: fc.constant('truncate'), path: somePath, size }) },
	{
		weight: 1,
		arbitrary: fc.record({ op: fc.constant('utimes'), path: somePath, seconds: fc.constantFrom(1, 1_000_000) }),
	},
	{
		weight: 2,
		arbitrary: fc.record({ op: fc.constant('access'), path: somePath, mode: fc.integer({ min: 0, max: 7 }) }),
	},
);

/** What is there before: files, directories and links of the real machine. */
export type Seed =
	| { readonly kind: 'file'; readonly path: string; readonly text: string; readonly mode: number }
	| { readonly kind: 'directory'; readonly path: string; readonly mode: number }
	| { readonly kind: 'symlink'; readonly path: string; readonly target: string };

export const anySeed: fc.Arbitrary<Seed> = fc.oneof(
	fc.record({ kind: fc.constant('file'), path: somePath, text, mode: fc.constantFrom(0o644, 0o600, 0o755) }),
	fc.record({ kind: fc.constant('directory'), path: somePath, mode: fc.constantFrom(0o755, 0o700) }),
	fc.record({ kind: fc.constant('symlink'), path: somePath, target }),
);

/** Makes what can be made of the seeds. */
export function plant(directory: string, seeds: readonly Seed[]): void {
	for (const seed of seeds) {
		const where = path.join(directory, seed.path);
		try {
			fs.mkdirSync(path.dirname(where), { recursive: true });
			if (seed.kind === 'file') fs.writeFileSync(where, seed.text, { flag: 'wx', mode: seed.mode });
			else if (seed.kind === 'directory') fs.mkdirSync(where, { mode: seed.mode });
			else fs.symlinkSync(seed.target, where);
		} catch (error) {
			if (!(error instanceof Error && 'syscall' in error)) throw error;
		}
	}
}

/** The answer as text: `ok`, what was read, or the errno. */
export function answer(act: () => unknown): string {
	try {
		return `ok ${JSON.stringify(act()) ?? ''}`;
	} catch (error) {
		if (error instanceof SysError) return error.code;
		if (error instanceof Error && 'code' in error && 'syscall' in error) return String(error.code);
		throw error;
	}
}

export interface Machine {
	call(call: Call): string;
	closeAll(): void;
}

/** The overlay, called as the kernel calls it. */
export function overlayMachine(g: Guest): Machine {
	const held = new Map<number, { node: OpenNode; flags: string }>();
	const followed = (one: string) => g.fs.resolve(one, g.work).path;
	const named = (one: string) => {
		const place = g.fs.resolve(one, g.work, { naming: true });
		return place.slash ? `${place.path}/` : place.path;
	};
	const open = (one: string, flags: 'r' | 'r+' | 'w' | 'a' | 'wx') => {
		const place = g.fs.resolve(one, g.work, { follow: flags !== 'wx' });
		return g.fs.open(place.path, {
			read: flags === 'r' || flags === 'r+',
			write: flags !== 'r',
			create: flags === 'w' || flags === 'a' || flags === 'wx',
			exclusive: flags === 'wx',
			truncate: flags === 'w' || flags === 'wx',
			directory: false,
			mode: 0o644,
		});
	};
	const run = (call: Call): unknown => {
		switch (call.op) {
			case 'write': {
				const node = open(call.path, call.flags);
				node.write(Buffer.from(call.text), call.flags === 'a' ? node.stat().size : 0);
				return node.close();
			}
			case 'hold': {
				const node = open(call.path, call.flags);
				if (node.type === 'directory') return node.close();
				for (let free = 0; free < 3; free++)
					if (!held.has(free)) return void held.set(free, { node, flags: call.flags });
				return node.close();
			}
			case 'heldWrite': {
				const file = held.get(call.slot);
				if (file === undefined || file.flags === 'r') return 'none';
				return file.node.write(Buffer.from(call.text), file.flags === 'a' ? file.node.stat().size : call.at);
			}
			case 'heldRead': {
				const file = held.get(call.slot);
				return file === undefined || !file.flags.startsWith('r') ? 'none' : readNode(file.node);
			}
			case 'heldStat': {
				const stat = held.get(call.slot)?.node.stat();
				return stat && [stat.size, stat.nlink, stat.mode.toString(8)].join();
			}
			case 'heldTruncate': {
				const file = held.get(call.slot);
				return file === undefined || file.flags === 'r' ? 'none' : file.node.truncate(call.size);
			}
			case 'heldChmod':
				return held.get(call.slot)?.node.chmod(call.mode);
			case 'drop':
				held.get(call.slot)?.node.close();
				return void held.delete(call.slot);
			case 'read': {
				const node = open(call.path, 'r');
				if (node.type === 'directory') throw new SysError('EISDIR');
				const bytes = readNode(node);
				node.close();
				return bytes;
			}
			case 'mkdir':
				return g.fs.mkdir(named(call.path), 0o755);
			case 'rmdir':
				return g.fs.rmdir(named(call.path));
			case 'unlink':
				return g.fs.unlink(named(call.path));
			case 'list':
				return g.fs
					.list(followed(call.path))
					.map((entry) => `${entry.name}:${entry.type}`)
					.filter((entry) => !/^\.\.?:/.test(entry))
					.sort();
			case 'readlink':
				return g.fs.readlink(at(g, call.path));
			case 'stat':
			case 'lstat': {
				const { stat } = g.fs.resolve(call.path, g.work, { follow: call.op === 'stat' });
				if (stat === undefined) throw new SysError('ENOENT');
				return [stat.mode.toString(8), stat.nlink, (stat.mode & 0o170000) === 0o040000 ? '' : stat.size].join();
			}
			case 'rename': {
				const flags = { noReplace: call.how === 'noReplace', exchange: call.how === 'exchange' };
				return g.fs.rename(named(call.path), named(call.to), flags);
			}
			case 'link':
				return link(g, call.path, named, call.to);
			case 'symlink':
				return g.fs.symlink(call.target, named(call.path));
			case 'chmod':
				return needs(g, call.path, (one) => g.fs.chmod(one, call.mode));
			case 'truncate':
				return needs(g, call.path, (one) => g.fs.truncate(one, call.size));
			case 'utimes':
				return needs(g, call.path, (one) => {
					g.fs.utimes(one, BigInt(call.seconds) * 1_000_000_000n, BigInt(call.seconds) * 1_000_000_000n);
				});
			case 'access':
				return needs(g, call.path, (one) => g.fs.access(one, call.mode));
		}
	};
	return {
		call: (call) => answer(() => run(call)),
		closeAll: () => {
			for (const file of held.values()) file.node.close();
			held.clear();
		},
	};
}

/** linkat(2) looks the old name up before it walks to the new one. */
function link(g: Guest, from: string, named: (one: string) => string, to: string): void {
	const source = g.fs.resolve(from, g.work, { follow: false });
	if (source.stat === undefined) throw new SysError('ENOENT');
	g.fs.link(source.path, named(to));
}

function needs(g: Guest, one: string, act: (resolved: string) => void): void {
	act(g.fs.resolve(one, g.work).path);
}
