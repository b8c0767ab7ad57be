import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createHostFiles } from '../../src/host/host-files.ts';

function place() {
	const top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'approve-run-host-')));
	fs.mkdirSync(`${top}/session`);
	return { top, host: createHostFiles(`${top}/session`) };
}

test('times are exact to the nanosecond, and what is not there is undefined', () => {
	const { top, host } = place();
	fs.writeFileSync(`${top}/f`, 'abc');
	execFileSync('touch', ['-d', '2001-02-03 04:05:06.123456789Z', `${top}/f`]);
	expect(host.lstat(`${top}/f`)).toMatchObject({ mtimeNs: 981173106123456789n, size: 3, nlink: 1 });
	expect(host.lstat(`${top}/g`)).toBeUndefined();
	expect(host.lstat(`${top}/f/g`)).toBeUndefined();
	expect(() => host.lstat(`/${'x'.repeat(300)}`)).toThrow('ENAMETOOLONG');
});

test('names that are not UTF-8, and the replacement character itself, come and go exactly', () => {
	const { top, host } = place();
	for (const name of ['\udcff\udcfe', 'a\udce9', '\ufffd', '文件', 'x\ny']) {
		const fd = host.openSession(`${top}/session/${name}`, 'create');
		host.close(fd);
		expect(host.lstat(`${top}/session/${name}`)).toBeDefined();
	}
	const names = host.list(`${top}/session`).map((entry) => entry.name);
	expect(names.sort()).toEqual(['\udcff\udcfe', 'a\udce9', '\ufffd', '文件', 'x\ny'].sort());
	expect(fs.readdirSync(`${top}/session`, { encoding: 'latin1' })).toContain('\xff\xfe');
	fs.symlinkSync(Buffer.from([0xff]), `${top}/link`);
	expect(host.readlink(`${top}/link`)).toBe('\udcff');
	expect(() => host.readlink(`${top}/session`)).toThrow('EINVAL');
});

test('a list tells type and inode of each entry', () => {
	const { top, host } = place();
	fs.writeFileSync(`${top}/f`, '');
	fs.symlinkSync('f', `${top}/l`);
	const entries = host.list(top).sort((a, b) => (a.name < b.name ? -1 : 1));
	expect(entries).toEqual([
		{ name: 'f', ino: fs.lstatSync(`${top}/f`, { bigint: true }).ino, type: 8 },
		{ name: 'l', ino: fs.lstatSync(`${top}/l`, { bigint: true }).ino, type: 10 },
		{ name: 'session', ino: fs.lstatSync(`${top}/session`, { bigint: true }).ino, type: 4 },
	]);
});

test('a directory that was swapped for a symlink on the way is not read through', () => {
	const { top, host } = place();
	fs.mkdirSync(`${top}/d`);
	fs.writeFileSync(`${top}/d/f`, 'secret');
	fs.symlinkSync('d', `${top}/swapped`);
	fs.symlinkSync('d/f', `${top}/link`);
	for (const name of [`${top}/swapped/f`, `${top}/link`]) {
		expect(() => host.openRead(name)).toThrow('ELOOP');
		expect(() => host.hash(name)).toThrow('ELOOP');
		expect(() => host.copyIn(name, `${top}/session/copy`)).toThrow('ELOOP');
	}
	expect(fs.existsSync(`${top}/session/copy`)).toBe(false);
});

test('a FIFO, a device and a directory are not opened, and no descriptor is left behind', () => {
	const { top, host } = place();
	execFileSync('/usr/bin/mkfifo', [`${top}/fifo`]);
	const before = fs.readdirSync('/proc/self/fd').length;
	for (const name of [`${top}/fifo`, '/dev/zero', top]) expect(() => host.openRead(name)).toThrow('EACCES');
	expect(fs.readdirSync('/proc/self/fd').length).toBe(before);
});

test('what belongs to the session is written in its folder and nowhere else', () => {
	const { top, host } = place();
	const fd = host.openSession(`${top}/session/a/b/f`, 'create');
	expect(host.write(fd, Buffer.from('hello'), 2)).toBe(5);
	const into = new Uint8Array(10);
	expect(host.read(fd, into, 0)).toBe(7);
	host.ftruncate(fd, 3);
	expect(host.fstat(fd)).toMatchObject({ size: 3 });
	host.close(fd);
	expect(fs.statSync(`${top}/session/a`).mode & 0o777).toBe(0o700);
	expect(fs.statSync(`${top}/session/a/b/f`).mode & 0o777).toBe(0o600);
	for (const name of [`${top}/f`, `${top}/session`, `${top}/session/../f`, `${top}/session2/f`]) {
		expect(() => host.openSession(name, 'create')).toThrow("not in the session's folder");
		expect(() => host.removeSession(name)).toThrow("not in the session's folder");
		expect(() => host.copyIn(`${top}/session/a/b/f`, name)).toThrow("not in the session's folder");
	}
	expect(() => host.openSession(`${top}/session/missing`, 'write')).toThrow('ENOENT');
	fs.symlinkSync('/etc/passwd', `${top}/session/trap`);
	expect(() => host.openSession(`${top}/session/trap`, 'write')).toThrow('ELOOP');
	host.removeSession(`${top}/session/a`);
	expect(fs.readdirSync(`${top}/session`)).toEqual(['trap']);
});

test('a copy has the bytes and not the mode, and its hash is the one of the bytes', () => {
	const { top, host } = place();
	const bytes = Buffer.alloc(3_000_000, 'some text ');
	fs.writeFileSync(`${top}/f`, bytes, { mode: 0o4555 });
	expect(host.copyIn(`${top}/f`, `${top}/session/content/1`)).toBe(bytes.length);
	expect(fs.statSync(`${top}/session/content/1`).mode & 0o7777).toBe(0o600);
	const sha256 = createHash('sha256').update(bytes).digest('hex');
	expect([host.hash(`${top}/f`), host.hash(`${top}/session/content/1`)]).toEqual([sha256, sha256]);
});
