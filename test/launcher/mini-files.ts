/** The guest's files for the launcher's tests: the host's own, read only. */
import { randomFillSync } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { type Argument, accessors, dirent, E, fail, statBytes, unameBytes } from './mini-wire.ts';

type Open = { fd: number; path: string; pos: number };

export class MiniFiles {
	#open = new Map<number, Open>();

	/** ENOSYS for what has nothing to do with files. Throws what node:fs throws. */
	answer(name: string, args: Argument[], fill: (to: bigint, bytes: Buffer) => void): number | bigint {
		const { n, p, s } = accessors(args);
		const file = (i: number): Open => this.#open.get(n(i)) ?? fail(E.BADF);
		const at = (i: number): string =>
			s(i + 1) === ''
				? file(i).path
				: s(i + 1).startsWith('/') || n(i) === -100
					? s(i + 1)
					: join(file(i).path, s(i + 1));
		const stat = (to: bigint, stats: fs.BigIntStats): number => {
			fill(to, statBytes(stats));
			return 0;
		};
		switch (name) {
			case 'mmap': {
				const open = file(4);
				const bytes = Buffer.alloc(Number(p(1)));
				fill(p(0), bytes.subarray(0, fs.readSync(open.fd, bytes, 0, bytes.length, Number(p(5)))));
				return 0;
			}
			case 'open':
			case 'openat': {
				const [path, flags] = name === 'open' ? [s(0), n(1)] : [at(0), n(2)];
				const fd = fs.openSync(path, flags & ~fs.constants.O_CREAT);
				this.#open.set(fd, { fd, path, pos: 0 });
				return fd;
			}
			case 'dup': {
				const { path } = file(0);
				const fd = fs.openSync(path, 'r');
				this.#open.set(fd, { fd, path, pos: 0 });
				return fd;
			}
			case 'close':
				fs.closeSync(file(0).fd);
				return this.#open.delete(n(0)) ? 0 : 0;
			case 'read':
			case 'pread64': {
				if (n(0) === 0) return 0;
				const open = file(0);
				const bytes = Buffer.alloc(Math.min(Number(p(2)), 1 << 20));
				const got = fs.readSync(open.fd, bytes, 0, bytes.length, name === 'read' ? open.pos : Number(p(3)));
				if (name === 'read') open.pos += got;
				fill(p(1), bytes.subarray(0, got));
				return got;
			}
			case 'lseek': {
				if (n(0) < 3) return E.SPIPE;
				const open = file(0);
				const from = n(2) === 0 ? 0 : n(2) === 1 ? open.pos : fs.fstatSync(open.fd).size;
				open.pos = from + Number(p(1));
				return open.pos;
			}
			case 'stat':
				return stat(p(1), fs.statSync(s(0), { bigint: true }));
			case 'lstat':
				return stat(p(1), fs.lstatSync(s(0), { bigint: true }));
			case 'fstat':
				return stat(p(1), fs.fstatSync(n(0) < 3 ? n(0) : file(0).fd, { bigint: true }));
			case 'newfstatat':
				if (s(1) === '' && n(0) < 3) return stat(p(2), fs.fstatSync(n(0), { bigint: true }));
				return stat(p(2), (n(3) & 0x100 ? fs.lstatSync : fs.statSync)(at(0), { bigint: true }));
			case 'readlink': {
				const target = Buffer.from(fs.readlinkSync(s(0)));
				fill(p(1), target);
				return target.length;
			}
			case 'getdents64': {
				const open = file(0);
				if (open.pos > 0) return 0;
				open.pos = 1;
				const bytes = Buffer.concat(fs.readdirSync(open.path).map(dirent));
				fill(p(1), bytes);
				return bytes.length;
			}
			case 'access':
				fs.accessSync(s(0), n(1));
				return 0;
			case 'getcwd':
				fill(p(0), Buffer.from('/\0'));
				return 2;
			case 'getrandom':
				fill(p(0), randomFillSync(Buffer.alloc(Number(p(1)))));
				return p(1);
			case 'uname': {
				fill(p(0), unameBytes());
				return 0;
			}
			default:
				return E.NOSYS;
		}
	}
}
