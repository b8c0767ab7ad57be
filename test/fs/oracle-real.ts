/** The real directory that the overlay is compared with. */
import * as fs from 'node:fs';
import path from 'node:path';
import { answer, type Call, type Machine } from './oracle.ts';

export function realMachine(directory: string): Machine {
	const held = new Map<number, { fd: number; flags: string }>();
	const of = (one: string) => `${directory}/${one}`;
	const run = (call: Call): unknown => {
		switch (call.op) {
			case 'write': {
				const fd = fs.openSync(of(call.path), flagsOf(call.flags), 0o644);
				fs.writeSync(fd, call.text);
				return fs.closeSync(fd);
			}
			case 'hold': {
				const fd = fs.openSync(of(call.path), flagsOf(call.flags), 0o644);
				if (fs.fstatSync(fd).isDirectory()) return fs.closeSync(fd);
				for (let free = 0; free < 3; free++) if (!held.has(free)) return void held.set(free, { fd, flags: call.flags });
				return fs.closeSync(fd);
			}
			case 'heldWrite': {
				const file = held.get(call.slot);
				if (file === undefined || file.flags === 'r') return 'none';
				return fs.writeSync(file.fd, call.text, file.flags === 'a' ? undefined : call.at);
			}
			case 'heldRead': {
				const file = held.get(call.slot);
				return file === undefined || !file.flags.startsWith('r') ? 'none' : readAll(file.fd);
			}
			case 'heldStat': {
				const file = held.get(call.slot);
				const stat = file && fs.fstatSync(file.fd);
				return stat && [stat.size, stat.nlink, stat.mode.toString(8)].join();
			}
			case 'heldTruncate': {
				const file = held.get(call.slot);
				return file === undefined || file.flags === 'r' ? 'none' : fs.ftruncateSync(file.fd, call.size);
			}
			case 'heldChmod': {
				const file = held.get(call.slot);
				return file && fs.fchmodSync(file.fd, call.mode);
			}
			case 'drop': {
				const file = held.get(call.slot);
				if (file !== undefined) fs.closeSync(file.fd);
				return void held.delete(call.slot);
			}
			case 'read':
				return fs.readFileSync(of(call.path), 'latin1');
			case 'mkdir':
				return fs.mkdirSync(of(call.path), 0o755);
			case 'rmdir':
				return fs.rmdirSync(of(call.path));
			case 'unlink':
				return fs.unlinkSync(of(call.path));
			case 'list':
				return fs
					.readdirSync(of(call.path), { withFileTypes: true })
					.map((entry) => `${entry.name}:${entry.isDirectory() ? 4 : entry.isSymbolicLink() ? 10 : 8}`)
					.sort();
			case 'readlink':
				return fs.readlinkSync(of(call.path));
			case 'stat':
			case 'lstat': {
				const stat = call.op === 'stat' ? fs.statSync(of(call.path)) : fs.lstatSync(of(call.path));
				return [stat.mode.toString(8), stat.nlink, stat.isDirectory() ? '' : stat.size].join();
			}
			case 'rename':
				return rename(of(call.path), of(call.to), call.how);
			case 'link':
				return fs.linkSync(of(call.path), of(call.to));
			case 'symlink':
				return fs.symlinkSync(call.target, of(call.path));
			case 'chmod':
				return fs.chmodSync(of(call.path), call.mode);
			case 'truncate':
				return truncate(of(call.path), call.size);
			case 'utimes':
				return fs.utimesSync(of(call.path), call.seconds, call.seconds);
			case 'access':
				return fs.accessSync(of(call.path), call.mode);
		}
	};
	return {
		call: (call) => answer(() => run(call)),
		closeAll: () => {
			for (const file of held.values()) fs.closeSync(file.fd);
			held.clear();
		},
	};
}

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = fs.constants;

/** The same open flags as the overlay's caller uses; Node's own `w` and `r+` differ in reading. */
function flagsOf(flags: 'r' | 'r+' | 'w' | 'a' | 'wx'): number {
	return {
		r: O_RDONLY,
		'r+': O_RDWR,
		w: O_WRONLY | O_CREAT | O_TRUNC,
		a: O_WRONLY | O_CREAT | O_APPEND,
		wx: O_WRONLY | O_CREAT | O_EXCL,
	}[flags];
}

/** Node has no truncate(2): it opens for reading and writing first. */
function truncate(path: string, size: number): void {
	const fd = fs.openSync(path, O_WRONLY);
	try {
		fs.ftruncateSync(fd, size);
	} finally {
		fs.closeSync(fd);
	}
}

function readAll(fd: number): string {
	const into = Buffer.alloc(1 << 16);
	return into.toString('latin1', 0, fs.readSync(fd, into, 0, into.length, 0));
}

/** renameat2(2), which Node does not offer, out of what it does. */
function rename(from: string, to: string, how: 'plain' | 'noReplace' | 'exchange'): void {
	if (how === 'plain') {
		fs.renameSync(from, to);
		return;
	}
	const [one, other] = [withoutSlash(from), withoutSlash(to)];
	// Both directories are walked to before either last name is looked up.
	for (const name of [one, other]) fs.statSync(`${name.slice(0, name.lastIndexOf('/'))}/.`);
	const source = fs.lstatSync(one);
	const target = fs.lstatSync(other, { throwIfNoEntry: false });
	if (how === 'noReplace') {
		if (target !== undefined) throw refusal('EEXIST');
		fs.renameSync(from, to);
		return;
	}
	if (target === undefined) throw refusal('ENOENT');
	if ((from !== one && !source.isDirectory()) || (to !== other && !target.isDirectory())) throw refusal('ENOTDIR');
	const [a, b] = [real(one), real(other)];
	if (a.startsWith(`${b}/`) || b.startsWith(`${a}/`)) throw refusal('EINVAL');
	if (source.ino === target.ino) return;
	const aside = path.join(path.dirname(a), 'aside');
	fs.renameSync(a, aside);
	try {
		fs.renameSync(b, a);
	} catch (error) {
		fs.renameSync(aside, a);
		throw error;
	}
	fs.renameSync(aside, b);
}

/** Native: Node's own takes `link/..` away before it looks at the link. */
function real(one: string): string {
	const slash = one.lastIndexOf('/');
	return `${fs.realpathSync.native(one.slice(0, slash))}/${one.slice(slash + 1)}`;
}

function withoutSlash(one: string): string {
	return one.replace(/\/+$/, '');
}

function refusal(code: string): Error {
	return Object.assign(new Error(code), { code, syscall: 'renameat2' });
}
