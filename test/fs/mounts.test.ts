import * as fs from 'node:fs';
import { expect, test } from 'vitest';
import type { SpecialFiles } from '../../src/fs/special.ts';
import { at, guest, names, openFile, read, temporary, write } from './guest.ts';

const plain = { noReplace: false, exchange: false };

test('scratch is empty at start, keeps what is put in, is no change, and is thrown away', () => {
	const top = temporary();
	fs.mkdirSync(`${top}/scratch-here`);
	fs.writeFileSync(`${top}/scratch-here/secret`, 'x');
	const g = guest({ scratch: [`${top}/scratch-here`] }, top);
	expect(names(g, '../scratch-here')).toEqual([]);
	write(g, '../scratch-here/mine', 'text');
	expect(read(g, '../scratch-here/mine')).toBe('text');
	expect(g.fs.resolve('../scratch-here/mine', g.work).domain).toBe('scratch');
	expect(g.fs.changeSet()).toEqual([]);
	expect(g.fs.used()).toEqual({ disk: 4, files: 1 });
	g.fs.close();
	expect(fs.readdirSync(`${top}/scratch-here`)).toEqual(['secret']);
	expect(fs.readdirSync(g.session)).toEqual(['upper']);
});

test('an exposed directory inside scratch is the real one, and the way to it cannot be moved away', () => {
	const top = temporary();
	fs.mkdirSync(`${top}/work/sub`, { recursive: true });
	fs.writeFileSync(`${top}/work/f`, 'real');
	fs.writeFileSync(`${top}/beside`, 'x');
	const g = guest({ scratch: [top], exposed: [`${top}/work/sub`, `${top}/work`], sessionFolder: temporary() }, top);
	expect(read(g, 'f')).toBe('real');
	expect(g.fs.resolve('f', g.work).domain).toBe('host');
	expect(g.fs.resolve('..', g.work).domain).toBe('scratch');
	expect(names(g, '..')).toEqual(['work']);
	write(g, 'f', 'changed');
	write(g, '../beside', 'scratch');
	expect(g.fs.changeSet().map((change) => [change.kind, change.path])).toEqual([['modify', `${top}/work/f`]]);
	expect(() => g.fs.rename(g.work, `${top}/other`, plain)).toThrow('EBUSY');
	expect(() => g.fs.rmdir(`${top}/work/sub`)).toThrow('EBUSY');
	expect(() => g.fs.rename(`${top}/beside`, `${g.work}/beside`, plain)).toThrow('EXDEV');
	expect(() => g.fs.link(`${g.work}/f`, `${top}/link`)).toThrow('EXDEV');
});

test('a scratch directory that is exposed itself is not scratch', () => {
	const top = temporary();
	const g = guest({ scratch: [`${top}/work`], exposed: [`${top}/work`] }, top);
	write(g, 'f', 'x');
	expect(g.fs.changeSet()).toHaveLength(1);
});

test("the interpreter's own folders are read and never changed, also through a symlink to them", () => {
	const top = temporary();
	fs.mkdirSync(`${top}/lib/python`, { recursive: true });
	fs.writeFileSync(`${top}/lib/python/os.py`, 'code');
	fs.symlinkSync('lib', `${top}/link`);
	const g = guest({ runtime: [`${top}/link/python`] }, top);
	const place = g.fs.resolve('../link/python/os.py', g.work);
	expect([place.path, place.domain]).toEqual([`${top}/lib/python/os.py`, 'runtime']);
	expect(read(g, '../link/python/os.py')).toBe('code');
	for (const change of [
		() => write(g, '../lib/python/os.py', 'x'),
		() => write(g, '../lib/python/new', 'x'),
		() => g.fs.unlink(place.path),
		() => g.fs.chmod(place.path, 0o777),
		() => g.fs.utimes(place.path, 1n, 1n),
		() => g.fs.truncate(place.path, 0),
		() => g.fs.mkdir(`${top}/lib/python/d`, 0o755),
		() => g.fs.access(place.path, 2),
	]) {
		expect(change).toThrow('EROFS');
	}
	expect(() => g.fs.rename(`${top}/lib`, `${top}/other`, plain)).toThrow('EBUSY');
	expect(g.fs.changeSet()).toEqual([]);
});

test('a single file of the interpreter is listed as a file', () => {
	const top = temporary();
	fs.mkdirSync(`${top}/bin`);
	fs.writeFileSync(`${top}/bin/python`, '');
	const g = guest({ runtime: [`${top}/bin/python`] }, top);
	expect(g.fs.list(`${top}/bin`).filter(({ name }) => name === 'python')).toMatchObject([{ type: 8 }]);
});

test('/dev has its devices, asks the kernel for the rest, and has a private shm', () => {
	const stat = {
		...{ dev: 1n, ino: 7n, mode: 0o120777, nlink: 1, uid: 0, gid: 0, rdev: 0n, size: 0, blksize: 1, blocks: 0 },
		...{ atimeNs: 0n, mtimeNs: 0n, ctimeNs: 0n },
	};
	const device: SpecialFiles = {
		stat: (path) => (path === '/dev/stdin' ? stat : undefined),
		list: () => [],
		readlink: () => '/proc/self/fd/0',
		open: () => {
			throw new Error('not asked for');
		},
	};
	const proc: SpecialFiles = {
		...device,
		stat: (path) => (path.endsWith('/0') ? stat : path.endsWith('/mine') ? undefined : { ...stat, mode: 0o040555 }),
		readlink: () => 'pipe:[12]',
		through: (path) => (path.endsWith('/0') ? { ...stat, mode: 0o010600 } : undefined),
	};
	const g = guest({ device, proc });
	expect(names(g, '/dev')).toEqual(['full', 'null', 'random', 'shm', 'stdin', 'urandom', 'zero']);
	const into = new Uint8Array(4).fill(9);
	expect(openFile(g, '/dev/null', 'r').read(into, 0)).toBe(0);
	expect([openFile(g, '/dev/zero', 'r').read(into, 0), ...into]).toEqual([4, 0, 0, 0, 0]);
	expect([openFile(g, '/dev/urandom', 'r').read(into, 0), ...into]).toEqual([4, 4, 4, 4, 4]);
	expect(openFile(g, '/dev/null', 'w').write(into, 0)).toBe(4);
	expect(() => openFile(g, '/dev/full', 'r+').write(into, 0)).toThrow('ENOSPC');
	expect(g.fs.resolve('/dev/null', '/').stat).toMatchObject({ mode: 0o020666, rdev: 0x103n });
	expect(() => write(g, '/dev/mine', 'x')).toThrow('EACCES');
	expect(() => g.fs.unlink('/dev/null')).toThrow('EACCES');
	expect(() => g.fs.mkdir('/proc/mine', 0o755)).toThrow('EACCES');
	// Its link leads to a pipe, which has no path.
	const stdin = g.fs.resolve('/dev/stdin', '/');
	expect([stdin.path, stdin.domain, stdin.stat?.mode]).toEqual(['/proc/self/fd/0', 'proc', 0o010600]);
	expect(g.fs.readlink(at(g, '/dev/stdin'))).toBe('/proc/self/fd/0');
	write(g, '/dev/shm/sem', 'x');
	expect(g.fs.resolve('/dev/shm/sem', '/').domain).toBe('scratch');
	expect(g.fs.changeSet()).toEqual([]);
});
