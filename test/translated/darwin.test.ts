/** An interpreter that was translated on darwin: each struct as its headers declare it, and its numbers. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nativePyPy } from '../conformance/run.ts';
import { guest } from '../fs/guest.ts';
import { fakeKernel, fakeWorld } from '../kernel/world.ts';
import { Interpreter } from './interpreter.ts';

/** The fields of a struct, by Python's own rules of alignment: those of arm64 and x86-64, on darwin as on Linux. */
function fields(format: string, bytes: Buffer): (number | string)[] {
	const code = `import json, struct, sys
values = struct.unpack_from('@' + sys.argv[1], bytes.fromhex(sys.argv[2]))
print(json.dumps([v if isinstance(v, int) else v.split(b'\\0')[0].decode() for v in values]))`;
	const { stdout, stderr } = spawnSync(nativePyPy, ['-c', code, format, bytes.toString('hex')], { encoding: 'utf8' });
	expect(stderr).toBe('');
	const values: (number | string)[] = JSON.parse(stdout);
	return values;
}

function started() {
	const { fs: system, work } = guest();
	const world = fakeWorld();
	return { work, world, interpreter: new Interpreter(fakeKernel(world, system), 'darwin') };
}

const O_CREAT = 0x200;
const O_TRUNC = 0x400;
const O_CLOEXEC = 0x1000000;
const O_DIRECTORY = 0x100000;
const O_NOFOLLOW = 0x100;
const AT_FDCWD = -2;

describe.skipIf(!fs.existsSync(nativePyPy))('a struct is as its headers declare it', () => {
	test('stat, of a path, a link, a descriptor and below a directory', () => {
		const { work, interpreter } = started();
		const file = join(work, 'file');
		fs.writeFileSync(file, 'twelve bytes');
		fs.chmodSync(file, 0o640);
		fs.utimesSync(file, 1_000_000_000, 1_100_000_000.25);
		fs.symlinkSync('file', join(work, 'link'));
		const real = fs.statSync(file);
		// dev, mode, nlink, ino, uid, gid, rdev, four struct timespec, size, blocks, blksize, flags, gen, lspare, qspare[2]
		const format = 'iHHQIIi8qqqiIIi2q';
		const address = interpreter.room(144);
		const seen = (call: () => { value: number }) => {
			expect(call().value).toBe(0);
			return fields(format, interpreter.at(address, 144));
		};
		const direct = seen(() => interpreter.call('stat(pp)i', join(work, 'link'), address));
		expect(direct.slice(1, 6)).toEqual([0o100640, 1, real.ino, real.uid, real.gid]);
		expect(direct.slice(7, 11)).toEqual([1_000_000_000, 0, 1_100_000_000, 250_000_000]);
		expect(direct.slice(15, 18)).toEqual([12, real.blocks, 4096]);
		expect(seen(() => interpreter.call('lstat(pp)i', join(work, 'link'), address))[1]).toBe(0o120777);
		const { value: fd } = interpreter.call('open(pii)i', file, O_CLOEXEC, 0);
		expect(seen(() => interpreter.call('fstat(ip)i', fd, address))).toEqual(direct);
		const { value: folder } = interpreter.call('open(pii)i', work, O_DIRECTORY, 0);
		expect(seen(() => interpreter.call('fstatat(ippi)i', folder, 'link', address, 0))).toEqual(direct);
		expect(seen(() => interpreter.call('fstatat(ippi)i', folder, 'link', address, 0x20))[1]).toBe(0o120777);
		expect(interpreter.call('stat64(pp)i', file, address).errno).toBe(78);
	});

	test('dirent', () => {
		const { work, interpreter } = started();
		const name = 'x'.repeat(255);
		fs.writeFileSync(join(work, name), '');
		fs.mkdirSync(join(work, 'folder'));
		const { value: directory } = interpreter.call('opendir(p)p', work);
		const seen = new Map<number | string, (number | string)[]>();
		for (;;) {
			const { value: address } = interpreter.call('readdir(p)p', directory);
			if (address === 0) break;
			// ino, seekoff, reclen, namlen, type, name[1024]
			const [, , , length = 0, type = 0, text = ''] = fields('QQHHB1024s', interpreter.at(address, 1048));
			seen.set(text, [length, type]);
		}
		expect(seen.get(name)).toEqual([255, 8]);
		expect(seen.get('folder')).toEqual([6, 4]);
	});

	test('statvfs, utsname, timeval, timespec and rusage', () => {
		const { work, world, interpreter } = started();
		world.now = 1_700_000_000_123_456_789n;
		const address = interpreter.room(1280);
		interpreter.call('statvfs(pp)i', work, address);
		// bsize, frsize, blocks, bfree, bavail, files, ffree, favail, fsid, flag, namemax
		expect(fields('LL6I3L', interpreter.at(address, 64))).toEqual([
			4096,
			4096,
			2 ** 24,
			2 ** 23,
			2 ** 23,
			2 ** 24,
			2 ** 23,
			2 ** 23,
			0,
			0,
			255,
		]);
		interpreter.call('uname(p)i', address);
		expect(fields('256s256s256s256s256s', interpreter.at(address, 1280))).toEqual([
			'Darwin',
			'host',
			'6.1',
			'#1',
			'x86_64',
		]);
		interpreter.call('gettimeofday(pp)i', address, 0);
		expect(fields('qi', interpreter.at(address, 16))).toEqual([1_700_000_000, 123_456]);
		// CLOCK_MONOTONIC is 6; 1 is none
		expect(interpreter.call('clock_gettime(ip)i', 6, address).value).toBe(0);
		expect(fields('qq', interpreter.at(address, 16))).toEqual([1_700_000_000, 123_456_789]);
		expect(interpreter.call('clock_gettime(ip)i', 1, address)).toEqual({ value: -1, errno: 22 });
		expect(interpreter.call('getrusage(ip)i', 0, address).value).toBe(0);
		expect(fields('qiqi14l', interpreter.at(address, 144))).toHaveLength(18);
	});

	test('timespec of utimensat, with its own words for now and for as it was', () => {
		const { work, interpreter } = started();
		const file = join(work, 'file');
		fs.writeFileSync(file, '');
		fs.utimesSync(file, 1_000_000_000, 1_000_000_000);
		const times = Buffer.alloc(32);
		times.writeBigInt64LE(1_500_000_000n, 0);
		times.writeBigInt64LE(7n, 8);
		times.writeBigInt64LE(-2n, 24);
		expect(interpreter.call('utimensat(ippi)i', AT_FDCWD, file, times, 0).value).toBe(0);
		const address = interpreter.room(144);
		interpreter.call('stat(pp)i', file, address);
		const seen = fields('iHHQIIi8qqqiIIi2q', interpreter.at(address, 144));
		expect(seen.slice(7, 11)).toEqual([1_500_000_000, 7, 1_000_000_000, 0]);
	});
});

describe('numbers are its own', () => {
	test('flags of open', () => {
		const { work, interpreter } = started();
		const file = join(work, 'file');
		fs.symlinkSync('nowhere', join(work, 'link'));
		const { value: fd } = interpreter.call('open(pii)i', file, O_CREAT | O_TRUNC | O_CLOEXEC | 0x8 | 1, 0o600);
		expect(fd).toBeGreaterThan(2);
		expect(interpreter.call('rpy_get_inheritable(i)i', fd).value).toBe(0);
		expect(interpreter.call('rpy_get_status_flags(i)i', fd).value & 0xf).toBe(0x8 | 1);
		expect(interpreter.call('rpy_set_status_flags(ii)i', fd, 0x4).value).toBe(0);
		expect(interpreter.call('rpy_get_status_flags(i)i', fd).value & 0xf).toBe(0x4 | 1);
		expect(interpreter.call('open(pii)i', join(work, 'link'), O_NOFOLLOW, 0).errno).toBe(62);
		expect(interpreter.call('open(pii)i', file, O_DIRECTORY, 0).errno).toBe(20);
		expect(interpreter.call('openat(ipii)i', AT_FDCWD, file, 0, 0).value).toBeGreaterThan(2);
	});

	test('errors, AT_REMOVEDIR, sysconf and pathconf', () => {
		const { work, interpreter } = started();
		fs.mkdirSync(join(work, 'full/inner'), { recursive: true });
		expect(interpreter.call('rmdir(p)i', join(work, 'full')).errno).toBe(66);
		expect(interpreter.call('open(pii)i', 'x'.repeat(300), 0, 0).errno).toBe(63);
		expect(interpreter.call('unlinkat(ipi)i', AT_FDCWD, join(work, 'full/inner'), 0x80).value).toBe(0);
		expect(interpreter.call('fork()i').errno).toBe(78);
		expect(interpreter.call('sysconf(i)i', 29).value).toBe(4096);
		expect(interpreter.call('sysconf(i)i', 58).value).toBe(2);
		expect(interpreter.call('pathconf(pi)i', work, 4).value).toBe(255);
		expect(interpreter.call('ioctl(iip)i', 0, 0x40087468, 0x10000000).errno).toBe(25);
	});

	test('signals', () => {
		const { world, interpreter } = started();
		// It is answered when the signal is on its way.
		expect(() => interpreter.call('kill(ii)i', 100, 30)).toThrow('waits');
		expect(world.signals.map(({ signal }) => signal)).toEqual([10]);
	});
});
