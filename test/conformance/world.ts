/** The directory a conformance script starts in, and what is there after it: names, types, modes, links, times and bytes. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';

const longAgo = Date.UTC(2020, 0, 2, 3, 4, 5) / 1000;

/** Makes `dir` anew with the files that every script finds. */
export function populate(dir: string): void {
	fs.rmSync(dir, { recursive: true, force: true });
	fs.mkdirSync(join(dir, 'base/deep/er'), { recursive: true });
	fs.mkdirSync(join(dir, 'base/empty'));
	fs.writeFileSync(join(dir, 'base/text.txt'), 'first line\nsecond line\nthird line\n');
	fs.writeFileSync(join(dir, 'base/bytes.bin'), Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7) & 0xff)));
	fs.writeFileSync(join(dir, 'base/run.sh'), '#!/bin/sh\necho ran "$@"\n');
	fs.chmodSync(join(dir, 'base/run.sh'), 0o755);
	fs.writeFileSync(join(dir, 'base/deep/er/leaf'), 'leaf');
	fs.writeFileSync(join(dir, 'base/private'), 'mine');
	fs.chmodSync(join(dir, 'base/private'), 0o600);
	fs.linkSync(join(dir, 'base/private'), join(dir, 'base/private2'));
	fs.symlinkSync('text.txt', join(dir, 'base/link'));
	fs.symlinkSync('deep', join(dir, 'base/dirlink'));
	fs.symlinkSync('nowhere', join(dir, 'base/dangling'));
	fs.symlinkSync('loop', join(dir, 'base/loop'));
	for (const name of ['text.txt', 'bytes.bin', 'run.sh', 'private', 'deep/er/leaf', 'deep/er', 'deep', 'empty', '.']) {
		fs.utimesSync(join(dir, 'base', name), longAgo, longAgo);
	}
}

/**
 * One line for each name below `dir`. Times only of files, and where they were set to something before `since` (seconds):
 * applying changes writes beside a file and renames, so directories get new times.
 */
export function picture(dir: string, since: number): string[] {
	const lines: string[] = [];
	const links = new Map<bigint, string>();
	const walk = (folder: Buffer, shown: string): void => {
		const names = fs.readdirSync(folder, { encoding: 'buffer' }).sort(Buffer.compare);
		for (const name of names) {
			const path = Buffer.concat([folder, Buffer.from('/'), name]);
			const text = `${shown}/${escaped(name)}`;
			const stat = fs.lstatSync(path, { bigint: true });
			const mode = (stat.mode & 0o7777n).toString(8).padStart(4, '0');
			const given = stat.uid === BigInt(process.getuid?.() ?? 0) ? '' : ` ${stat.uid}:${stat.gid}`;
			const old = Number(stat.mtimeNs) / 1e9 < since ? ` ${stat.mtimeNs}` : '';
			if (stat.isDirectory()) {
				lines.push(`${text}/ ${mode}${given}`);
				walk(path, text);
			} else if (stat.isSymbolicLink()) {
				lines.push(`${text} -> ${escaped(fs.readlinkSync(path, { encoding: 'buffer' }))}${given}`);
			} else {
				const same = stat.nlink > 1n ? ` = ${links.get(stat.ino) ?? text}` : '';
				links.set(stat.ino, links.get(stat.ino) ?? text);
				const type = stat.isFile() ? content(path, stat.size) : stat.isFIFO() ? 'fifo' : 'other';
				lines.push(`${text} ${mode} ${stat.size} ${type}${same}${old}${given}`);
			}
		}
	};
	walk(Buffer.from(dir), '');
	return lines;
}

/** A short hash; of a sparse giant only its size is told. */
function content(path: Buffer, size: bigint): string {
	if (size > 100_000_000n) return 'big';
	return createHash('sha256').update(fs.readFileSync(path)).digest('hex').slice(0, 12);
}

function escaped(name: Buffer): string {
	return JSON.stringify(name.toString('latin1')).slice(1, -1);
}
