/** A small piece of a machine for the tests of session/: a tree, a session with content, and what stands where. */
import { createHash } from 'node:crypto';
import {
	chmodSync,
	existsSync,
	linkSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { decodeName, hostPath } from '../../src/abi/bytes.ts';
import { openTree } from '../../src/host/atomic-tree.ts';
import { openProcesses } from '../../src/host/process-identity.ts';
import { openSessionFiles } from '../../src/host/session-files.ts';
import type { Base, Change, Target } from '../../src/model/change.ts';
import type { ApplyHost, SessionPlace } from '../../src/session/apply-host.ts';

export type World = {
	readonly home: string;
	readonly session: SessionPlace;
	readonly host: ApplyHost;
	readonly path: (name: string) => string;
	/** Stores bytes in the session and returns a Target that names them. */
	readonly file: (bytes: string | Buffer, mode?: number) => Target;
	readonly base: (name: string) => Base;
	readonly snapshot: () => Record<string, string>;
	readonly remove: () => void;
};

/** Worlds for the tests of a file: each that was made here, or is kept, is removed after its test. */
export function removingWorlds(): { world(nodes: Nodes): World; keep(world: World): void } {
	const worlds: World[] = [];
	afterEach(() => {
		for (const world of worlds.splice(0)) world.remove();
	});
	return {
		world(nodes) {
			const made = makeWorld(nodes);
			worlds.push(made);
			return made;
		},
		keep: (world) => void worlds.push(world),
	};
}

/** A file with other bytes. */
export function modify(at: World, name: string, bytes: string): Change {
	return { kind: 'modify', order: 1, path: at.path(name), base: at.base(name), after: at.file(bytes) };
}

export type Nodes = { readonly [name: string]: string | { readonly link: string } | { readonly hard: string } | null };

/** `null`: a directory. Names of directories come before what is in them. */
export function makeWorld(nodes: Nodes): World {
	// In memory where there is such a place: the tests sync thousands of times.
	const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
	const top = realpathSync(mkdtempSync(join(parent, 'approve-run-session-')));
	const home = join(top, 'home');
	mkdirSync(home);
	for (const [name, node] of Object.entries(nodes)) {
		const path = join(home, name);
		if (node === null) mkdirSync(path);
		else if (typeof node === 'string') writeFileSync(path, node, { mode: 0o644 });
		else if ('link' in node) symlinkSync(node.link, path);
		else linkSync(join(home, node.hard), path);
	}
	const root = join(top, 'sessions');
	const folder = join(root, 'S1');
	mkdirSync(join(folder, 'upper', 'content'), { recursive: true, mode: 0o700 });
	chmodSync(root, 0o700);
	let names = 0;
	return {
		home,
		session: { id: 'S1', root, folder },
		host: realHost(),
		path: (name) => join(home, name),
		file: (bytes, mode = 0o644) => {
			const content = String(++names);
			writeFileSync(join(folder, 'upper', 'content', content), bytes);
			return { type: 'file', mode, size: Buffer.byteLength(bytes), content };
		},
		base: (name) => baseOf(join(home, name)),
		snapshot: () => snapshotOf(home),
		remove: () => rmSync(top, { recursive: true, force: true }),
	};
}

export function realHost(): ApplyHost {
	return {
		tree: openTree(),
		files: openSessionFiles(),
		processes: openProcesses(),
		now: Date.now,
		random: Math.random,
	};
}

export function baseOf(path: string): Base {
	const stat = lstatSync(path, { bigint: true });
	const type = stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'symlink' : 'other';
	const bytes = type === 'file' ? readFileSync(path) : type === 'symlink' ? readlinkSync(path) : undefined;
	return {
		type,
		mode: Number(stat.mode) & 0o7777,
		size: Number(stat.size),
		ino: stat.ino.toString(),
		mtimeNs: stat.mtimeNs.toString(),
		ctimeNs: stat.ctimeNs.toString(),
		...(bytes === undefined ? {} : { sha256: createHash('sha256').update(bytes).digest('hex') }),
	};
}

/** Every path below a directory: its type, mode, and bytes or target. */
export function snapshotOf(directory: string): Record<string, string> {
	const found: Record<string, string> = {};
	const walk = (path: string, name: string) => {
		const stat = lstatSync(hostPath(path));
		const mode = (stat.mode & 0o7777).toString(8);
		if (stat.isSymbolicLink()) found[name] = `-> ${readlinkSync(hostPath(path))}`;
		else if (stat.isDirectory()) {
			found[`${name}/`] = mode;
			const entries = readdirSync(hostPath(path), { encoding: 'buffer' }).map((entry) => decodeName(entry));
			for (const entry of entries.sort()) walk(join(path, entry), name === '.' ? entry : `${name}/${entry}`);
		} else found[name] = `${mode} ${readFileSync(hostPath(path), 'latin1')}`;
	};
	walk(directory, '.');
	return found;
}

/** One of everything that a script can do to a tree, and the tree that it leaves. */
export function everything(): { world: World; changes: Change[]; expected: Record<string, string> } {
	const world = makeWorld({
		'edit.txt': 'old\n',
		'chmod.sh': '#!/bin/sh\n',
		'gone.txt': 'gone\n',
		tree: null,
		'tree/a': 'A',
		'tree/sub': null,
		'tree/sub/b': 'B',
		'move.txt': 'moved\n',
		'move-edit.txt': 'before\n',
		dir: null,
		'dir/keep': 'keep',
		'dir/edit': 'dir edit',
		'dir/drop': 'drop',
		'dir/mode': 'mode',
		'swap-1': 'one',
		'swap-2': 'two',
		'was-file': 'file',
		'was-dir': null,
		'was-dir/inner': 'inner',
		link: { link: 'edit.txt' },
		'over-me': 'covered',
		'into.txt': 'into',
		'named.txt': 'named',
	});
	const { path, file, base } = world;
	let order = 0;
	const next = () => ++order;
	const create = (name: string, after: Target): Change => ({ kind: 'create', order: next(), path: path(name), after });
	const remove = (name: string): Change => ({ kind: 'delete', order: next(), path: path(name), base: base(name) });
	const rename = (from: string, to: string, after: Target, replaces?: string): Change => ({
		kind: 'rename',
		order: next(),
		from: path(from),
		path: path(to),
		base: base(from),
		after,
		...(replaces === undefined ? {} : { replaces: base(replaces) }),
	});
	const same = (name: string): Target => {
		const { mode, size, type } = base(name);
		return type === 'directory' ? { type, mode } : { type: 'file', mode, size };
	};
	const changes: Change[] = [
		create('new.txt', file('new\n')),
		create('empty', { type: 'file', mode: 0o600, size: 0 }),
		create('out', { type: 'directory', mode: 0o555 }),
		create('out/deep', { type: 'directory', mode: 0o750 }),
		create('out/deep/file', file('deep', 0o640)),
		create('out/link', { type: 'symlink', target: '/etc/passwd' }),
		create('hard', { type: 'link', link: path('new.txt') }),
		create('out/deep/second', { type: 'link', link: path('named.txt') }),
		{ kind: 'modify', order: next(), path: path('edit.txt'), base: base('edit.txt'), after: file('edited\n', 0o600) },
		{
			kind: 'modify',
			order: next(),
			path: path('chmod.sh'),
			base: base('chmod.sh'),
			after: { type: 'file', mode: 0o755, size: 10 },
		},
		remove('gone.txt'),
		remove('tree/a'),
		remove('tree/sub/b'),
		remove('tree/sub'),
		remove('tree'),
		rename('move.txt', 'moved.txt', { type: 'file', mode: 0o400, size: 6 }),
		rename('move-edit.txt', 'moved-edit.txt', file('after\n')),
		rename('dir', 'dir2', same('dir')),
		rename('dir/edit', 'dir2/edit', file('dir edited')),
		rename('dir/mode', 'dir2/mode', { type: 'file', mode: 0o600, size: 4 }),
		create('dir2/added', file('added')),
		remove('dir/drop'),
		rename('swap-1', 'swap-2', same('swap-1'), 'swap-2'),
		rename('swap-2', 'swap-1', same('swap-2'), 'swap-1'),
		{
			kind: 'replace',
			order: next(),
			path: path('was-file'),
			base: base('was-file'),
			after: { type: 'directory', mode: 0o755 },
		},
		create('was-file/now-dir', file('x')),
		remove('was-dir/inner'),
		{ kind: 'replace', order: next(), path: path('was-dir'), base: base('was-dir'), after: file('now a file') },
		{
			kind: 'modify',
			order: next(),
			path: path('link'),
			base: base('link'),
			after: { type: 'symlink', target: 'chmod.sh' },
		},
		rename('into.txt', 'out/into.txt', same('into.txt')),
		rename('named.txt', 'over-me', same('named.txt'), 'over-me'),
	];
	const expected = {
		'./': world.snapshot()['./'] ?? '',
		'chmod.sh': '755 #!/bin/sh\n',
		'dir2/': '755',
		'dir2/added': '644 added',
		'dir2/edit': '644 dir edited',
		'dir2/keep': '644 keep',
		'dir2/mode': '600 mode',
		'edit.txt': '600 edited\n',
		empty: '600 ',
		hard: '644 new\n',
		link: '-> chmod.sh',
		'moved-edit.txt': '644 after\n',
		'moved.txt': '400 moved\n',
		'new.txt': '644 new\n',
		'out/': '555',
		'out/deep/': '750',
		'out/deep/file': '640 deep',
		'out/deep/second': '644 named',
		'out/into.txt': '644 into',
		'out/link': '-> /etc/passwd',
		'over-me': '644 named',
		'swap-1': '644 two',
		'swap-2': '644 one',
		'was-dir': '644 now a file',
		'was-file/': '755',
		'was-file/now-dir': '644 x',
	};
	return { world, changes, expected };
}
