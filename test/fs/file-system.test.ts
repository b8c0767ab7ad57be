import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { expect, test } from 'vitest';
import { at, guest, names, openFile, read, readNode, temporary, write } from './guest.ts';

const plain = { noReplace: false, exchange: false };

test('an unlinked file goes on for who has it open, whether the machine or the script made it', () => {
	const g = guest();
	fs.writeFileSync(`${g.work}/old`, 'machine');
	write(g, 'new', 'script');
	for (const [name, text] of [
		['old', 'machine'],
		['new', 'script'],
	] as const) {
		const file = openFile(g, name, 'r+');
		g.fs.unlink(at(g, name));
		write(g, name, 'another');
		expect(readNode(file)).toBe(text);
		file.write(Buffer.from('X'), 0);
		expect(readNode(file)).toBe(`X${text.slice(1)}`);
		expect(file.stat().nlink).toBe(0);
		file.close();
		expect(read(g, name)).toBe('another');
	}
	// What nobody can reach any more takes no room: two files of 7 bytes are left.
	expect(g.fs.used().disk).toBe(14);
});

test('a file that is open for reading shows what is written through another descriptor', () => {
	const g = guest();
	fs.writeFileSync(`${g.work}/f`, 'before');
	const reader = openFile(g, 'f', 'r');
	expect(readNode(reader)).toBe('before');
	write(g, 'f', 'after', 'w');
	expect(readNode(reader)).toBe('after');
	expect(reader.stat().size).toBe(5);
});

test('opening for writing and changing nothing is no change and copies nothing', () => {
	const g = guest();
	fs.writeFileSync(`${g.work}/f`, 'x'.repeat(1000));
	openFile(g, 'f', 'r+').close();
	openFile(g, 'f', 'a').close();
	expect([g.fs.changeSet(), g.fs.used()]).toEqual([[], { disk: 0, files: 0 }]);
});

test('mode and times of a file change without its bytes, and a directory moves without what it holds', () => {
	const g = guest();
	fs.mkdirSync(`${g.work}/d`);
	for (let i = 0; i < 50; i++) fs.writeFileSync(`${g.work}/d/${i}`, 'x'.repeat(1000));
	g.fs.chmod(at(g, 'd/1'), 0o600);
	g.fs.utimes(at(g, 'd/2'), 1n, 2n);
	g.fs.rename(at(g, 'd'), at(g, 'e'), plain);
	expect(g.fs.used()).toEqual({ disk: 0, files: 3 });
	expect(g.fs.changeSet()).toMatchObject([
		{ kind: 'rename', from: `${g.work}/d/1`, path: `${g.work}/e/1`, after: { type: 'file', mode: 0o600, size: 1000 } },
		{ kind: 'rename', from: `${g.work}/d/2`, path: `${g.work}/e/2`, after: { mtimeNs: '2' } },
		{ kind: 'rename', from: `${g.work}/d`, path: `${g.work}/e`, after: { type: 'directory' } },
	]);
	expect(names(g, 'e')).toHaveLength(50);
	// Whoever may not read d may not read it under its new name.
	expect(g.fs.resolve('e/3', g.work).origin).toBe(`${g.work}/d/3`);
});

test('times go as Linux has them go', () => {
	const g = guest();
	fs.mkdirSync(`${g.work}/d`);
	fs.writeFileSync(`${g.work}/d/f`, 'x');
	const times = (name: string) => {
		const { mtimeNs, ctimeNs } = g.fs.stat(at(g, name));
		return { m: mtimeNs, c: ctimeNs };
	};
	const changed = (name: string, act: () => void) => {
		const before = times(name);
		act();
		const after = times(name);
		return [after.m > before.m, after.c > before.c];
	};
	expect(changed('d', () => write(g, 'd/f', 'y', 'r+'))).toEqual([false, false]);
	expect(changed('d/f', () => write(g, 'd/f', 'z', 'r+'))).toEqual([true, true]);
	expect(changed('d/f', () => g.fs.chmod(at(g, 'd/f'), 0o600))).toEqual([false, true]);
	expect(changed('d', () => write(g, 'd/new', 'x'))).toEqual([true, true]);
	expect(changed('d', () => g.fs.link(at(g, 'd/new'), at(g, 'link')))).toEqual([false, false]);
	expect(changed('d/new', () => g.fs.unlink(at(g, 'link')))).toEqual([false, true]);
	expect(changed('d', () => g.fs.rename(at(g, 'd/new'), at(g, 'new'), plain))).toEqual([true, true]);
	const before = times('new');
	g.fs.rename(at(g, 'new'), at(g, 'd/new'), plain);
	expect(times('d/new').m).toBe(before.m);
	expect(times('d/new').c).toBeGreaterThan(before.c);
	g.fs.utimes(at(g, 'd/f'), 5n, 6n);
	expect(g.fs.stat(at(g, 'd/f'))).toMatchObject({ atimeNs: 5n, mtimeNs: 6n });
	g.fs.utimes(at(g, 'd/f'), undefined, 7n);
	expect(g.fs.stat(at(g, 'd/f'))).toMatchObject({ atimeNs: 5n, mtimeNs: 7n });
	write(g, 'd/f', 'w', 'r+');
	expect(g.fs.stat(at(g, 'd/f')).mtimeNs).toBeGreaterThan(7n);
	expect(g.fs.changeSet().find((change) => change.path.endsWith('d/f'))).not.toHaveProperty('after.mtimeNs');
});

test('inode and device numbers stay what they were when a file is changed, moved or read back from the log', () => {
	const top = temporary();
	const g = guest({}, top);
	fs.writeFileSync(`${g.work}/f`, 'x');
	const id = (name: string, from = g) => {
		const { dev, ino } = from.fs.stat(at(from, name));
		return [dev, ino];
	};
	const before = id('f');
	write(g, 'f', 'y');
	expect(id('f')).toEqual(before);
	g.fs.rename(at(g, 'f'), at(g, 'g'), plain);
	expect(id('g')).toEqual(before);
	write(g, 'new', 'x');
	const made = id('new');
	expect(made[0]).toBe(before[0]);
	expect(made[1]).not.toBe(before[1]);
	g.fs.close();
	const again = guest({}, top);
	expect([id('g', again), id('new', again)]).toEqual([before, made]);
});

test('a file can grow by a hole and shrink again', () => {
	const g = guest();
	fs.writeFileSync(`${g.work}/f`, 'abc');
	g.fs.truncate(at(g, 'f'), 6);
	expect(read(g, 'f')).toBe('abc\0\0\0');
	const file = openFile(g, 'f', 'r+');
	file.write(Buffer.from('z'), 9);
	expect(readNode(file)).toBe('abc\0\0\0\0\0\0z');
	file.truncate(1);
	expect(read(g, 'f')).toBe('a');
	expect(g.fs.used().disk).toBe(1);
});

test('the disk limit answers ENOSPC and says so, and room that is given back can be used again', () => {
	const g = guest({ limits: { disk: 100, files: 4 } });
	write(g, 'a', 'x'.repeat(60));
	expect(() => write(g, 'b', 'x'.repeat(60))).toThrow('ENOSPC');
	expect(g.limits).toEqual(['disk']);
	expect(g.fs.resolve('b', g.work).stat?.size).toBe(0);
	expect(() => g.fs.truncate(at(g, 'b'), 1 << 30)).toThrow('ENOSPC');
	g.fs.unlink(at(g, 'a'));
	write(g, 'b', 'x'.repeat(60));
	fs.writeFileSync(`${g.work}/big`, 'x'.repeat(60));
	expect(() => write(g, 'big', 'y', 'a')).toThrow('ENOSPC');
	expect(read(g, 'big')).toBe('x'.repeat(60));
});

test('the limit on files counts what is made, linked, changed and deleted', () => {
	const g = guest({ limits: { disk: 1000, files: 4 } });
	fs.writeFileSync(`${g.work}/old`, 'x');
	fs.writeFileSync(`${g.work}/older`, 'x');
	write(g, 'a', '');
	g.fs.mkdir(at(g, 'd'), 0o755);
	g.fs.unlink(at(g, 'old'));
	g.fs.link(at(g, 'a'), at(g, 'b'));
	for (const act of [
		() => write(g, 'c', ''),
		() => g.fs.symlink('x', at(g, 'c')),
		() => g.fs.unlink(at(g, 'older')),
		() => g.fs.chmod(at(g, 'older'), 0o600),
	]) {
		expect(act).toThrow('ENOSPC');
	}
	expect(new Set(g.limits)).toEqual(new Set(['files']));
	g.fs.unlink(at(g, 'b'));
	write(g, 'c', '');
	expect(names(g, '.')).toEqual(['a', 'c', 'd', 'older']);
});

test('names are bytes: not UTF-8, with newlines, of 255 bytes; one more is ENAMETOOLONG', () => {
	const g = guest();
	const odd = 'caf\udce9\n\u001b[31m';
	fs.writeFileSync(Buffer.from(`${g.work}/caf\xe9`, 'latin1'), 'latin');
	expect(read(g, 'caf\udce9')).toBe('latin');
	write(g, odd, 'x');
	expect(names(g, '.')).toEqual(['caf\udce9', odd].sort());
	const long = 'ü'.repeat(127);
	write(g, `${long}x`, 'long');
	expect(read(g, `${long}x`)).toBe('long');
	expect(() => g.fs.resolve(`${long}xx`, g.work)).toThrow('ENAMETOOLONG');
	expect(() => g.fs.resolve(`${'./'.repeat(2048)}f`, g.work)).toThrow('ENAMETOOLONG');
	expect(g.fs.resolve(`${'./'.repeat(2047)}f`, g.work).path).toBe(`${g.work}/f`);
	const paths = g.fs.changeSet().map((change) => change.path);
	expect(paths).toEqual([`${g.work}/${odd}`, `${g.work}/${long}x`]);
	expect(guestAgain(g.session)).toEqual(paths);
});

function guestAgain(session: string): string[] {
	return guest({ sessionFolder: session })
		.fs.changeSet()
		.map((change) => change.path);
}

test('forty symlinks are followed and one more is ELOOP', () => {
	const g = guest();
	fs.writeFileSync(`${g.work}/0`, 'end');
	for (let i = 1; i <= 41; i++) fs.symlinkSync(String(i - 1), `${g.work}/${i}`);
	expect(read(g, '40')).toBe('end');
	expect(() => read(g, '41')).toThrow('ELOOP');
});

test('a symlink that the script puts on the way after its path was resolved is not followed', () => {
	const g = guest();
	fs.mkdirSync(`${g.work}/public`);
	fs.mkdirSync(`${g.work}/secret`);
	fs.writeFileSync(`${g.work}/public/f`, 'public');
	fs.writeFileSync(`${g.work}/secret/f`, 'secret');
	const asked = g.fs.resolve('public/f', g.work).path;
	g.fs.rename(at(g, 'public'), at(g, 'aside'), plain);
	g.fs.symlink('secret', at(g, 'public'));
	expect(() => g.fs.stat(asked)).toThrow('ELOOP');
	expect(() => g.fs.unlink(asked)).toThrow('ELOOP');
});

test('a FIFO or socket of the machine is not opened, but may be deleted', () => {
	const g = guest();
	execFileSync('/usr/bin/mkfifo', ['-m', '644', `${g.work}/fifo`]);
	expect(g.fs.resolve('fifo', g.work).stat?.mode).toBe(0o010644);
	expect(() => read(g, 'fifo')).toThrow('EACCES');
	expect(() => g.fs.rename(at(g, 'fifo'), at(g, 'x'), plain)).toThrow('EPERM');
	g.fs.unlink(at(g, 'fifo'));
	expect(g.fs.changeSet()).toMatchObject([{ kind: 'delete', base: { type: 'other' } }]);
});
