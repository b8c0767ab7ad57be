/** Puts an interpreter's files into a folder that appears whole or not at all. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { bunzip2 } from './bunzip2.ts';
import { unpackTar } from './unpack-tar.ts';

/** Unpacks a .tar.bz2 that holds one folder; that folder becomes `folder`. Throws Bzip2Error, TarError, node:fs's errors. */
export function unpackTarball(tarball: string, folder: string): void {
	const beside = `${folder}.new.${process.pid}`;
	try {
		mkdirSync(beside, { recursive: true, mode: 0o700 });
		unpackTar(bunzip2(readFileSync(tarball)), beside);
		const [only, ...more] = readdirSync(beside);
		if (only === undefined || more.length > 0) throw new Error('the archive does not hold exactly one folder');
		rmSync(folder, { recursive: true, force: true });
		chmodSync(join(beside, only), 0o755);
		renameSync(join(beside, only), folder);
	} finally {
		rmSync(beside, { recursive: true, force: true });
	}
}

/** A translated interpreter: the files of a .tar.gz, beside the standard library of a release's sources (.tar.bz2). */
export function unpackSandbox(binary: string, sources: string, folder: string): void {
	const beside = `${folder}.new.${process.pid}`;
	const whole = join(beside, 'sources');
	try {
		mkdirSync(whole, { recursive: true, mode: 0o700 });
		unpackTar([gunzipSync(readFileSync(binary))], beside);
		unpackTar(bunzip2(readFileSync(sources)), whole);
		const [only = '', ...more] = readdirSync(whole);
		if (more.length > 0) throw new Error('the archive of sources does not hold exactly one folder');
		for (const part of ['lib-python', 'lib_pypy']) renameSync(join(whole, only, part), join(beside, part));
		rmSync(whole, { recursive: true });
		rmSync(folder, { recursive: true, force: true });
		chmodSync(beside, 0o755);
		renameSync(beside, folder);
	} finally {
		rmSync(beside, { recursive: true, force: true });
	}
}

export function removeFile(path: string): void {
	rmSync(path, { force: true });
}

export function isThere(path: string): boolean {
	return existsSync(path);
}
